use prost_reflect::{EnumDescriptor, Kind, Syntax};
use serde_json::{Value, json};

use super::Side;

/// The schema of a value that is no message.
pub(super) fn schema(kind: &Kind, side: Side) -> Value {
    match kind {
        Kind::Double | Kind::Float => number(side),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => whole(i32::MIN.into(), i32::MAX.into()),
        Kind::Uint32 | Kind::Fixed32 => whole(0, u32::MAX.into()),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => wide(side, true),
        Kind::Uint64 | Kind::Fixed64 => wide(side, false),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::String => json!({"type": "string"}),
        Kind::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
        Kind::Enum(of) => names(of, side),
        Kind::Message(_) => json!({"type": "object"}),
    }
}

/// What is no number has names in answers.
pub(super) fn number(side: Side) -> Value {
    match side {
        Side::Input => json!({"type": "number"}),
        Side::Output => json!({"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}),
    }
}

pub(super) fn whole(from: i64, to: i64) -> Value {
    json!({"type": "integer", "minimum": from, "maximum": to})
}

/// 64 bits are text, since not every reader of JSON keeps them as numbers. As arguments numbers are taken too.
pub(super) fn wide(side: Side, is_signed: bool) -> Value {
    let format = if is_signed { "int64" } else { "uint64" };
    match (side, is_signed) {
        (Side::Output, _) => json!({"type": "string", "format": format}),
        (Side::Input, true) => json!({"type": ["string", "integer"], "format": format, "pattern": "^-?[0-9]{1,19}$"}),
        (Side::Input, false) => {
            json!({"type": ["string", "integer"], "format": format, "pattern": "^[0-9]{1,20}$", "minimum": 0})
        }
    }
}

fn names(of: &EnumDescriptor, side: Side) -> Value {
    if of.full_name() == "google.protobuf.NullValue" {
        return json!({"type": "null"});
    }
    let names: Vec<String> = of.values().map(|value| value.name().to_owned()).collect();
    let named = json!({"type": "string", "enum": names});
    let is_open = of.parent_file().syntax() != Syntax::Proto2;
    if side == Side::Output && is_open { json!({"anyOf": [named, {"type": "integer"}]}) } else { named }
}
