use serde_json::{Value, json};

use super::{document, input, offered, only, read};
use crate::api::{Body, BodyArguments, Style};

fn body(request: Value) -> Body {
    let api = read(&document(json!({"/things": {"post": {"requestBody": request}}}), json!({}))).unwrap();
    only(&api).body.clone().unwrap()
}

fn of(schema: Value) -> Value {
    json!({"content": {"application/json": {"schema": schema}}})
}

#[test]
fn an_object_s_properties_are_arguments() {
    let schema = json!({"allOf": [
        {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
        {"properties": {"size": {"type": "integer"}}},
    ]});
    let body = body(of(schema));
    assert!(body.required && matches!(&body.arguments, BodyArguments::Properties(names) if names.len() == 2));
}

#[test]
fn what_cannot_be_said_of_separate_arguments_is_one() {
    for schema in [
        json!({"type": "array", "items": {"type": "string"}}),
        json!({"oneOf": [{"type": "object", "properties": {"a": {}}}, {"type": "object", "properties": {"b": {}}}]}),
        json!({"type": "object", "properties": {"a": {}}, "additionalProperties": true}),
        json!({"type": "object", "properties": {"a": {}}, "minProperties": 1}),
        json!({"type": "object"}),
        json!({"type": "string"}),
    ] {
        assert_eq!(body(of(schema.clone())).arguments, BodyArguments::Whole("body".into()), "{schema}");
    }
}

#[test]
fn a_body_that_may_be_left_out_is_one_argument_that_may() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
    let request = json!({"required": false, "content": {"application/json": {"schema": schema}}});
    let input = input(&document(json!({"/things": {"post": {"requestBody": request}}}), json!({})));
    assert_eq!((input.get("required"), &input["properties"]["body"]), (None, &schema));
}

#[test]
fn json_is_preferred_then_forms_then_text_then_bytes() {
    let all = [
        "image/png",
        "text/plain",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/vnd.api+json",
        "application/json; charset=utf-8",
    ];
    for (count, wanted) in [(7, 6), (6, 5), (5, 3), (3, 2), (2, 1), (1, 0)] {
        let content: serde_json::Map<_, _> = all[..count].iter().map(|it| ((*it).to_owned(), json!({}))).collect();
        assert_eq!(body(json!({"content": content})).media_type, all[wanted]);
    }
}

#[test]
fn parts_keep_how_they_are_written() {
    let request = json!({"content": {"multipart/form-data": {
        "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}, "tags": {"type": "array", "items": {"type": "string"}}}},
        "encoding": {
            "file": {"contentType": "image/png", "headers": {"X-Kind": {"schema": {"type": "string", "enum": ["photo"]}}}},
            "tags": {"style": "pipeDelimited", "explode": false},
        },
    }}});
    let body = body(request);
    assert_eq!(body.encoding["file"].content_type.as_deref(), Some("image/png"));
    assert_eq!(body.encoding["file"].headers["X-Kind"], "photo");
    assert_eq!((body.encoding["tags"].style, body.encoding["tags"].explode), (Some(Style::PipeDelimited), Some(false)));
}

#[test]
fn get_sends_no_body() {
    let request = of(json!({"type": "object", "properties": {"a": {}}}));
    let catalog = offered(read(&super::one(json!({"requestBody": request}), json!({}))).unwrap());
    assert_eq!(catalog.actions[0].input.get()["properties"], json!({}));
}
