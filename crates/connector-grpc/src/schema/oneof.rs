use prost_reflect::FieldDescriptor;
use serde_json::{Map, Value, json};

/// Of each oneof at most one member: none beside an earlier one. Said in this way since some readers of schemas take no
/// `oneOf` at the root.
pub(super) fn exclusions(fields: &[FieldDescriptor]) -> Map<String, Value> {
    let mut all = Map::new();
    for (nth, field) in fields.iter().enumerate() {
        let Some(oneof) = field.containing_oneof().filter(|oneof| !oneof.is_synthetic()) else { continue };
        let later = fields[nth + 1..].iter().filter(|other| other.containing_oneof().as_ref() == Some(&oneof));
        let later: Map<String, Value> = later.map(|other| (other.json_name().to_owned(), false.into())).collect();
        if !later.is_empty() {
            all.insert(field.json_name().to_owned(), json!({"properties": later}));
        }
    }
    all
}
