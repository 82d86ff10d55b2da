use serde_json::{Value, json};

use super::{body, sent};
use crate::api::{Body, Encoding};
use crate::request::body_schema;

fn form() -> Body {
    body(
        "multipart/form-data",
        json!({
            "type": "object",
            "properties": {
                "file": { "type": "string", "format": "binary", "description": "The picture." },
                "files": { "type": "array", "items": { "type": "string", "contentMediaType": "image/png" } },
                "note": { "type": "string" },
            },
        }),
    )
}

/// The parts, with `-` for the boundary.
fn parts(body: Body, value: Value) -> String {
    let (media_type, text) = sent(body, value).unwrap();
    let boundary = media_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    text.replace(boundary, "-").replace("\r\n", "\n")
}

#[test]
fn files_have_names_and_types() {
    let value = json!({
        "file": { "name": "a.png", "type": "image/png", "base64": "aGVsbG8=" },
        "files": ["first", { "text": "second", "name": "b.txt" }],
        "note": "hi",
    });
    let expected = "---\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\nContent-Type: image/png\n\nhello\n\
        ---\nContent-Disposition: form-data; name=\"files\"; filename=\"files\"\nContent-Type: text/plain; charset=utf-8\n\nfirst\n\
        ---\nContent-Disposition: form-data; name=\"files\"; filename=\"b.txt\"\nContent-Type: text/plain; charset=utf-8\n\nsecond\n\
        ---\nContent-Disposition: form-data; name=\"note\"\n\nhi\n\
        -----\n";
    assert_eq!(parts(form(), value), expected);
}

#[test]
fn values_are_text_or_json() {
    let value = json!({ "list": [1.0, true], "in": { "k": 1 }, "no": null, "all": [{ "k": 1 }] });
    let expected = "---\nContent-Disposition: form-data; name=\"list\"\n\n1\n\
        ---\nContent-Disposition: form-data; name=\"list\"\n\ntrue\n\
        ---\nContent-Disposition: form-data; name=\"in\"\nContent-Type: application/json\n\n{\"k\":1}\n\
        ---\nContent-Disposition: form-data; name=\"all\"\nContent-Type: application/json\n\n{\"k\":1}\n\
        -----\n";
    assert_eq!(parts(form(), value), expected);
}

#[test]
fn a_part_has_the_document_s_type_and_headers() {
    let encoding = Encoding {
        content_type: Some("image/jpeg".into()),
        headers: [("X-Kind".to_owned(), "photo".to_owned()), ("Bad\n".to_owned(), "x".to_owned())].into(),
        ..Encoding::default()
    };
    let body = Body { encoding: [("file".to_owned(), encoding)].into(), ..form() };
    let expected = "---\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\nContent-Type: image/jpeg\n\
        X-Kind: photo\n\nx\n-----\n";
    assert_eq!(parts(body, json!({ "file": "x" })), expected);
}

#[test]
fn a_name_cannot_end_its_header() {
    let value = json!({ "file": { "name": "a\"\r\nX-Admin: 1\u{0}", "text": "" } });
    let head = "---\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22%0D%0AX-Admin: 1\"\n";
    assert!(parts(form(), value).starts_with(head));
}

#[test]
fn callers_are_told_what_a_file_is() {
    let schema = body_schema(&form(), &Default::default());
    let file = &schema["properties"]["file"];
    assert_eq!(file["description"], "A file: The picture.");
    assert_eq!(file["anyOf"][1]["properties"]["base64"]["type"], "string");
    assert_eq!(schema["properties"]["files"]["items"]["description"], "A file.");
    assert_eq!(schema["properties"]["note"], json!({ "type": "string" }));
}
