use prost_reflect::MessageDescriptor;
use serde_json::{Value, json};

use super::Side;
use super::scalar::{number, whole, wide};

/// The schema of a type that has a JSON form of its own; `None` of any other.
pub(super) fn schema(message: &MessageDescriptor, side: Side) -> Option<Value> {
    Some(match message.full_name() {
        "google.protobuf.Timestamp" => json!({"type": "string", "format": "date-time"}),
        "google.protobuf.Duration" => {
            json!({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$", "description": "Seconds: 1.5s"})
        }
        "google.protobuf.FieldMask" => {
            json!({"type": "string", "description": "Names of fields apart by commas: title,owner.name"})
        }
        "google.protobuf.Struct" => json!({"type": "object"}),
        "google.protobuf.Value" => json!({}),
        "google.protobuf.ListValue" => json!({"type": "array"}),
        "google.protobuf.Any" => json!({
            "type": "object",
            "properties": {"@type": {"type": "string", "description": "type.googleapis.com/PACKAGE.MESSAGE; its fields stand beside this."}},
            "required": ["@type"]
        }),
        "google.protobuf.Empty" => json!({"type": "object", "additionalProperties": false}),
        "google.protobuf.DoubleValue" | "google.protobuf.FloatValue" => number(side),
        "google.protobuf.Int32Value" => whole(i32::MIN.into(), i32::MAX.into()),
        "google.protobuf.UInt32Value" => whole(0, u32::MAX.into()),
        "google.protobuf.Int64Value" => wide(side, true),
        "google.protobuf.UInt64Value" => wide(side, false),
        "google.protobuf.BoolValue" => json!({"type": "boolean"}),
        "google.protobuf.StringValue" => json!({"type": "string"}),
        "google.protobuf.BytesValue" => json!({"type": "string", "contentEncoding": "base64"}),
        _ => return None,
    })
}

/// Whether a message is something else than an object in JSON.
pub(crate) fn is_value(message: &MessageDescriptor) -> bool {
    schema(message, Side::Output).is_some_and(|schema| schema.get("type").is_none_or(|kind| kind != "object"))
}
