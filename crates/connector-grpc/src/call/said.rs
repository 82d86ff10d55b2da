//! What a service says about an error: its message, and what fields it complains of (google/rpc/error_details.proto).

use prost::Message;
use tonic::Status;
use upstream::Request;

/// The most letters of it that are shown.
const LETTERS_MAX: usize = 300;
/// How many complaints about single fields are told.
const FIELDS_MAX: usize = 10;
/// Longer details are no message.
const DETAILS_BYTES_MAX: usize = 64 << 10;

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
struct Details {
    #[prost(message, repeated, tag = "3")]
    details: Vec<Packed>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Packed {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.BadRequest`.
#[derive(Clone, PartialEq, Message)]
struct BadRequest {
    #[prost(message, repeated, tag = "1")]
    violations: Vec<Violation>,
}

/// `google.rpc.BadRequest.FieldViolation`.
#[derive(Clone, PartialEq, Message)]
struct Violation {
    #[prost(string, tag = "1")]
    field: String,
    #[prost(string, tag = "2")]
    description: String,
}

/// What it says for people, without what they should not see.
pub(super) fn said(status: &Status, request: &Request) -> Option<String> {
    let mut parts = vec![status.message().to_owned()];
    parts.extend(violations(status.details()));
    parts.retain(|part| !part.trim().is_empty());
    request.quotable(&parts.join("; "), LETTERS_MAX)
}

fn violations(details: &[u8]) -> Vec<String> {
    if details.len() > DETAILS_BYTES_MAX {
        return Vec::new();
    }
    let packed = Details::decode(details).map(|it| it.details).unwrap_or_default();
    let bad = packed.iter().filter(|it| it.type_url.ends_with("/google.rpc.BadRequest"));
    let bad = bad.filter_map(|it| BadRequest::decode(it.value.as_slice()).ok());
    let all = bad.flat_map(|it| it.violations).take(FIELDS_MAX);
    all.map(|it| format!("{}: {}", it.field, it.description)).collect()
}
