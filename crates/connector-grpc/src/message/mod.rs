//! Between arguments in JSON and messages, in the proto3 JSON mapping, and the caller's own values in between.

mod own;
mod typed;

use connector::{Error, ErrorKind, Result};
use prost_reflect::{DeserializeOptions, DynamicMessage, MessageDescriptor};
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

/// A message as JSON text.
pub(crate) fn write(message: &DynamicMessage) -> Result<Box<RawValue>> {
    to_raw_value(message).map_err(|error| {
        let message = "The service's answer has no JSON form: a time out of range, or a packed message of an unknown type. \
                       Whether it did what was asked is not known: look before you try again.";
        Error::new(ErrorKind::Unsupported, message).with_source(error)
    })
}
