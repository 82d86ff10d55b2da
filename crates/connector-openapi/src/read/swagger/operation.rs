use serde_json::{Map, Value, json};

use super::{body, parameter, resolved, texts};

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// A path item (section "Path Item Object").
pub(super) fn path(root: &Value, old: &Value) -> Value {
    let Value::Object(item) = old else { return Value::Null };
    let mut new = Map::new();
    let shared = parameters(root, item.get("parameters"));
    for (name, value) in item {
        match name.as_str() {
            "parameters" => {}
            method if METHODS.contains(&method) && value.is_object() => {
                new.insert(name.clone(), operation(root, value, &shared));
            }
            _ => {
                new.insert(name.clone(), value.clone());
            }
        }
    }
    new.into()
}

fn parameters<'a>(root: &'a Value, list: Option<&'a Value>) -> Vec<&'a Value> {
    list.and_then(Value::as_array).into_iter().flatten().map(|it| resolved(root, it)).collect()
}

fn operation(root: &Value, old: &Value, shared: &[&Value]) -> Value {
    let mut new = Map::new();
    for name in ["operationId", "summary", "description", "tags", "deprecated", "security"] {
        if let Some(value) = old.get(name) {
            new.insert(name.into(), value.clone());
        }
    }
    let own = parameters(root, old.get("parameters"));
    let is = |one: &Value, other: &Value| one.get("name") == other.get("name") && one.get("in") == other.get("in");
    let inherited = shared.iter().filter(|it| !own.iter().any(|other| is(it, other)));
    let all: Vec<&Value> = own.iter().chain(inherited).copied().collect();
    let place = |it: &Value| it.get("in").and_then(Value::as_str).unwrap_or_default().to_owned();
    let consumes = media(root, old, "consumes");
    if let Some(whole) = all.iter().find(|it| place(it) == "body") {
        new.insert("requestBody".into(), body::whole(whole, &consumes));
    } else {
        let fields: Vec<&Value> = all.iter().filter(|it| place(it) == "formData").copied().collect();
        if !fields.is_empty() {
            new.insert("requestBody".into(), body::form(&fields, &consumes));
        }
    }
    let plain = all.iter().filter(|it| !matches!(place(it).as_str(), "body" | "formData"));
    new.insert("parameters".into(), plain.map(|it| parameter::upgraded(it)).collect());
    let produces = media(root, old, "produces");
    let responses = old.get("responses").and_then(Value::as_object).into_iter().flatten();
    let responses: Map<_, _> =
        responses.map(|(code, it)| (code.clone(), response(resolved(root, it), &produces))).collect();
    new.insert("responses".into(), responses.into());
    new.into()
}

/// The media types of an operation, or else those of the document.
fn media<'a>(root: &'a Value, operation: &'a Value, name: &str) -> Vec<&'a str> {
    texts(operation.get(name).or_else(|| root.get(name))).collect()
}

fn response(old: &Value, produces: &[&str]) -> Value {
    let Some(schema) = old.get("schema") else { return json!({}) };
    let produces = if produces.is_empty() { &["application/json"] } else { produces };
    let content: Map<_, _> = produces.iter().map(|media| ((*media).to_owned(), json!({"schema": schema}))).collect();
    json!({"content": content})
}
