use serde_json::{Map, Value, json};

use super::parameter;

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// A parameter `in: body`.
pub(super) fn whole(old: &Value, consumes: &[&str]) -> Value {
    let consumes = if consumes.is_empty() { &["application/json"] } else { consumes };
    let schema = old.get("schema").cloned().unwrap_or_else(|| json!({}));
    let content: Map<_, _> = consumes.iter().map(|media| ((*media).to_owned(), json!({"schema": schema}))).collect();
    let mut new = Map::new();
    for name in ["description", "required"] {
        if let Some(value) = old.get(name) {
            new.insert(name.into(), value.clone());
        }
    }
    new.insert("content".into(), content.into());
    new.into()
}

/// Parameters `in: formData`, as one body.
pub(super) fn form(fields: &[&Value], consumes: &[&str]) -> Value {
    let has_file = fields.iter().any(|field| field.get("type").is_some_and(|it| it == "file"));
    let allows = |media: &str| consumes.iter().any(|it| it.starts_with(media));
    let media = if has_file || (allows(MULTIPART) && !allows(FORM)) { MULTIPART } else { FORM };
    let (mut properties, mut encoding, mut required) = (Map::new(), Map::new(), Vec::new());
    for field in fields {
        let Some(name) = field.get("name").and_then(Value::as_str) else { continue };
        let mut schema = parameter::schema(field);
        if let (Some(schema), Some(words)) = (schema.as_object_mut(), field.get("description")) {
            schema.insert("description".into(), words.clone());
        }
        properties.insert(name.to_owned(), schema);
        if let Some((style, explode)) = parameter::style(field) {
            encoding.insert(name.to_owned(), json!({"style": style, "explode": explode}));
        }
        if field.get("required").and_then(Value::as_bool) == Some(true) {
            required.push(name);
        }
    }
    let needed = !required.is_empty();
    let schema = json!({"type": "object", "properties": properties, "required": required});
    let content = Map::from_iter([(media.to_owned(), json!({"schema": schema, "encoding": encoding}))]);
    let mut new = Map::from_iter([("content".to_owned(), Value::Object(content))]);
    // Without one that is required, the form's fields may all be left out, and yet each is an argument.
    if needed {
        new.insert("required".into(), true.into());
    }
    new.into()
}
