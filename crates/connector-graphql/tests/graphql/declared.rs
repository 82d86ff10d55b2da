use access::Effect;
use serde_json::json;
use testkit::graphql::GraphqlServer;

use crate::world::{World, config, connect, keyed, write};

const MINE: &str = "# Notes of mine\n# in one state.\nquery mine($state: State = OPEN, $first: Int!) {\n  notes(state: $state, first: $first) { edges { node { ...Short } } }\n}\n\
    mutation both($one: String!, $two: String!) { first: note(title: $one) { ...Short } second: note(title: $two) { id } }\n\
    subscription live { ticks }\n";
const SHORT: &str = "fragment Short on Note { title ...Whose }\nfragment Whose on Note { owner { id } }\nmutation away($id: ID!) { deleteNote(id: $id) }\n";

#[tokio::test]
async fn each_named_operation_is_an_action_with_its_variables() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "mine.graphql", MINE);
    write(folder.path(), "short.gql", SHORT);
    write(folder.path(), "notes.txt", "not { graphql");
    let world = World::new(json!({"operations": folder.path().to_string_lossy(), "declared_only": true})).await;
    assert_eq!(world.offered(), ["away", "both", "mine"]);
    let mine = world.action("mine");
    assert_eq!(mine.description.as_deref(), Some("Notes of mine in one state."));
    assert_eq!(
        (mine.effect, world.action("both").effect, world.action("away").effect),
        (Effect::Read, Effect::Write, Effect::Destroy)
    );
    let input = world.input("mine");
    assert_eq!((&input["required"], &input["properties"]["state"]["default"]), (&json!(["first"]), &json!("OPEN")));
    assert!(input["properties"].get("fields").is_none());
    assert!(world.catalog().hidden.iter().any(|it| it.name == "live"));
    let data = world.data(&world.bob, "mine", json!({"first": 1})).await;
    assert_eq!(data, json!({"edges": [{"node": {"title": "bob 1", "owner": {"id": "bob"}}}]}));
    let both = world.data(&world.bob, "both", json!({"one": "x", "two": "y"})).await;
    assert_eq!(both["first"], json!({"title": "x", "owner": {"id": "bob"}}));
    assert!(both["second"]["id"].is_string());
}

#[tokio::test]
async fn an_operation_that_does_not_fit_the_schema_stops_the_start() {
    let server = GraphqlServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    for (text, why) in [
        ("query a { notHere }", "line 1"),
        ("query a { me { id }", "line 1"),
        ("{ me { id } }", "no name"),
        ("query a($x: Int) { me { id } }", "line 1"),
        ("query a { me { ...None } }", "line 1"),
        ("query a { me { id } } query a { me { id } }", "cannot be used"),
    ] {
        let file = write(folder.path(), "a.graphql", text);
        let error = connect(config(&keyed(&server), json!({"operations": file}))).await.unwrap_err();
        assert!(error.message().contains(why), "{text}: {error}");
    }
    let error = connect(config(&keyed(&server), json!({"operations": "/not/there"}))).await.unwrap_err();
    assert!(error.message().contains("/not/there"), "{error}");
}

#[tokio::test]
async fn a_declared_name_goes_before_a_field_of_that_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "a.graphql", "query note { me { id } }");
    let world = World::new(json!({"operations": file})).await;
    assert_eq!(world.data(&world.alice, "note", json!({})).await, json!({"id": "alice"}));
    assert_eq!(
        world.data(&world.alice, "note_query", json!({"id": "alice-1", "fields": ["title"]})).await,
        json!({"title": "alice 1"})
    );
}
