//! Between arguments in JSON and messages, in the proto3 JSON mapping, and the caller's own values in between.

mod own;
mod typed;

use connector::{Error, ErrorKind, Result};
use prost_reflect::{DeserializeOptions, DynamicMessage, MessageDescriptor, ReflectMessage, Value as Packed};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

pub(crate) use self::own::Own;
use crate::catalog::plain;
use crate::schema::{VALUE, is_value};

/// The longest complaint about arguments, in characters.
const COMPLAINT_CHARS_MAX: usize = 240;

/// The message that arguments say. Whatever they name that the type has not is refused.
pub(crate) fn read(descriptor: &MessageDescriptor, mut input: Map<String, Value>) -> Result<DynamicMessage> {
    let value = if is_value(descriptor) {
        match input.remove(VALUE) {
            Some(value) if input.is_empty() => value,
            None if input.is_empty() => return Ok(DynamicMessage::new(descriptor.clone())),
            _ => return Err(Error::invalid(format!("The only argument is `{VALUE}`."))),
        }
    } else {
        input.into()
    };
    let strict = DeserializeOptions::new().deny_unknown_fields(true);
    DynamicMessage::deserialize_with_options(descriptor.clone(), value, &strict).map_err(|error| {
        let complaint = plain(&error.to_string(), COMPLAINT_CHARS_MAX);
        Error::invalid(format!("These arguments are not a {}: {complaint}.", descriptor.name()))
    })
}

/// How deeply an answer may nest, with what is packed in it.
const ANSWER_DEPTH_MAX: usize = 100;

/// A message as JSON text.
pub(crate) fn write(message: &DynamicMessage) -> Result<Box<RawValue>> {
    if !is_shallow(message, 0) {
        let message = "The service's answer nests too deeply to be read. Whether it did what was asked is not known: look \
                       before you try again.";
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    to_raw_value(message).map_err(|error| {
        let message = "The service's answer has no JSON form: a time out of range, or a packed message of an unknown type. \
                       Whether it did what was asked is not known: look before you try again.";
        Error::new(ErrorKind::Unsupported, message).with_source(error)
    })
}

/// A packed message starts the decoder's own count of levels anew: it is bounded here, before anything recurses into it.
fn is_shallow(message: &DynamicMessage, depth: usize) -> bool {
    if depth > ANSWER_DEPTH_MAX {
        return false;
    }
    if message.descriptor().full_name() == "google.protobuf.Any" {
        let field = |name: &str| message.get_field_by_name(name).map(std::borrow::Cow::into_owned);
        let (Some(Packed::String(url)), Some(Packed::Bytes(bytes))) = (field("type_url"), field("value")) else {
            return true;
        };
        let name = url.rsplit('/').next().unwrap_or_default();
        let Some(of) = message.descriptor().parent_pool().get_message_by_name(name) else { return true };
        return DynamicMessage::decode(of, bytes).map_or(true, |inner| is_shallow(&inner, depth + 1));
    }
    let fields = message.fields().map(|(_, value)| value);
    fields.chain(message.extensions().map(|(_, value)| value)).all(|value| is_within(value, depth))
}

fn is_within(value: &Packed, depth: usize) -> bool {
    match value {
        Packed::Message(message) => is_shallow(message, depth + 1),
        Packed::List(items) => items.iter().all(|item| is_within(item, depth)),
        Packed::Map(entries) => entries.values().all(|value| is_within(value, depth)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use prost::Message;
    use prost_reflect::DescriptorPool;

    use super::*;

    fn packed(levels: usize) -> DynamicMessage {
        let any = DescriptorPool::global().get_message_by_name("google.protobuf.Any").unwrap();
        let mut message = DynamicMessage::new(any.clone());
        for _ in 0..levels {
            let inner = message.encode_to_vec();
            message = DynamicMessage::new(any.clone());
            let url = "type.googleapis.com/google.protobuf.Any".to_owned();
            message.set_field_by_name("type_url", Packed::String(url));
            message.set_field_by_name("value", Packed::Bytes(inner.into()));
        }
        message
    }

    #[test]
    fn an_answer_that_is_packed_over_and_over_is_refused() {
        assert_eq!(write(&packed(2_000)).unwrap_err().kind(), ErrorKind::Unsupported);
        assert!(is_shallow(&packed(20), 0));
    }
}
