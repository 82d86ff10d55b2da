use connector::{Context, ErrorKind};
use http::Method;
use serde_json::json;

use super::{operation, outcome, response, seen, told};

#[test]
fn nothing_is_nothing() {
    assert_eq!(seen(told(response(204, &[], b""))), json!({}));
    assert_eq!(seen(told(response(200, &[("content-type", "application/json")], b""))), json!({}));
}

#[test]
fn what_was_made_is_named() {
    let location = [("location", "https://internal.example:8443/v1/things/a%20b?x=1"), ("etag", "\"7\"")];
    let expected = json!({ "data": { "etag": "\"7\"", "location": "/v1/things/a%20b?x=1" }, "id": "a b" });
    assert_eq!(seen(told(response(201, &location, b""))), expected);
}

#[test]
fn what_is_not_done_yet_is_said() {
    let expected = json!({ "notices": ["The API has accepted this and may still be working on it."] });
    assert_eq!(seen(told(response(202, &[], b""))), expected);
}

#[test]
fn what_has_not_changed_is_said() {
    let expected = json!({ "notices": ["Nothing has changed since the version that was named."] });
    assert_eq!(seen(told(response(304, &[("etag", "\"7\"")], b""))), expected);
}

#[test]
fn a_head_gives_its_headers() {
    let mut head = operation();
    head.method = Method::HEAD;
    let headers =
        [("content-length", "12"), ("content-type", "text/plain"), ("last-modified", "Sun, 22 Nov 2026 00:00:00 GMT")];
    let outcome = outcome(&head, response(200, &headers, b""), &Context::new("test", 1000)).unwrap();
    let expected =
        json!({ "data": { "type": "text/plain", "length": "12", "modified": "Sun, 22 Nov 2026 00:00:00 GMT" } });
    assert_eq!(seen(outcome), expected);
}

#[test]
fn a_tag_is_told_where_it_can_be_given_back() {
    let mut wanted = operation();
    let tagged = || response(200, &[("content-type", "application/json"), ("etag", "\"7\"")], b"{}");
    assert_eq!(seen(told(tagged())), json!({ "data": {} }));
    wanted.parameters.push(crate::api::Parameter {
        name: "If-Match".into(),
        argument: "If-Match".into(),
        place: crate::api::Place::Header,
        description: None,
        required: false,
        deprecated: false,
        style: crate::api::Style::Simple,
        explode: false,
        allow_reserved: false,
        content: None,
        schema: json!({}),
    });
    let outcome = outcome(&wanted, tagged(), &Context::new("test", 1000)).unwrap();
    assert_eq!(seen(outcome), json!({ "data": {}, "notices": ["This version's tag, for If-Match: \"7\""] }));
}

#[test]
fn a_missing_item_is_not_found() {
    let error =
        outcome(&operation(), response(404, &[], b"{}"), &Context::new("test", 1000)).expect_err("it is missing");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
