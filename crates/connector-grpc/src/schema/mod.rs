//! JSON Schemas (2020-12) of messages as the proto3 JSON mapping writes them
//! (protobuf.dev/programming-guides/json).
//!
//! A message that is used in one place stands there; one that is used in several, or within itself, is a definition.

mod known;
mod message;
mod oneof;
mod scalar;
mod uses;

use prost_reflect::MessageDescriptor;
use serde_json::{Map, Value, json};

pub(crate) use self::known::is_value;
use self::message::Render;
use crate::catalog::Bound;
use crate::describe::Comments;

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Arguments: only what the server's types name is taken.
    Input,
    /// Answers: also what the mapping allows a server to write, such as the number of an enum value that is not named.
    Output,
}

/// The one argument of a method whose input is no object in JSON (`google.protobuf.StringValue`).
pub(crate) const VALUE: &str = "value";

/// Of a method's arguments, without what is bound.
pub(crate) fn arguments(
    message: &MessageDescriptor,
    bound: &Bound,
    comments: &Comments,
    bytes_max: usize,
) -> Map<String, Value> {
    let mut render = Render::new(Side::Input, message, bound, comments, bytes_max);
    let root = render.root(message);
    let root = if is_value(message) {
        json!({"type": "object", "properties": {VALUE: root}, "additionalProperties": false})
    } else {
        root
    };
    render.finish(root)
}

/// Of what a method answers: a list where it is a stream.
pub(crate) fn answer(
    message: &MessageDescriptor,
    is_stream: bool,
    comments: &Comments,
    bytes_max: usize,
) -> Map<String, Value> {
    let bound = Bound::default();
    let mut render = Render::new(Side::Output, message, &bound, comments, bytes_max);
    let root = render.root(message);
    let root = if is_stream { json!({"type": "array", "items": root}) } else { root };
    render.finish(root)
}
