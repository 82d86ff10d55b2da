use serde_json::{Value, json};

use super::{action, document, document_3_1, input, one, validator};

/// How a schema of one parameter is shown.
fn shown(schema: Value) -> Value {
    input(&one(json!({"parameters": [{"name": "x", "in": "query", "schema": schema}]}), json!({})))["properties"]["x"]
        .clone()
}

fn shown_3_1(schema: Value) -> Value {
    let operation = json!({"parameters": [{"name": "x", "in": "query", "schema": schema}]});
    input(&document_3_1(json!({"/things": {"get": operation}}), json!({})))["properties"]["x"].clone()
}

#[test]
fn the_dialect_of_3_0_becomes_json_schema_2020_12() {
    for (written, wanted) in [
        (json!({"type": "string", "nullable": true}), json!({"type": ["string", "null"]})),
        (
            json!({"type": "number", "minimum": 1, "exclusiveMinimum": true, "maximum": 5, "exclusiveMaximum": false}),
            json!({"type": "number", "maximum": 5, "exclusiveMinimum": 1}),
        ),
        (json!({"type": "string", "example": "a"}), json!({"type": "string", "examples": ["a"]})),
        (json!({"type": "string", "x-internal": 1, "xml": {"name": "y"}}), json!({"type": "string"})),
        (
            json!({"type": "string", "default": "a", "enum": ["a", "b"]}),
            json!({"type": "string", "default": "a", "enum": ["a", "b"]}),
        ),
        (json!({"type": "string", "deprecated": true}), json!({"type": "string", "deprecated": true})),
        (
            json!({"type": "array", "items": {"type": "integer", "format": "int64"}}),
            json!({"type": "array", "items": {"type": "integer", "format": "int64"}}),
        ),
    ] {
        assert_eq!(shown(written), wanted);
    }
}

#[test]
fn json_schema_of_3_1_stays_as_it_is() {
    for schema in [
        json!({"type": ["integer", "string"], "exclusiveMinimum": 3}),
        json!({"const": "a"}),
        json!({"type": "array", "prefixItems": [{"type": "string"}], "items": false}),
        json!({"if": {"type": "string"}, "then": {"minLength": 1}, "else": {"minimum": 1}}),
        json!({"type": "object", "patternProperties": {"^a": {"type": "string"}}, "additionalProperties": false}),
    ] {
        assert_eq!(shown_3_1(schema.clone()), schema);
    }
}

#[test]
fn mistakes_cost_the_keyword_they_are_in() {
    for (written, wanted) in [
        (json!({"type": "int"}), json!({"type": "integer"})),
        (json!({"type": "nonsense", "maxLength": 3}), json!({"maxLength": 3})),
        (json!({"type": "string", "minLength": -1, "maxLength": "5", "required": true}), json!({"type": "string"})),
        (json!({"type": "string", "pattern": "(?<open"}), json!({"type": "string"})),
        (json!({"type": "string", "pattern": "/^a+$/"}), json!({"type": "string", "pattern": "^a+$"})),
        (json!({"type": "string", "pattern": "\\Aa\\z"}), json!({"type": "string", "pattern": "^a$"})),
        (json!({"type": "string", "enum": [1, 2]}), json!({"enum": [1, 2]})),
        (json!({"type": "string", "enum": []}), json!({"type": "string"})),
        (json!({"type": "object", "required": ["a", "a", 1]}), json!({"type": "object", "required": ["a"]})),
        (json!({"allOf": [], "multipleOf": 0, "items": "x"}), json!({})),
        (json!(["no", "schema"]), json!({})),
    ] {
        assert_eq!(shown(written.clone()), wanted, "{written}");
    }
}

#[test]
fn read_only_is_left_out_of_requests_also_behind_references() {
    let components = json!({"schemas": {
        "Stamp": {"type": "string", "readOnly": true},
        "Inner": {"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}, "name": {"type": "string"}}, "required": ["id", "name"]},
    }});
    let schema = json!({
        "type": "object",
        "properties": {"id": {"type": "integer", "readOnly": true}, "at": {"$ref": "#/components/schemas/Stamp"}, "inner": {"$ref": "#/components/schemas/Inner"}},
        "required": ["id", "inner"],
    });
    let operation = json!({"requestBody": {"content": {"application/json": {"schema": schema}}}});
    let input = input(&document(json!({"/things": {"post": operation}}), components));
    assert_eq!(input["properties"], json!({"inner": {"$ref": "#/$defs/Inner"}}));
    assert_eq!(input["required"], json!(["inner"]));
    let wanted = json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]});
    assert_eq!(input["$defs"]["Inner"], wanted);
}

#[test]
fn a_discriminator_tells_alternatives_apart() {
    let kind =
        |own: &str| json!({"type": "object", "properties": {"kind": {"type": "string"}, own: {"type": "integer"}}});
    let components = json!({"schemas": {"Cat": kind("lives"), "Dog": kind("tricks")}});
    let schema = json!({
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat", "dog": "Dog"}},
    });
    let operation = json!({"requestBody": {"required": true, "content": {"application/json": {"schema": schema}}}});
    let input = input(&document(json!({"/pets": {"post": operation}}), components));
    let check = validator(&input);
    assert!(check.is_valid(&json!({"body": {"kind": "dog", "tricks": 3}})), "{input}");
    assert!(!check.is_valid(&json!({"body": {"kind": "bird"}})));
}

#[test]
fn a_schema_that_is_too_large_is_cut_where_it_is_deep() {
    let mut schema = json!({"type": "string", "description": "x".repeat(200)});
    for at in 0..40 {
        let fields: serde_json::Map<_, _> =
            (0..20).map(|it| (format!("field_{at}_{it}"), json!({"type": "string"}))).collect();
        schema = json!({"type": "object", "properties": fields, "additionalProperties": schema});
    }
    let components = json!({"schemas": {"Deep": schema}});
    let body = json!({"type": "object", "properties": {"deep": {"$ref": "#/components/schemas/Deep"}, "name": {"type": "string"}}});
    let operation = json!({"requestBody": {"content": {"application/json": {"schema": body}}}});
    let document = document(json!({"/things": {"post": operation}}), components);
    let input = input(&document);
    assert!(input.to_string().len() < 40_000);
    assert!(input.to_string().contains("left out for its size"));
    assert_eq!(input["properties"]["name"], json!({"type": "string"}));
    assert!(action(&document).output.is_none());
}
