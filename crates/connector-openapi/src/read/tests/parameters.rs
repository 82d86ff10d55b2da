use serde_json::{Value, json};

use super::{document, input, one, only, read};
use crate::api::{Place, Style};

#[test]
fn style_and_explode_have_the_specification_s_defaults() {
    let parameter = |place: &str| json!({"name": "a", "in": place, "required": true, "schema": {"type": "array", "items": {"type": "string"}}});
    for (place, wanted) in [
        ("path", (Place::Path, Style::Simple, false)),
        ("query", (Place::Query, Style::Form, true)),
        ("header", (Place::Header, Style::Simple, false)),
        ("cookie", (Place::Cookie, Style::Form, true)),
    ] {
        let path = if place == "path" { "/things/{a}" } else { "/things" };
        let api = read(&document(json!({path: {"get": {"parameters": [parameter(place)]}}}), json!({}))).unwrap();
        let found = &only(&api).parameters[0];
        assert_eq!((found.place, found.style, found.explode), wanted);
    }
}

#[test]
fn what_is_written_is_kept() {
    let written = json!({"name": "a", "in": "query", "style": "deepObject", "explode": true, "allowReserved": true, "schema": {"type": "object"}});
    let json = json!({"name": "b", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}});
    let api = read(&one(json!({"parameters": [written, json]}), json!({}))).unwrap();
    let [a, b] = only(&api).parameters.as_slice() else { panic!("two parameters") };
    assert_eq!((a.style, a.explode, a.allow_reserved, &a.content), (Style::DeepObject, true, true, &None));
    assert_eq!(b.content.as_deref(), Some("application/json"));
}

#[test]
fn an_operation_s_own_parameter_stands_before_its_path_s() {
    let of = |kind: &str| json!({"name": "id", "in": "path", "required": true, "schema": {"type": kind}});
    let shared = json!({"name": "page", "in": "query", "schema": {"type": "integer"}});
    let item = json!({"parameters": [of("string"), shared], "get": {"parameters": [of("integer")]}});
    let input = input(&document(json!({"/things/{id}": item}), json!({})));
    let wanted = json!({"id": {"type": "integer"}, "page": {"type": "integer"}});
    assert_eq!((&input["properties"], &input["required"]), (&wanted, &json!(["id"])));
}

#[test]
fn a_piece_of_the_path_that_nobody_described_is_asked_for_and_one_that_is_not_there_is_not() {
    let gone = json!({"name": "gone", "in": "path", "required": true, "schema": {"type": "string"}});
    let input = input(&document(json!({"/things/{id}": {"get": {"parameters": [gone]}}}), json!({})));
    assert_eq!(input["properties"], json!({"id": {"type": "string", "minLength": 1}}));
}

#[test]
fn headers_that_are_not_the_operation_s_are_left_out() {
    let header = |name: &str| json!({"name": name, "in": "header", "required": true, "schema": {"type": "string"}});
    let all: Value = ["Accept", "content-type", "AUTHORIZATION", "Host", "X-Own"].map(header).to_vec().into();
    let input = input(&one(json!({"parameters": all}), json!({})));
    assert_eq!(input["properties"].as_object().unwrap().keys().collect::<Vec<_>>(), ["X-Own"]);
}

#[test]
fn effects_come_from_methods_and_from_configuration() {
    use access::Effect::{Destroy, Read, Write};
    let item = json!({"get": {}, "head": {}, "options": {}, "put": {}, "post": {"operationId": "search"}, "patch": {}, "delete": {}, "trace": {}});
    let config = crate::Config { effects: [("search".to_owned(), Read)].into(), ..Default::default() };
    let api = super::read_with(&document(json!({"/things": item}), json!({})), &config, None).unwrap();
    let found: Vec<_> = api.operations.iter().map(|it| (it.method.as_str(), it.effect)).collect();
    let wanted = [
        ("GET", Read),
        ("PUT", Write),
        ("POST", Read),
        ("DELETE", Destroy),
        ("OPTIONS", Read),
        ("HEAD", Read),
        ("PATCH", Write),
    ];
    assert_eq!(found, wanted);
    assert_eq!(api.skipped[0].name, "TRACE /things");
}
