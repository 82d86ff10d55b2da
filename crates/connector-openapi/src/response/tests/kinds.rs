use connector::Context;
use serde_json::json;

use super::{data, operation, outcome, response, seen, told};

#[test]
fn json_passes_through_unchanged() {
    let text = r#" {"z": 1.10, "a":[1e2,"\u00e4", 12345678901234567890123] } "#;
    let outcome = told(response(200, &[("content-type", "application/vnd.x+json; v=1")], text.as_bytes()));
    assert_eq!(outcome.data.unwrap().get(), text.trim());
}

#[test]
fn the_content_type_is_a_hint() {
    assert_eq!(data("", br#"{"a":1}"#), json!({ "data": { "a": 1 } }));
    assert_eq!(data("application/octet-stream", b"[1]"), json!({ "data": [1] }));
    assert_eq!(data("text/plain", b"[1]"), json!({ "data": "[1]" }));
    let mut wanted = operation();
    wanted.output = Some(json!({}));
    let html = response(200, &[("content-type", "text/html")], b"[1]");
    assert_eq!(seen(outcome(&wanted, html, &Context::new("test", 1000)).unwrap()), json!({ "data": [1] }));
    let notice = "The API called this JSON, but it is not: it is given as text.";
    assert_eq!(data("application/json", b"<p>"), json!({ "data": "<p>", "notices": [notice] }));
    assert_eq!(data("application/json", b"word"), json!({ "data": "word", "notices": [notice] }));
    assert_eq!(data("application/json", b"5"), json!({ "data": 5 }));
}

#[test]
fn marks_before_json_are_taken_away() {
    assert_eq!(data("application/json", "\u{feff}[1]".as_bytes()), json!({ "data": [1] }));
    assert_eq!(data("application/json", b")]}',\n[1]"), json!({ "data": [1] }));
}

#[test]
fn json_that_no_client_reads_is_text() {
    let deep = "[".repeat(200) + &"]".repeat(200);
    for text in [deep.as_str(), r#"["\ud800"]"#, "[1e999]"] {
        assert!(data("application/json", text.as_bytes())["data"].is_string(), "{text}");
    }
    assert_eq!(data("application/json", br#"["\ud83d\ude00"]"#), json!({ "data": ["😀"] }));
}

#[test]
fn lines_of_json_are_a_list() {
    assert_eq!(data("application/x-ndjson", b"{\"a\":1}\n\n{\"a\":2}\n"), json!({ "data": [{ "a": 1 }, { "a": 2 }] }));
    assert_eq!(data("application/json", b"{\"a\":1}\r\n{\"a\":2}"), json!({ "data": [{ "a": 1 }, { "a": 2 }] }));
}

#[test]
fn text_is_decoded() {
    assert_eq!(data("text/plain; charset=ISO-8859-1", b"\xe4"), json!({ "data": "ä" }));
    assert_eq!(data("text/plain; charset=\"utf-16le\"", b"h\0i\0"), json!({ "data": "hi" }));
    assert_eq!(data("application/json; charset=windows-1252", b"[\"\xe4\"]"), json!({ "data": ["ä"] }));
    assert_eq!(data("text/csv", "a,ä".as_bytes()), json!({ "data": "a,ä" }));
    assert_eq!(data("application/octet-stream", "log ä\n".as_bytes()), json!({ "data": "log ä\n" }));
}

#[test]
fn bytes_are_base64() {
    let file = |media_type: &str, bytes: &[u8]| data(media_type, bytes)["data"].clone();
    assert_eq!(file("image/png", b"hello"), json!({ "type": "image/png", "base64": "aGVsbG8=" }));
    assert_eq!(file("", b"\xff\x00"), json!({ "type": "application/octet-stream", "base64": "/wA=" }));
    let named = [("content-type", "application/zip"), ("content-disposition", "attachment; filename=\"../a.zip\"")];
    let expected = json!({ "data": { "type": "application/zip", "base64": "/wA=", "name": "a.zip" } });
    assert_eq!(seen(told(response(200, &named, b"\xff\x00"))), expected);
    assert_eq!(file("image/svg+xml", b"<svg/>"), "<svg/>");
}
