use serde_json::{Map, Value};

use super::line::cut;
use super::names::{folded, is_credential};

/// What stands in place of a secret.
const REDACTED: &str = "[redacted]";
/// Bytes of one call's arguments in a line.
const BYTES_MAX: usize = 4096;
/// Levels of nesting that are kept.
const DEPTH_MAX: usize = 12;
/// Longest text that is read as JSON, in bytes: models like to send `data` as text.
const JSON_TEXT_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a text, and items of an array or members of an object, that are kept; from top to bottom until all of it
/// fits.
const SIZES: [(usize, usize); 3] = [(256, 50), (64, 20), (16, 8)];

/// Rules by which secrets are left out of arguments.
///
/// A rule is a path of names from the root of the arguments: `data.card_number`. `*` stands for one name, `**` for
/// any number; a name alone means that name anywhere. Letter case, underscores and hyphens do not matter, and items
/// of an array stand under the array's name. Names that speak of a secret (`password`, `token`, `api_key`, …) need no
/// rule.
#[derive(Clone, Debug, Default)]
pub struct Redaction {
    rules: Vec<Vec<Part>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Name(String),
    One,
    Any,
}

/// A rule that means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no path of names: write data.card_number, *.iban, or a field's name alone")]
pub struct BadRule(String);

impl Redaction {
    /// Rules in the words above.
    pub fn new<'a>(rules: impl IntoIterator<Item = &'a str>) -> Result<Self, BadRule> {
        let rules = rules.into_iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { rules })
    }

    /// The arguments as bounded JSON text, without secrets.
    pub(super) fn text(&self, arguments: &Value) -> String {
        for (text_bytes_max, items_max) in SIZES {
            let mut walk = Walk { redaction: self, path: Vec::new(), text_bytes_max, items_max };
            let text = walk.value(arguments).to_string();
            if text.len() <= BYTES_MAX {
                return text;
            }
        }
        Value::from("[too large]").to_string()
    }

    fn hides(&self, path: &[String], name: &str) -> bool {
        is_credential(name) || self.rules.iter().any(|rule| matches(rule, path))
    }
}

fn parse(rule: &str) -> Result<Vec<Part>, BadRule> {
    let part = |word: &str| match word {
        "*" => Some(Part::One),
        "**" => Some(Part::Any),
        name => Some(folded(name)).filter(|name| !name.is_empty() && !name.contains('*')).map(Part::Name),
    };
    let mut parts = rule.split('.').map(part).collect::<Option<Vec<_>>>().ok_or_else(|| BadRule(rule.to_owned()))?;
    if let [Part::Name(_)] = parts.as_slice() {
        parts.insert(0, Part::Any);
    }
    Ok(parts)
}

fn matches(rule: &[Part], path: &[String]) -> bool {
    match (rule, path) {
        ([], []) => true,
        ([Part::Any, rest @ ..], _) => matches(rest, path) || (!path.is_empty() && matches(rule, &path[1..])),
        ([Part::One, rest @ ..], [_, below @ ..]) => matches(rest, below),
        ([Part::Name(name), rest @ ..], [first, below @ ..]) => name == first && matches(rest, below),
        _ => false,
    }
}

struct Walk<'a> {
    redaction: &'a Redaction,
    path: Vec<String>,
    text_bytes_max: usize,
    items_max: usize,
}

impl Walk<'_> {
    fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(_) | Value::Array(_) if self.path.len() >= DEPTH_MAX => "[too deep]".into(),
            Value::Object(object) => self.object(object).into(),
            Value::Array(items) => {
                let mut kept: Vec<_> = items.iter().take(self.items_max).map(|item| self.value(item)).collect();
                if items.len() > self.items_max {
                    kept.push(format!("[{} more]", items.len() - self.items_max).into());
                }
                kept.into()
            }
            Value::String(text) => self.string(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn object(&mut self, object: &Map<String, Value>) -> Map<String, Value> {
        // A condition can name its field beside the value: {"field": "pin", "value": 1234}.
        let named = object.get("field").and_then(Value::as_str).map(|name| self.hidden(name)).unwrap_or_default();
        let mut kept = Map::new();
        for (name, value) in object.iter().take(self.items_max) {
            let hidden = self.hidden(name) || (named && name != "field");
            self.path.push(folded(name));
            let value = if hidden { REDACTED.into() } else { self.value(value) };
            self.path.pop();
            kept.insert(cut(name, self.text_bytes_max).to_owned(), value);
        }
        if object.len() > self.items_max {
            kept.insert("…".into(), format!("[{} more]", object.len() - self.items_max).into());
        }
        kept
    }

    fn hidden(&mut self, name: &str) -> bool {
        self.path.push(folded(name));
        let hidden = self.redaction.hides(&self.path, name);
        self.path.pop();
        hidden
    }

    fn string(&mut self, text: &str) -> Value {
        if text.trim_start().starts_with(['{', '[']) {
            // Also where it is too long or broken: what cannot be read as JSON may still hold a secret.
            let read = (text.len() <= JSON_TEXT_BYTES_MAX).then(|| serde_json::from_str::<Value>(text).ok()).flatten();
            return match read {
                Some(value) if self.path.len() < DEPTH_MAX => self.value(&value).to_string().into(),
                _ => format!("[{} bytes]", text.len()).into(),
            };
        }
        if text.len() <= self.text_bytes_max {
            return text.into();
        }
        format!("{}…[{} bytes]", cut(text, self.text_bytes_max), text.len()).into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{BYTES_MAX, Redaction};

    fn kept(rules: &[&str], arguments: &Value) -> Value {
        let text = Redaction::new(rules.iter().copied()).unwrap().text(arguments);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn credentials_go_without_a_rule_wherever_they_stand() {
        let arguments = json!({
            "filters": {"or": [{"api_key": {"eq": "k"}}, {"state": "open"}]},
            "data": {"title": "x", "userPassword": "p", "items": [{"pin": 1234}]},
            "identifier": 7
        });
        let expected = json!({
            "filters": {"or": [{"api_key": "[redacted]"}, {"state": "open"}]},
            "data": {"title": "x", "userPassword": "[redacted]", "items": [{"pin": "[redacted]"}]},
            "identifier": 7
        });
        assert_eq!(kept(&[], &arguments), expected);
    }

    #[test]
    fn rules_are_paths_with_wildcards_or_a_name_alone() {
        let arguments = json!({"data": {"iban": 1, "Note": 2, "to": {"iban": 3}}, "note": 4, "filters": {"iban": 5}});
        let hidden = "[redacted]";
        let all = json!({"data": {"iban": hidden, "Note": 2, "to": {"iban": hidden}}, "note": 4, "filters": {"iban": hidden}});
        assert_eq!(kept(&["IBAN"], &arguments), all);
        assert_eq!(kept(&["**.iban"], &arguments), all);
        let one =
            json!({"data": {"iban": hidden, "Note": 2, "to": {"iban": 3}}, "note": 4, "filters": {"iban": hidden}});
        assert_eq!(kept(&["*.iban"], &arguments), one);
        let path = json!({"data": {"iban": 1, "Note": hidden, "to": {"iban": 3}}, "note": 4, "filters": {"iban": 5}});
        assert_eq!(kept(&["data.note"], &arguments), path);
        for bad in ["", "data.", "a*.b"] {
            assert!(Redaction::new([bad]).is_err(), "{bad}");
        }
    }

    #[test]
    fn json_sent_as_text_is_read_before_it_is_kept() {
        let arguments = json!({"data": "{\"password\": \"p\", \"a\": 1}", "filters": "{\"password\": \"p"});
        let expected = json!({"data": "{\"password\":\"[redacted]\",\"a\":1}", "filters": "[15 bytes]"});
        assert_eq!(kept(&[], &arguments), expected);
    }

    #[test]
    fn a_field_named_beside_its_value_is_a_name_too() {
        let arguments = json!({"filters": [{"field": "pin", "value": 1234}, {"field": "state", "value": "open"}]});
        let expected =
            json!({"filters": [{"field": "pin", "value": "[redacted]"}, {"field": "state", "value": "open"}]});
        assert_eq!(kept(&[], &arguments), expected);
    }

    #[test]
    fn however_much_is_sent_a_bounded_text_is_kept() {
        let mut deep = json!("x");
        for _ in 0..100 {
            deep = json!({"a": deep});
        }
        let wide: Value =
            (0..5000).map(|at| (format!("name {at} {}", "ü".repeat(300)), json!("\u{1}".repeat(999)))).collect();
        let long = json!((0..100_000).collect::<Vec<_>>());
        for arguments in [deep, wide, long, json!({"text": "ü".repeat(100_000)})] {
            let text = Redaction::default().text(&arguments);
            assert!(text.len() <= BYTES_MAX, "{}", text.len());
            serde_json::from_str::<Value>(&text).unwrap();
        }
    }
}
