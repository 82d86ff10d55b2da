//! Variables in forms' addresses and topics: the caller's, which nobody else sets, and those that an argument fills in.
//! No value can leave its place.

mod expression;
mod guard;

use access::{Caller, Template};
use connector::{Error, ErrorKind, Result};
use serde_json::{Map, Value};
use upstream::{Bind, Place, Target};

use self::expression::{Expression, Piece, pieces};
pub(crate) use self::guard::Kind;
use crate::td::Form;

/// What variables are filled with.
pub(crate) struct Values<'a> {
    /// Configuration's `bind`.
    pub(crate) binds: &'a [Bind],
    /// Whose call it is; nobody's where the device is watched for its owner, and then nothing is the caller's.
    pub(crate) caller: Option<&'a Caller>,
    /// What arguments say, already checked by the variables' schemas.
    pub(crate) given: &'a Map<String, Value>,
}

/// The form with every variable filled in.
pub(crate) fn fill(form: &Form, values: &Values<'_>) -> Result<Form> {
    let kind = Kind::of(&form.scheme());
    let mut filled = form.clone();
    filled.href = text(&form.href, values, kind, true)?;
    for value in filled.extra.values_mut() {
        if let Value::String(plain) = value
            && plain.contains('{')
        {
            *plain = text(plain, values, kind, false)?;
        }
    }
    Ok(filled)
}

/// Whether a form is each caller's own: what it addresses names the caller, behind the host.
pub(crate) fn is_own(form: &Form, binds: &[Bind]) -> bool {
    let address = || names_the_caller(behind_host(&form.href), binds);
    if Kind::of(&form.scheme()) != Kind::Topic {
        return address();
    }
    // What is no plain text is not filled in, so it names nobody.
    let named = |value: &Value| value.as_str().is_some_and(|text| names_the_caller(text, binds));
    let of = |wanted: fn(&str) -> bool| form.extra.iter().filter(move |(key, _)| wanted(key)).map(|(_, value)| value);
    let is_told = if of(is_topic).next().is_some() { of(is_topic).all(named) } else { address() };
    // An answer on a topic of all could be another's.
    is_told && of(|key| key.ends_with(":responseTopic")).all(named)
}

/// Whether a form has a variable where none may be: in its host.
pub(crate) fn is_loose(form: &Form) -> bool {
    let behind = behind_host(&form.href);
    form.href[..form.href.len() - behind.len()].contains(['{', '}'])
}

/// Whether anything of a form is the caller's.
pub(crate) fn has_caller(form: &Form, binds: &[Bind]) -> bool {
    let texts = form.extra.values().filter_map(Value::as_str);
    std::iter::once(form.href.as_str()).chain(texts).any(|text| names_the_caller(text, binds))
}

/// Names of a form's variables that arguments fill in.
pub(crate) fn open(form: &Form, binds: &[Bind]) -> Vec<String> {
    let texts = form.extra.values().filter_map(Value::as_str);
    let texts = std::iter::once(form.href.as_str()).chain(texts);
    let names = texts.flat_map(pieces).filter_map(|piece| match piece {
        Piece::Variable(expression) => Some(expression.names),
        Piece::Text(_) => None,
    });
    names.flatten().filter(|name| own(name, binds).is_none()).collect()
}

fn is_topic(key: &str) -> bool {
    key.ends_with(":topic") || key.ends_with(":filter")
}

/// The address from its path on.
fn behind_host(href: &str) -> &str {
    let Some((scheme, rest)) = href.split_once("://") else {
        return href.split_once(':').map_or(href, |(_, rest)| rest);
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let _ = scheme;
    // `{?name}` right after the host is no part of it.
    let end = rest.find("{?").map_or(end, |at| at.min(end));
    &rest[end..]
}

fn names_the_caller(text: &str, binds: &[Bind]) -> bool {
    pieces(text).into_iter().any(|piece| match piece {
        Piece::Variable(it) => {
            it.names.iter().any(|name| own(name, binds).is_some_and(|template| template.names_the_caller()))
        }
        Piece::Text(_) => false,
    })
}

/// What a variable is of the caller's: by `bind`, or written as `{caller.id}` in the description itself.
fn own(name: &str, binds: &[Bind]) -> Option<Template> {
    if name.starts_with("caller.") || name.starts_with("claims.") {
        return Template::parse(&format!("{{{name}}}")).ok();
    }
    let bind = binds.iter().find(|bind| match &bind.target {
        Target::Anywhere(bound) => upstream::fold(bound) == upstream::fold(name),
        Target::Parameter(Place::Path | Place::Query, bound) => bound == name,
        Target::Parameter(..) | Target::Body(_) => false,
    });
    bind.map(|bind| bind.template.clone())
}

fn text(source: &str, values: &Values<'_>, kind: Kind, is_address: bool) -> Result<String> {
    let mut out = String::new();
    for piece in pieces(source) {
        match piece {
            Piece::Text(text) => out.push_str(&text),
            Piece::Variable(expression) => expand(&mut out, &expression, values, kind, is_address)?,
        }
    }
    Ok(out)
}

fn expand(out: &mut String, expression: &Expression, values: &Values<'_>, kind: Kind, is_address: bool) -> Result<()> {
    let mut is_first = true;
    for name in &expression.names {
        let Some(value) = value(name, values, kind)? else {
            if expression.is_query() {
                continue;
            }
            return Err(Error::invalid(format!("This needs the variable `{name}`: give it in `variables`.")));
        };
        let value = if is_address { guard::encoded(&value) } else { value };
        match (expression.operator, is_first) {
            (Some('?'), true) => out.push('?'),
            (Some('?' | '&'), _) => out.push('&'),
            (Some('/'), _) => out.push('/'),
            (_, false) => out.push(','),
            (_, true) => {}
        }
        if expression.is_query() {
            out.push_str(&guard::encoded(name));
            out.push('=');
        }
        out.push_str(&value);
        is_first = false;
    }
    Ok(())
}

fn value(name: &str, values: &Values<'_>, kind: Kind) -> Result<Option<String>> {
    if let Some(template) = own(name, values.binds) {
        let caller = values.caller.ok_or_else(|| Error::internal("a caller's own device without a caller"))?;
        let value = template.value(caller).map_err(|_| not_yours())?;
        return if guard::is_safe(&value, kind) { Ok(Some(value)) } else { Err(not_yours()) };
    }
    let value = match values.given.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
        Some(_) => return Err(Error::invalid(format!("The variable `{name}` takes a single value."))),
    };
    if guard::is_safe(&value, kind) {
        return Ok(Some(value));
    }
    Err(Error::invalid(format!("The variable `{name}` has a character that would change where the call goes.")))
}

fn not_yours() -> Error {
    Error::new(
        ErrorKind::PermissionDenied,
        "This device is addressed by what your token says of you, and that cannot stand in an address of it. Ask this \
         server's operator.",
    )
}
