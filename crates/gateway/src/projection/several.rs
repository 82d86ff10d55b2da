//! The arguments of calls that change several items, each shown only where a collection can do it.

use connector::{Abilities, OperationKind};
use serde_json::{Map, Value, json};

/// Adds what `abilities` say to the arguments of `kind`. With them no argument is required by itself: which of them
/// belong together is told by the call.
pub(super) fn extend(
    properties: &mut Map<String, Value>,
    required: &mut Vec<&str>,
    kind: OperationKind,
    abilities: &Abilities,
    filters: &str,
) {
    let bulk = abilities.bulk.contains(&kind);
    if abilities.batches() {
        match kind {
            OperationKind::Create => {
                if let Some(data) = properties.get_mut("data") {
                    or_several(data, abilities.batch_max);
                }
            }
            OperationKind::Update => {
                let versioned = properties.contains_key("if_version");
                properties.insert("items".into(), items(abilities.batch_max, versioned));
                required.clear();
            }
            OperationKind::Delete => {
                let words = "Instead of `identifier`: several, all or none.";
                let schema =
                    json!({"type": "array", "minItems": 1, "maxItems": abilities.batch_max, "description": words});
                properties.insert("identifiers".into(), schema);
                required.clear();
            }
            OperationKind::List | OperationKind::Get | OperationKind::Aggregate => {}
        }
    }
    if bulk {
        let max = abilities.bulk_max;
        let words = format!("Instead of `identifier`: all items that match, at most {max}. {filters}");
        properties.insert("filters".into(), json!({"type": "object", "description": words}));
        let words =
            "With `filters`: how many you expect. Leave it out first: nothing happens and `count` says how many.";
        properties.insert("expected_count".into(), json!({"type": "integer", "minimum": 0, "description": words}));
        required.clear();
    }
}

/// An object's schema that also takes a list of such objects; each is checked by itself when it is called.
fn or_several(data: &mut Value, batch_max: u32) {
    let Some(schema) = data.as_object_mut() else { return };
    schema.insert("type".into(), json!(["object", "array"]));
    schema.insert("items".into(), json!({"type": "object"}));
    schema.insert("minItems".into(), 1.into());
    schema.insert("maxItems".into(), batch_max.into());
    let words = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let words = format!("{words} One, or a list: all or none.");
    schema.insert("description".into(), words.trim_start().into());
}

fn items(batch_max: u32, versioned: bool) -> Value {
    let mut properties = json!({"identifier": {}, "data": {"type": "object"}});
    if let (true, Some(properties)) = (versioned, properties.as_object_mut()) {
        properties.insert("if_version".into(), json!({"type": "string"}));
    }
    json!({
        "type": "array", "minItems": 1, "maxItems": batch_max,
        "items": {
            "type": "object", "properties": properties, "required": ["identifier", "data"], "additionalProperties": false
        },
        "description": "Instead of `identifier` and `data`: several, all or none."
    })
}
