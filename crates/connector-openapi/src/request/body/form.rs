//! `application/x-www-form-urlencoded` (OpenAPI 3.1.1 sections 4.8.14.4 and 4.8.15).

use std::borrow::Cow;

use bytes::Bytes;
use connector::Result;
use http::HeaderValue;
use serde_json::{Map, Value};

use super::Written;
use super::part;
use crate::api::Body;
use crate::request::encode::Keep;
use crate::request::pairs::{self, Pair};
use crate::request::refused;

pub(super) fn write(body: &Body, members: &Map<String, Value>) -> Result<Written> {
    let mut form = String::new();
    for (name, value) in members {
        let keep = match body.encoding.get(name) {
            Some(encoding) if encoding.allow_reserved => Keep::Reserved,
            _ => Keep::Unreserved,
        };
        for pair in part::pairs(body, name, value).unwrap_or_else(|| plain(body, name, value)) {
            if pair.is_free && part::is_taken(body, members, name, &pair) {
                return Err(refused(name, "has a key that is another field's name."));
            }
            if !form.is_empty() {
                form.push('&');
            }
            pair.write(&mut form, keep);
        }
    }
    let media_type = HeaderValue::from_static("application/x-www-form-urlencoded");
    Ok(Written { media_type, content: Bytes::from(form) })
}

/// Without a style: text, or JSON where the value is an object or the document says so; a list as one pair for each of
/// its items.
fn plain<'a>(body: &Body, name: &'a str, value: &'a Value) -> Vec<Pair<'a>> {
    let pair =
        |text: Cow<'a, str>| Pair { name: Cow::Borrowed(name), is_free: false, values: vec![text], delimiter: ',' };
    if part::is_json(body, name) {
        return vec![pair(value.to_string().into())];
    }
    match value {
        Value::Object(_) => vec![pair(value.to_string().into())],
        list => pairs::of(name, list, crate::api::Style::Form, true),
    }
}
