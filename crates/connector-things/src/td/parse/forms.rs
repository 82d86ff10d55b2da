use serde_json::{Map, Value};
use url::Url;

use super::{Check, text};
use crate::td::{Form, Op};

/// The most forms of one affordance that are looked at.
const FORMS_MAX: usize = 20;

/// The longest address.
const HREF_BYTES_MAX: usize = 2_000;

/// Words of a form that are not `extra`.
const OWN: [&str; 6] = ["href", "op", "contentType", "subprotocol", "security", "scopes"];

/// Braces that an address's parser would encode, in letters that it leaves alone.
const STANDINS: [(&str, &str); 3] = [("{", "~lb~"), ("}", "~rb~"), ("?", "~qm~")];

/// Reads the forms of one thing.
pub(super) struct Forms<'a> {
    pub(super) base: Option<String>,
    pub(super) address: Option<Url>,
    pub(super) security: Vec<String>,
    pub(super) check: Check<'a>,
}

impl Forms<'_> {
    /// The forms that can be used, and why others cannot. `defaults` are what a form without `op` is for.
    pub(super) fn read(&self, affordance: &Map<String, Value>, defaults: &[Op]) -> (Vec<Form>, Vec<String>) {
        let mut found = (Vec::new(), Vec::new());
        let forms = affordance.get("forms").and_then(Value::as_array);
        for value in forms.into_iter().flatten().take(FORMS_MAX) {
            match self.form(value, defaults) {
                Ok(form) => found.0.push(form),
                Err(why) => found.1.push(why),
            }
        }
        if forms.is_none_or(Vec::is_empty) {
            found.1.push("it has no forms".to_owned());
        }
        found
    }

    fn form(&self, value: &Value, defaults: &[Op]) -> Result<Form, String> {
        let object = value.as_object().ok_or("a form is not an object")?;
        let href = object.get("href").and_then(Value::as_str).ok_or("a form has no `href`")?;
        if href.len() > HREF_BYTES_MAX || href.chars().any(|letter| letter.is_control() || letter == '\\') {
            return Err("a form's `href` is no address".to_owned());
        }
        let said = text::several(object.get("op"));
        let ops = match said.is_empty() {
            true => defaults.to_vec(),
            false => Op::ALL.into_iter().filter(|op| said.iter().any(|word| word == op.as_str())).collect(),
        };
        let own = text::several(object.get("security"));
        let word = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
        let extra = object.iter().filter(|(key, _)| !OWN.contains(&key.as_str()));
        let mut form = Form {
            href: self.absolute(href)?,
            ops,
            content_type: word("contentType").unwrap_or_else(|| "application/json".to_owned()),
            subprotocol: word("subprotocol"),
            security: if own.is_empty() { self.security.clone() } else { own },
            extra: extra.map(|(key, value)| (key.clone(), value.clone())).collect(),
        };
        let mut why = None;
        let ops = std::mem::take(&mut form.ops);
        form.ops = ops
            .into_iter()
            .filter(|op| match (self.check)(&form, *op) {
                Ok(()) => true,
                Err(reason) => {
                    why = Some(reason);
                    false
                }
            })
            .collect();
        if form.ops.is_empty() {
            return Err(why.unwrap_or_else(|| "a form is for nothing that is known".to_owned()));
        }
        Ok(form)
    }

    /// The address with `base` applied (RFC 3986 section 5), its variables kept.
    fn absolute(&self, href: &str) -> Result<String, String> {
        if has_scheme(href) {
            return Ok(href.to_owned());
        }
        let base = self.base.clone().or_else(|| self.address.as_ref().map(Url::to_string));
        let base = base.ok_or("a form's `href` is relative, and there is no `base`")?;
        if !base.contains("://") {
            return Ok(format!("{base}{href}"));
        }
        let url = Url::parse(&hide(&base)).map_err(|_| "its `base` is no address")?;
        let joined = url.join(&hide(href)).map_err(|_| "a form's `href` is no address")?;
        Ok(show(joined.as_str()))
    }
}

fn has_scheme(href: &str) -> bool {
    let scheme = href.split_once(':').map(|(scheme, _)| scheme).unwrap_or_default();
    scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

/// Only the `?` of `{?name}` is hidden: any other begins a query.
fn hide(text: &str) -> String {
    let [open, close, mark] = STANDINS;
    text.replace("{?", &format!("{}{}", open.1, mark.1)).replace(open.0, open.1).replace(close.0, close.1)
}

fn show(text: &str) -> String {
    STANDINS.iter().fold(text.to_owned(), |text, (letter, standin)| text.replace(standin, letter))
}
