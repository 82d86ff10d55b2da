use serde_json::{Value, json};

use super::{document, offered, one, read, sound};

#[test]
fn what_is_no_document_says_so() {
    for (text, said) in [
        ("", "it is empty"),
        ("<!DOCTYPE html><p>Not found", "HTML"),
        ("{\"openapi\": ", "cannot be read"),
        ("[1, 2]", "single value or a list"),
        ("just words", "single value or a list"),
        ("{\"paths\": {}}", "neither `openapi` nor `swagger`"),
        ("{\"openapi\": \"4.0.0\", \"paths\": {}}", "OpenAPI 4.0.0"),
        ("{\"swagger\": \"1.2\"}", "neither `openapi` nor `swagger`"),
        ("openapi: [3\n  : }", "cannot be read"),
    ] {
        let error = read(text).map(drop).unwrap_err().to_string();
        assert!(error.contains(said), "{text}: {error}");
    }
}

#[test]
fn deep_nesting_is_refused_and_not_walked() {
    for text in [
        format!("{{\"openapi\": \"3.0.0\", \"x\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("openapi: 3.0.0\nx: {}{}", "[".repeat(100_000), "]".repeat(100_000)),
    ] {
        assert!(read(&text).is_err());
    }
}

#[test]
fn everything_of_a_wrong_type_costs_only_itself() {
    let wrong = [json!(null), json!(1), json!("x"), json!([]), json!({}), json!([[]]), json!({"x": [null]})];
    for value in &wrong {
        for place in [
            "parameters",
            "requestBody",
            "responses",
            "tags",
            "servers",
            "security",
            "summary",
            "operationId",
            "deprecated",
        ] {
            let mut operation = json!({"operationId": "kept"});
            operation[place] = value.clone();
            let catalog = offered(read(&one(operation, json!({}))).unwrap());
            assert_eq!(catalog.actions.len(), 1, "{place}: {value}");
            sound(&catalog.actions[0].input.get());
        }
        for place in ["paths", "components", "servers", "security", "info", "tags"] {
            let mut whole = json!({"openapi": "3.0.0", "paths": {"/a": {"get": {}}}});
            whole[place] = value.clone();
            read(&whole.to_string()).unwrap();
        }
        for schema in [
            "properties",
            "items",
            "allOf",
            "enum",
            "type",
            "required",
            "additionalProperties",
            "discriminator",
            "default",
            "$ref",
            "pattern",
            "patternProperties",
            "not",
            "nullable",
            "format",
        ] {
            let schema = json!({"type": "object", schema: value});
            let body = json!({"requestBody": {"content": {"application/json": {"schema": schema}}}});
            let api = read(&document(json!({"/a": {"post": body}}), json!({}))).unwrap();
            sound(&offered(api).actions[0].input.get());
        }
    }
}

#[test]
fn a_path_that_leaves_its_place_is_not_offered_where_it_has_no_slash() {
    let api = read(&document(json!({"evil.example/x": {"get": {}}, "/ok": {"get": {}}}), json!({}))).unwrap();
    let catalog = offered(api);
    assert_eq!((catalog.actions.len(), catalog.hidden[0].reason.as_str()), (1, "its path does not begin with /"));
}

#[test]
fn many_that_are_closed_for_one_reason_are_summed_up() {
    let paths: serde_json::Map<_, _> = (0..500).map(|at| (format!("p{at}"), json!({"get": {}}))).collect();
    let catalog = offered(read(&document(Value::Object(paths), json!({}))).unwrap());
    assert_eq!(catalog.hidden.len(), 11);
    assert_eq!(catalog.hidden[10].name, "and 490 more");
}

#[test]
fn schemas_that_call_for_each_other_many_times_stay_small() {
    let refs = |at: usize| -> Value {
        (0..20).map(|it| json!({"$ref": format!("#/components/schemas/S{}", (at * 7 + it) % 300)})).collect()
    };
    let schemas: serde_json::Map<_, _> =
        (0..300).map(|at| (format!("S{at}"), json!({"description": "words ".repeat(30), "anyOf": refs(at)}))).collect();
    let body =
        json!({"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}}});
    let api = read(&document(json!({"/a": {"post": body}}), json!({"schemas": schemas}))).unwrap();
    let input = sound(&offered(api).actions[0].input.get());
    assert!(input.to_string().len() < 60_000, "{}", input.to_string().len());
}
