use serde_json::{Value, json};

use super::{offered, only, read, read_with, sound};
use crate::Config;
use crate::api::{BodyArguments, Place, Scheme, Style};

fn document(paths: Value) -> String {
    json!({
        "swagger": "2.0", "info": {"title": "Shop", "version": "1"},
        "host": "api.example.com", "basePath": "/v1", "schemes": ["http", "https"], "consumes": ["application/json"],
        "parameters": {
            "Page": {"name": "page", "in": "query", "type": "integer", "minimum": 1},
            "Thing": {"name": "thing", "in": "body", "required": true, "schema": {"$ref": "#/definitions/Thing"}},
        },
        "responses": {"Thing": {"description": "One", "schema": {"$ref": "#/definitions/Thing"}}},
        "definitions": {"Thing": {"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string"}, "note": {"type": "string", "x-nullable": true}, "parts": {"type": "array", "items": {"$ref": "#/definitions/Thing"}},
        }}},
        "securityDefinitions": {
            "basic": {"type": "basic"}, "key": {"type": "apiKey", "in": "query", "name": "key"},
            "oauth": {"type": "oauth2", "flow": "accessCode", "authorizationUrl": "https://a.example/a", "tokenUrl": "https://a.example/t", "scopes": {"read": ""}},
        },
        "security": [{"basic": []}],
        "paths": paths,
    })
    .to_string()
}

#[test]
fn swagger_2_0_is_read_as_openapi() {
    let paths = json!({"/things": {
        "parameters": [{"$ref": "#/parameters/Page"}],
        "post": {"operationId": "createThing", "parameters": [{"$ref": "#/parameters/Thing"}], "responses": {"201": {"$ref": "#/responses/Thing"}}},
    }});
    let api = read(&document(paths)).unwrap();
    assert_eq!(api.servers, ["https://api.example.com/v1", "http://api.example.com/v1"]);
    let oauth = Scheme::OAuth {
        authorize_url: Some("https://a.example/a".into()),
        token_url: Some("https://a.example/t".into()),
        scopes: vec!["read".into()],
    };
    assert_eq!(api.schemes.values().cloned().collect::<Vec<_>>(), [Scheme::Basic, Scheme::Query("key".into()), oauth]);
    assert_eq!(only(&api).security, [["basic"]]);
    let action = offered(api).actions.remove(0);
    let input = sound(&action.input.get());
    let wanted = json!({
        "page": {"type": "integer", "minimum": 1},
        "name": {"type": "string"},
        "note": {"type": ["string", "null"]},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/Thing"}},
    });
    assert_eq!((&input["properties"], &input["required"]), (&wanted, &json!(["name"])));
    assert!(sound(&action.output.unwrap().get())["$defs"]["Thing"].is_object());
}

#[test]
fn collection_formats_are_styles() {
    let list = |place: &str, format: Option<&str>| {
        let mut parameter =
            json!({"name": "a", "in": place, "type": "array", "items": {"type": "string"}, "required": true});
        if let Some(format) = format {
            parameter["collectionFormat"] = format.into();
        }
        let api = read(&document(json!({"/x/{a}": {"get": {"parameters": [parameter]}}}))).unwrap();
        let found = only(&api).parameters.iter().find(|it| it.schema["type"] == "array").cloned().unwrap();
        (found.place, found.style, found.explode)
    };
    assert_eq!(list("query", None), (Place::Query, Style::Form, false));
    assert_eq!(list("query", Some("csv")), (Place::Query, Style::Form, false));
    assert_eq!(list("query", Some("ssv")), (Place::Query, Style::SpaceDelimited, false));
    assert_eq!(list("query", Some("tsv")), (Place::Query, Style::TabDelimited, false));
    assert_eq!(list("query", Some("pipes")), (Place::Query, Style::PipeDelimited, false));
    assert_eq!(list("query", Some("multi")), (Place::Query, Style::Form, true));
    assert_eq!(list("path", Some("csv")), (Place::Path, Style::Simple, false));
    assert_eq!(list("header", Some("csv")), (Place::Header, Style::Simple, false));
}

#[test]
fn forms_are_bodies() {
    let field =
        |name: &str, kind: &str| json!({"name": name, "in": "formData", "type": kind, "required": name == "file"});
    let form = |fields: Vec<Value>| {
        let api = read(&document(json!({"/x": {"post": {"parameters": fields}}}))).unwrap();
        only(&api).body.clone().unwrap()
    };
    let plain = form(vec![field("a", "string")]);
    assert_eq!((plain.media_type.as_str(), plain.required), ("application/x-www-form-urlencoded", false));
    let files = form(vec![field("file", "file"), field("note", "string")]);
    assert_eq!((files.media_type.as_str(), files.required), ("multipart/form-data", true));
    assert_eq!(files.schema["properties"]["file"], json!({"type": "string", "format": "binary"}));
    assert!(matches!(files.arguments, BodyArguments::Properties(names) if names.len() == 2));
}

#[test]
fn what_a_document_does_not_say_comes_from_where_it_was_found() {
    let document = json!({"swagger": "2.0", "basePath": "/v1", "paths": {"/a": {"get": {}}}}).to_string();
    let api = read_with(&document, &Config::default(), Some("http://127.0.0.1:8888/v1/__api__")).unwrap();
    assert_eq!(api.servers, ["http://127.0.0.1:8888/v1"]);
}
