use access::Effect;
use connector::{Connector, Ownership};
use serde_json::json;
use testkit::graphql::GraphqlServer;

use crate::world::{World, config, connect, keyed};

#[tokio::test]
async fn every_query_and_mutation_is_an_action_and_a_subscription_says_why_it_is_none() {
    let world = World::new(json!({})).await;
    let names = [
        "createNote",
        "deleteNote",
        "echo",
        "failAfterwards",
        "failing",
        "feed",
        "find",
        "me",
        "node",
        "note",
        "note_mutation",
        "notes",
        "notesOf",
        "nothing",
        "slow",
        "updateNote",
    ];
    assert_eq!(world.offered(), names);
    let catalog = world.catalog();
    assert_eq!(catalog.description.as_deref(), Some("Notes of people who have accounts here."));
    let hidden: Vec<_> =
        catalog.hidden.iter().map(|it| (it.name.as_str(), it.reason.contains("subscription"))).collect();
    assert_eq!(hidden, [("ticks", true)]);
    let effects = ["note", "note_mutation", "createNote", "deleteNote"].map(|name| world.action(name).effect);
    assert_eq!(effects, [Effect::Read, Effect::Write, Effect::Write, Effect::Destroy]);
    assert_eq!(world.action("note").ownership, Ownership::Owned { by: "the claim key as bearer token".into() });
    assert_eq!(world.action("note").description.as_deref(), Some("One note of yours. Gives Note!."));
}

#[tokio::test]
async fn arguments_are_json_schema_of_the_input_types() {
    let world = World::new(json!({})).await;
    for action in &world.catalog().actions {
        let input = serde_json::Value::Object(action.input.get().as_ref().clone());
        assert!(jsonschema::draft202012::meta::is_valid(&input), "{}: {input}", action.name);
    }
    let create = world.input("createNote");
    assert_eq!(create["required"], json!(["input"]));
    assert_eq!(create["properties"]["input"], json!({"$ref": "#/$defs/NoteInput"}));
    assert_eq!(
        create["$defs"],
        json!({"NoteInput": {"type": "object", "required": ["title"], "additionalProperties": false, "properties": {
            "title": {"type": "string"},
            "text": {"type": ["string", "null"], "default": ""},
            "state": {"type": ["string", "null"], "enum": ["OPEN", "DONE", "PUT_AWAY", null], "default": "OPEN",
                "description": "How far a note is."},
            "tags": {"type": ["array", "null"], "items": {"type": "string"}},
            "ownerId": {"type": ["string", "null"]},
        }}})
    );
    let echo = world.input("echo");
    assert_eq!(
        echo["properties"]["at"]["description"],
        "Moment: A day and a time of day. As specified by https://www.rfc-editor.org/rfc/rfc3339."
    );
    assert_eq!(
        echo["properties"]["fields"]["items"],
        json!({"type": "string"}),
        "an argument of that name is the API's own"
    );
    assert_eq!(echo["$defs"]["Place"]["properties"]["level"]["default"], 3);
    assert_eq!(echo["$defs"]["Place"]["required"], serde_json::Value::Null);
    // A type within itself is a reference, not without end.
    assert_eq!(
        echo["$defs"]["Spot"]["properties"]["inner"],
        json!({"anyOf": [{"$ref": "#/$defs/Place"}, {"type": "null"}]})
    );
    let fields = world.input("notes")["properties"]["fields"]["description"].as_str().unwrap().to_owned();
    assert!(
        fields.contains("Note has: id, title, text, state, tags, owner {…}") && !fields.contains("size"),
        "{fields}"
    );
}

#[tokio::test]
async fn nothing_is_open_until_a_call_is_tied_to_its_user() {
    let server = GraphqlServer::start().await;
    let closed = connect(config(&json!({"url": server.url()}), json!({}))).await.unwrap();
    assert!(closed.catalog().actions.is_empty());
    let hidden = &closed.catalog().hidden;
    assert!(hidden.iter().any(|it| it.open_with.contains("credential = { store = true }")), "{hidden:?}");
    assert!(hidden.len() < 20, "one reason is told a few times: {}", hidden.len());
    let error = connect(config(&json!({"url": server.url()}), json!({"public": true}))).await.unwrap_err();
    assert!(error.message().contains("shared = true"), "{error}");
}

#[tokio::test]
async fn configuration_chooses_and_says_what_actions_do() {
    let world = World::new(json!({"include": ["note*", "delete*"], "exclude": ["*Of"], "effects": {"deleteNote": "write", "gone": "read"}})).await;
    assert_eq!(world.offered(), ["deleteNote", "note", "note_mutation", "notes"]);
    assert_eq!(world.action("deleteNote").effect, Effect::Write);
    assert!(world.catalog().hidden.iter().any(|it| it.name == "gone"), "{:?}", world.catalog().hidden);
}

#[tokio::test]
async fn the_same_schema_is_the_same_catalog_and_another_one_is_taken() {
    let server = GraphqlServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = crate::world::write(folder.path(), "schema.graphql", "type Query { me: String }");
    let api = connect(config(&keyed(&server), json!({"schema": file}))).await.unwrap();
    let before = api.catalog();
    api.reload().await.unwrap();
    assert!(std::sync::Arc::ptr_eq(&before, &api.catalog()));
    std::fs::write(&file, "type Query { me: String you: String }").unwrap();
    api.reload().await.unwrap();
    assert_eq!(api.catalog().actions.len(), 2);
    std::fs::write(&file, "type Query { me: }").unwrap();
    let error = api.reload().await.unwrap_err();
    assert!(error.message().contains("line 1"), "{error}");
    assert_eq!(api.catalog().actions.len(), 2, "what was good stays");
}
