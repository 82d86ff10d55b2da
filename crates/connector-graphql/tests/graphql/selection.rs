use connector::ErrorKind;
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn unions_and_interfaces_say_what_each_is() {
    let world = World::new(json!({})).await;
    let feed = world.data(&world.alice, "feed", json!({})).await;
    // `title` is text in one case and a number in the other: each has its case's name.
    assert_eq!(feed[0]["__typename"], "Note");
    assert_eq!(feed[0]["title_Note"], "alice 1");
    assert_eq!(
        feed[2],
        json!({"__typename": "Task", "id": "task", "title_Task": 7, "due": "2026-11-22T10:00:00Z",
            "owner": {"id": "alice", "name": "alice", "secretCode": "code of alice"}})
    );
    let node = world.data(&world.alice, "node", json!({"id": "alice-2"})).await;
    assert_eq!((&node["__typename"], &node["id"], &node["state"]), (&json!("Note"), &json!("alice-2"), &json!("DONE")));
    let chosen = world.data(&world.alice, "feed", json!({"fields": ["Task.due", "Note.owner.name"]})).await;
    assert_eq!(chosen[0], json!({"__typename": "Note", "owner": {"name": "alice"}}));
    assert_eq!(chosen[2], json!({"__typename": "Task", "due": "2026-11-22T10:00:00Z"}));
}

#[tokio::test]
async fn a_caller_chooses_by_paths_of_the_schema() {
    let world = World::new(json!({})).await;
    let ask = async |fields| world.data(&world.alice, "note", json!({"id": "alice-1", "fields": fields})).await;
    assert_eq!(ask(json!(["title"])).await, json!({"title": "alice 1"}));
    assert_eq!(ask(json!(["owner.name", "id"])).await, json!({"owner": {"name": "alice"}, "id": "alice-1"}));
    let owner = json!({"id": "alice", "name": "alice", "secretCode": "code of alice"});
    assert_eq!(ask(json!(["owner"])).await, json!({"owner": owner}), "an object is its own values");
    let far = ask(json!(["owner.notes.title", "owner.friends.name"])).await;
    assert_eq!(
        far["owner"]["notes"]["edges"][0]["node"],
        json!({"title": "alice 1"}),
        "a page has what its items have"
    );
    assert_eq!(far["owner"]["friends"], json!([{"name": "alice"}, {"name": "bob"}]));
    assert_eq!(ask(json!(["old"])).await, json!({"old": null}));
    for (fields, why) in [
        (json!(["titel"]), "Note has: id, title"),
        (json!(["size"]), "needs arguments"),
        (json!(["title.x"]), "plain value"),
        (json!(["owner.friends.friends.friends.friends.friends.friends.friends.name"]), "deeper than 8"),
    ] {
        let error = world.refused(&world.alice, "note", json!({"id": "alice-1", "fields": fields})).await;
        assert!(error.message().contains(why), "{fields}: {error}");
    }
}

#[tokio::test]
async fn depth_and_number_of_fields_are_bounded() {
    let world = World::new(json!({"selection_depth": 1})).await;
    let note = world.data(&world.alice, "note", json!({"id": "alice-1"})).await;
    assert!(note.get("owner").is_none() && note["title"] == "alice 1", "{note}");
    let world = World::new(json!({"selection_depth": 9, "selection_fields_max": 3})).await;
    let note = world.data(&world.alice, "note", json!({"id": "alice-1"})).await;
    assert_eq!(note, json!({"id": "alice-1", "title": "alice 1", "text": "words of alice"}));
    let error =
        world.refused(&world.alice, "note", json!({"id": "alice-1", "fields": ["id", "title", "text", "tags"]})).await;
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
}

#[tokio::test]
async fn excluded_fields_are_not_there() {
    let world = World::new(json!({"exclude_fields": ["User.secretCode", "*.friends", "Node.id"]})).await;
    let note = world.data(&world.alice, "note", json!({"id": "alice-1"})).await;
    assert_eq!(note["owner"], json!({"name": "alice"}));
    assert!(note.get("id").is_none(), "what is an interface's is its types', too: {note}");
    for path in ["owner.secretCode", "owner.friends", "id"] {
        let error = world.refused(&world.alice, "note", json!({"id": "alice-1", "fields": [path]})).await;
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{path}");
        assert!(!error.message().contains("friends,") && !error.message().contains("secretCode,"), "{error}");
    }
}
