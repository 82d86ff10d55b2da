use serde_json::{Value, json};

use super::{action, document, input, offered, one, only, read, sound, validator};

#[test]
fn parameters_bodies_responses_and_paths_may_be_references() {
    let paths = json!({
        "/things": {"$ref": "#/components/pathItems/Things"},
        "/others": {"get": {"parameters": [{"$ref": "#/components/parameters/Alias"}]}},
        "/third": {"get": {"parameters": [{"$ref": "#/paths/~1others/get/parameters/0"}]}},
    });
    let components = json!({
        "pathItems": {"Things": {"post": {
            "requestBody": {"$ref": "#/components/requestBodies/Thing"},
            "responses": {"201": {"$ref": "#/components/responses/Thing"}},
        }}},
        "parameters": {
            "Alias": {"$ref": "#/components/parameters/Page%20Size"},
            "Page Size": {"name": "size", "in": "query", "schema": {"$ref": "#/components/schemas/Size"}},
        },
        "requestBodies": {"Thing": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}},
        "responses": {"Thing": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}},
        "schemas": {
            "Size": {"type": "integer", "minimum": 1},
            "Thing": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
        },
    });
    let api = read(&document(paths, components)).unwrap();
    assert!(api.skipped.is_empty(), "{:?}", api.skipped);
    let sizes: Vec<_> = api.operations.iter().skip(1).map(|it| it.parameters[0].schema.clone()).collect();
    assert_eq!(sizes, [json!({"$ref": "#/$defs/Size"}), json!({"$ref": "#/$defs/Size"})]);
    let catalog = offered(api);
    let made = &catalog.actions[0];
    let wanted = json!({
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
        "additionalProperties": false,
    });
    assert_eq!(sound(&made.input.get()), wanted);
    assert!(sound(&made.output.as_ref().unwrap().get())["$defs"]["Thing"]["properties"]["name"].is_object());
}

#[test]
fn a_schema_may_refer_to_itself_and_brings_only_what_it_reaches() {
    let tree = json!({
        "type": "object",
        "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
        "required": ["name"],
    });
    let components = json!({"schemas": {"Tree": tree, "Unrelated": {"type": "string"}}});
    let operation = json!({"requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}}});
    let input = input(&document(json!({"/trees": {"post": operation}}), components));
    assert_eq!(input["$defs"].as_object().unwrap().keys().collect::<Vec<_>>(), ["Tree"]);
    let check = validator(&input);
    assert!(check.is_valid(&json!({"name": "a", "children": [{"name": "b", "children": []}]})));
    assert!(!check.is_valid(&json!({"name": "a", "children": [{"children": []}]})));
}

#[test]
fn a_reference_may_lead_anywhere_in_the_document() {
    let deep = json!({"schema": {"type": "object", "properties": {"size": {"enum": ["s", "m"]}}}});
    let paths = json!({
        "/a": {"post": {"requestBody": {"content": {"application/json": deep}}}},
        "/b": {"get": {"parameters": [{"name": "size", "in": "query", "schema": {
            "$ref": "#/paths/~1a/post/requestBody/content/application~1json/schema/properties/size"
        }}]}},
    });
    let catalog = offered(read(&document(paths, json!({}))).unwrap());
    let input = sound(&catalog.actions[1].input.get());
    let check = validator(&input);
    assert!(check.is_valid(&json!({"size": "m"})) && !check.is_valid(&json!({"size": "x"})), "{input}");
}

#[test]
fn references_in_circles_cost_what_stands_on_them_and_no_more() {
    let components = json!({
        "parameters": {"A": {"$ref": "#/components/parameters/B"}, "B": {"$ref": "#/components/parameters/A"}},
        "schemas": {"C": {"$ref": "#/components/schemas/D"}, "D": {"$ref": "#/components/schemas/C"}},
    });
    let paths = json!({
        "/lost": {"get": {"parameters": [{"$ref": "#/components/parameters/A"}]}},
        "/kept": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/C"}}}}}},
    });
    let api = read(&document(paths, components)).unwrap();
    assert_eq!(only(&api).path, "/kept");
    assert_eq!(api.skipped[0].name, "GET /lost");
    sound(&offered(api).actions[0].input.get());
}

#[test]
fn a_reference_that_leads_nowhere_takes_anything() {
    let operation =
        json!({"parameters": [{"name": "x", "in": "query", "schema": {"$ref": "#/components/schemas/Gone"}}]});
    let input = input(&one(operation, json!({})));
    assert_eq!(input["properties"]["x"]["description"], "The API's document does not say what this is.");
    assert!(validator(&input).is_valid(&json!({"x": 1})));
}

#[test]
fn what_refers_to_a_document_that_is_not_read_says_what_would_open_it() {
    let operation = json!({"parameters": [{"$ref": "other.yaml#/components/parameters/X"}]});
    let catalog = offered(read(&one(operation, json!({}))).unwrap());
    assert!(catalog.actions.is_empty());
    assert_eq!(
        (catalog.hidden[0].name.as_str(), catalog.hidden[0].open_with.as_str()),
        ("GET /things", "remote_refs = true")
    );
}

#[test]
fn an_answer_brings_its_definitions_and_refuses_little() {
    let thing = json!({
        "type": "object", "additionalProperties": false, "required": ["id"],
        "properties": {
            "id": {"type": "integer"},
            "kind": {"type": "string", "enum": ["a", "b"]},
            "secret": {"type": "string", "writeOnly": true},
            "next": {"$ref": "#/components/schemas/Thing"},
        },
    });
    let operation = json!({"responses": {
        "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
        "404": {"content": {"application/json": {"schema": {"type": "string"}}}},
    }});
    let output = sound(&action(&one(operation, json!({"schemas": {"Thing": thing}}))).output.unwrap().get());
    assert_eq!(
        output["$defs"]["Thing"]["properties"].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["id", "kind", "next"]
    );
    let check = validator(&output);
    for answer in [json!({"id": 1, "new": true}), json!({"kind": "c", "next": null}), Value::Null] {
        assert!(answer.is_null() || check.is_valid(&answer), "{answer}");
    }
    assert!(!check.is_valid(&json!({"id": "one"})));
}
