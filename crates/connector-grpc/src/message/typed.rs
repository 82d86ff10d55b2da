use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, Value};

/// A caller's value as a field takes it: a number where it takes numbers, a list of one where it takes lists, wrapped
/// where it is wrapped. `None` where it cannot stand there.
pub(super) fn typed(own: &str, field: &FieldDescriptor) -> Option<Value> {
    let one = single(own, &field.kind())?;
    Some(if field.is_list() { Value::List(vec![one]) } else { one })
}

fn single(own: &str, kind: &Kind) -> Option<Value> {
    Some(match kind {
        Kind::String => Value::String(own.to_owned()),
        Kind::Bytes => Value::Bytes(own.as_bytes().to_vec().into()),
        Kind::Bool => Value::Bool(own.parse().ok()?),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(number(own)?),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(number(own)?),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(number(own)?),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(number(own)?),
        Kind::Enum(of) => Value::EnumNumber(of.get_value_by_name(own)?.number()),
        Kind::Message(message) => {
            let inner = message.get_field_by_name("value")?;
            let mut wrapped = DynamicMessage::new(message.clone());
            wrapped.set_field(&inner, single(own, &inner.kind())?);
            Value::Message(wrapped)
        }
        // Two ids could be one number there.
        Kind::Double | Kind::Float => return None,
    })
}

/// A number that is written in no other way: `007` is not 7.
fn number<T: std::str::FromStr + ToString>(own: &str) -> Option<T> {
    own.parse().ok().filter(|number: &T| number.to_string() == own)
}

/// Whether a value somewhere in free data is the caller's own.
pub(super) fn is_own(value: &Value, own: &str) -> bool {
    match value {
        Value::String(text) => text == own,
        Value::I32(number) => number.to_string() == own,
        Value::I64(number) => number.to_string() == own,
        Value::U32(number) => number.to_string() == own,
        Value::U64(number) => number.to_string() == own,
        Value::F64(number) => number.to_string() == own,
        Value::Bool(truth) => truth.to_string() == own,
        Value::Bytes(bytes) => bytes.as_ref() == own.as_bytes(),
        Value::List(items) => !items.is_empty() && items.iter().all(|item| is_own(item, own)),
        // `google.protobuf.Value` and the wrappers: one field, which is the value.
        Value::Message(message) => {
            let mut fields = message.fields();
            fields.next().is_some_and(|(_, value)| is_own(value, own)) && fields.next().is_none()
        }
        Value::F32(_) | Value::EnumNumber(_) | Value::Map(_) => false,
    }
}
