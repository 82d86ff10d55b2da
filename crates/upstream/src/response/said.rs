//! What the body of an error says: problem details (RFC 9457), and the shapes that APIs have made of their own.

use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::Response;
use super::clean::clean;

/// The most letters of it that are shown.
const LETTERS_MAX: usize = 300;

/// A longer body is no message.
const BODY_BYTES_MAX: usize = 1 << 20;

/// How many single complaints are collected, and how deep they are looked for.
const PARTS_MAX: usize = 10;
const DEPTH_MAX: usize = 4;

/// Where APIs write a sentence, the more telling first.
const SENTENCES: [&str; 9] =
    ["title", "detail", "message", "error_description", "error", "description", "reason", "msg", "Message"];

/// Where they write many.
const LISTS: [&str; 6] = ["errors", "details", "invalid-params", "invalidParams", "error", "detail"];

/// Where one of many says what it is about.
const ABOUT: [&str; 7] = ["field", "pointer", "loc", "path", "name", "param", "source"];

impl Response {
    /// A sentence that stands somewhere in this answer, fit to be shown: in so many words, and without what was sent in
    /// confidence.
    pub fn quote(&self, text: &str) -> Option<String> {
        let text = clean(text, &[self.secrets.as_slice(), &self.constants].concat(), LETTERS_MAX);
        (!text.is_empty()).then_some(text)
    }

    /// What it says for people, in so many words and without what they should not see.
    pub(super) fn said(&self) -> Option<String> {
        if self.body.len() > BODY_BYTES_MAX {
            return None;
        }
        let kind = self.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let text = if kind == "application/json" || kind.ends_with("+json") || kind == "text/json" || kind.is_empty() {
            let body = serde_json::from_slice::<Value>(&self.body).ok()?;
            let mut parts = Vec::new();
            collect(&body, "", 0, &mut parts);
            parts.dedup();
            parts.join("; ")
        } else if kind == "text/plain" {
            String::from_utf8_lossy(&self.body).into_owned()
        } else {
            // A page for a browser tells a model nothing, and a picture less.
            return None;
        };
        self.quote(&text)
    }
}

fn collect(value: &Value, about: &str, depth: usize, parts: &mut Vec<String>) {
    if parts.len() >= PARTS_MAX || depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::String(text) if !text.trim().is_empty() => {
            parts.push(if about.is_empty() { text.clone() } else { format!("{about}: {text}") });
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, about, depth + 1, parts)),
        Value::Object(object) => collect_object(object, about, depth, parts),
        _ => {}
    }
}

fn collect_object(object: &Map<String, Value>, about: &str, depth: usize, parts: &mut Vec<String>) {
    let own = ABOUT.iter().find_map(|name| object.get(*name)).map(place).filter(|own| !own.is_empty());
    let about = own.as_deref().unwrap_or(about);
    let before = parts.len();
    for name in SENTENCES {
        if let Some(text @ Value::String(_)) = object.get(name) {
            collect(text, about, depth + 1, parts);
        }
    }
    for name in LISTS {
        match object.get(name) {
            Some(list @ Value::Array(_)) => collect(list, about, depth + 1, parts),
            Some(Value::Object(fields)) if is_sentence(fields) => collect_object(fields, about, depth + 1, parts),
            Some(Value::Object(fields)) => by_field(fields, depth, parts),
            _ => {}
        }
    }
    if parts.len() > before {
        return;
    }
    match object.get("code") {
        Some(code @ Value::String(_)) => collect(code, about, depth + 1, parts),
        // `{"name": ["This field is required."]}`
        _ => by_field(object, depth, parts),
    }
}

fn by_field(fields: &Map<String, Value>, depth: usize, parts: &mut Vec<String>) {
    for (name, said) in fields.iter().filter(|(_, said)| said.is_array() || said.is_string()) {
        collect(said, name, depth + 1, parts);
    }
}

fn is_sentence(object: &Map<String, Value>) -> bool {
    SENTENCES.iter().any(|name| object.get(*name).is_some_and(Value::is_string))
}

/// `["body", "name"]`, `{"pointer": "/data/name"}`, `name`
fn place(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(steps) => steps.iter().map(place).collect::<Vec<_>>().join("."),
        Value::Object(object) => {
            ["pointer", "parameter"].iter().find_map(|name| object.get(*name)).map_or_else(String::new, place)
        }
        _ => String::new(),
    }
}
