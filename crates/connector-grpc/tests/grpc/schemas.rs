//! Schemas are the proto3 JSON mapping's.

use connector::Connector;
use serde_json::{Value, json};
use testkit::grpc::Notes;

use crate::support::{World, by_key};

fn int32() -> Value {
    json!({"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX})
}

fn uint32() -> Value {
    json!({"type": "integer", "minimum": 0, "maximum": u32::MAX})
}

fn int64() -> Value {
    json!({"type": ["string", "integer"], "format": "int64", "pattern": "^-?[0-9]{1,19}$"})
}

fn uint64() -> Value {
    json!({"type": ["string", "integer"], "format": "uint64", "pattern": "^[0-9]{1,20}$", "minimum": 0})
}

fn one_of(mut schema: Value) -> Value {
    schema["description"] = "At most one of: shelf, bin, under.".into();
    schema
}

#[tokio::test]
async fn every_type_has_the_schema_of_its_json_form() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    let color = json!({"type": "string", "enum": ["COLOR_UNSPECIFIED", "RED", "GREEN"]});
    let tree = json!({"$ref": "#/$defs/notes.v1.Tree"});
    let wanted = json!({
        "type": "object",
        "properties": {
            "aDouble": {"type": "number"},
            "aFloat": {"type": "number"},
            "anInt32": int32(),
            "anInt64": int64(),
            "aUint32": uint32(),
            "aUint64": uint64(),
            "aSint32": int32(),
            "aSint64": int64(),
            "aFixed32": uint32(),
            "aFixed64": uint64(),
            "aSfixed32": int32(),
            "aSfixed64": int64(),
            "aBool": {"type": "boolean"},
            "aString": {"type": "string"},
            "someBytes": {"type": "string", "contentEncoding": "base64"},
            "color": color,
            "colors": {"type": "array", "items": color},
            "maybe": int32(),
            "shelf": one_of(json!({"type": "string"})),
            "bin": one_of(int32()),
            "under": one_of(tree.clone()),
            "counts": {"type": "object", "additionalProperties": int64()},
            "trees": {"type": "object", "additionalProperties": tree, "propertyNames": {"pattern": "^-?[0-9]+$"}},
            "answers": {
                "type": "object", "additionalProperties": {"type": "string"}, "propertyNames": {"enum": ["true", "false"]}
            },
            "tags": {"type": "array", "items": {"type": "string"}},
            "tree": tree,
            "at": {"type": "string", "format": "date-time"},
            "took": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$", "description": "Seconds: 1.5s"},
            "free": {"type": "object"},
            "value": {},
            "list": {"type": "array"},
            "any": {
                "type": "object",
                "properties": {"@type": {"type": "string", "description": "type.googleapis.com/PACKAGE.MESSAGE; its fields stand beside this."}},
                "required": ["@type"]
            },
            "mask": {"type": "string", "description": "Names of fields apart by commas: title,owner.name"},
            "aWrappedString": {"type": "string"},
            "aWrappedInt64": int64(),
            "aWrappedBool": {"type": "boolean"},
            "wrappedBytes": {"type": "string", "contentEncoding": "base64"},
            "aWrappedDouble": {"type": "number"},
            "nothing": {"type": "null"},
            "empty": {"type": "object", "additionalProperties": false},
            "otherName": {"type": "string"}
        },
        "dependentSchemas": {
            "shelf": {"properties": {"bin": false, "under": false}},
            "bin": {"properties": {"under": false}}
        },
        "additionalProperties": false,
        "$defs": {
            "notes.v1.Tree": {
                "type": "object",
                "properties": {"label": {"type": "string"}, "children": {"type": "array", "items": tree}},
                "additionalProperties": false
            }
        }
    });
    assert_eq!(world.input("Kinds_Echo"), wanted);
}

#[tokio::test]
async fn schemas_are_json_schema_and_take_at_most_one_of_a_oneof() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    for action in &world.resource.catalog().actions {
        let schema = Value::Object(action.input.get().as_ref().clone());
        jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("{}: {error}", action.name));
        let schema = Value::Object(action.output.as_ref().unwrap().get().as_ref().clone());
        jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("{}: {error}", action.name));
    }
    let echo = jsonschema::draft202012::new(&world.input("Kinds_Echo")).unwrap();
    for (input, fits) in [
        (json!({}), true),
        (json!({"shelf": "a"}), true),
        (json!({"bin": 1}), true),
        (json!({"shelf": "a", "bin": 1}), false),
        (json!({"under": {}, "bin": 1}), false),
        (json!({"under": {}, "shelf": "a"}), false),
        (json!({"color": "BLUE"}), false),
        (json!({"anInt64": "12"}), true),
        (json!({"anInt64": "twelve"}), false),
        (json!({"anInt32": 2_147_483_648_i64}), false),
        (json!({"unknown": 1}), false),
        (json!({"tree": {"children": [{"children": [{"label": "x"}]}]}}), true),
        (json!({"tree": {"children": [{"children": [{"labels": "x"}]}]}}), false),
    ] {
        assert_eq!(echo.is_valid(&input), fits, "{input}");
    }
}

#[tokio::test]
async fn answers_have_schemas_that_hold_what_a_server_may_write() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    let catalog = world.resource.catalog();
    let output =
        |name: &str| Value::Object(catalog.action(name).unwrap().output.as_ref().unwrap().get().as_ref().clone());
    assert_eq!(
        output("Notes_WatchNotes"),
        json!({"type": "array", "items": {
            "type": "object",
            "properties": {
                "id": {"type": "string"}, "title": {"type": "string"}, "body": {"type": "string"},
                "revision": {"type": "string", "format": "int64"}, "stars": int32()
            }
        }})
    );
    let everything = output("Kinds_Echo");
    assert_eq!(
        everything["properties"]["aDouble"],
        json!({"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]})
    );
    assert_eq!(
        everything["properties"]["color"],
        json!({"anyOf": [{"type": "string", "enum": ["COLOR_UNSPECIFIED", "RED", "GREEN"]}, {"type": "integer"}]})
    );
    assert_eq!(output("Kinds_Wrapped"), json!({"type": "string", "format": "date-time"}));
    assert_eq!(
        world.input("Kinds_Wrapped"),
        json!({"type": "object", "properties": {"value": {"type": "string"}}, "additionalProperties": false})
    );
}

#[tokio::test]
async fn a_schema_stays_within_its_bytes() {
    let server = Notes::start().await;
    let world = World::open(&server, json!({"credential": {"claim": "notes"}, "schema_bytes_max": 100})).await;
    let schema = world.input("Kinds_Echo");
    assert_eq!(
        schema["$defs"]["notes.v1.Tree"],
        json!({"type": "object", "description": "notes.v1.Tree; this is too large to be shown."})
    );
}
