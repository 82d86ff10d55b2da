//! Swagger 2.0 as OpenAPI 3.0, so that one reader knows one shape. Definitions stay where they are, so references to
//! them lead there as before. What 3.0 has no word for keeps one of ours: the style `tabDelimited`.

mod body;
mod operation;
mod parameter;
mod security;

use serde_json::{Map, Value, json};
use url::Url;

/// How many `$ref`s lead from one to the next before it counts as a circle.
const HOPS_MAX: usize = 16;

/// The document as OpenAPI 3.0.
pub(super) fn upgraded(old: &Value, address: Option<&Url>) -> Value {
    let mut new = Map::new();
    new.insert("openapi".into(), "3.0.3".into());
    new.insert("servers".into(), servers(old, address));
    for name in ["info", "tags", "security", "definitions"] {
        if let Some(value) = old.get(name) {
            new.insert(name.into(), value.clone());
        }
    }
    let paths = old.get("paths").and_then(Value::as_object).into_iter().flatten();
    let paths: Map<_, _> = paths.map(|(path, item)| (path.clone(), operation::path(old, item))).collect();
    new.insert("paths".into(), paths.into());
    let schemes = old.get("securityDefinitions").and_then(Value::as_object).into_iter().flatten();
    let schemes: Map<_, _> = schemes.map(|(name, scheme)| (name.clone(), security::scheme(scheme))).collect();
    new.insert("components".into(), json!({"securitySchemes": schemes}));
    new.into()
}

/// `schemes`, `host` and `basePath` as servers; what is not said is taken from where the document came from.
fn servers(old: &Value, address: Option<&Url>) -> Value {
    let base = old.get("basePath").and_then(Value::as_str).unwrap_or("/");
    let Some(host) = old.get("host").and_then(Value::as_str).filter(|host| !host.is_empty()) else {
        return json!([{"url": base}]);
    };
    let own = address.map(Url::scheme).filter(|scheme| matches!(*scheme, "http" | "https")).unwrap_or("https");
    let mut schemes: Vec<&str> = texts(old.get("schemes")).filter(|it| matches!(*it, "http" | "https")).collect();
    // A stable sort: https first where both are there.
    schemes.sort_by_key(|scheme| *scheme != "https");
    if schemes.is_empty() {
        schemes.push(own);
    }
    let slash = if base.starts_with('/') { "" } else { "/" };
    schemes.into_iter().map(|scheme| json!({"url": format!("{scheme}://{host}{slash}{base}")})).collect()
}

/// A list's texts.
fn texts(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// What stands behind an object's own `$ref`s; the object where it has none or one that leads nowhere.
fn resolved<'a>(root: &'a Value, object: &'a Value) -> &'a Value {
    let mut at = object;
    for _ in 0..HOPS_MAX {
        let pointer = at.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix('#'));
        match pointer.and_then(|pointer| root.pointer(pointer)) {
            Some(next) => at = next,
            None => return at,
        }
    }
    object
}
