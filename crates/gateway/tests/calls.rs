//! What every call goes through, whatever the resource.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod support;

use std::time::Duration;

use access::{Needs, ResourcePolicy};
use bellhop_gateway::{Door, Options, Refused, Request, ToolsMode};
use connector::Operation;
use serde_json::{Value, json};
use support::{Plan, call};

fn names(tools: &[bellhop_gateway::Tool]) -> Vec<&str> {
    tools.iter().map(|tool| tool.name.as_str()).collect()
}

#[tokio::test]
async fn few_collections_are_typed_tools_and_many_are_universal_ones() {
    let few = Plan::default().build();
    assert_eq!(
        names(&few.toolbox("alice").await.tools()),
        [
            "shelf_notes_list",
            "shelf_notes_get",
            "shelf_notes_create",
            "shelf_notes_update",
            "shelf_notes_delete",
            "shelf_notes_aggregate",
            "shelf_publish"
        ]
    );
    let many = Plan { collections: 1000, ..Plan::default() }.build();
    let universal = many.toolbox("alice").await.tools();
    assert_eq!(names(&universal), ["describe", "list", "get", "create", "update", "delete", "aggregate", "invoke"]);
    let ten = Plan { collections: 10, ..Plan::default() }.build();
    let size = |tools: &[bellhop_gateway::Tool]| serde_json::to_string(tools).unwrap().len();
    assert_eq!(size(&ten.toolbox("alice").await.tools()), size(&universal), "the universal list does not grow");
}

#[tokio::test]
async fn no_schema_names_a_user_and_descriptions_have_no_control_characters() {
    let house = Plan::default().build();
    for tool in house.toolbox("alice").await.tools() {
        let text = serde_json::to_string(&tool).unwrap();
        assert!(!text.contains("writer") && !text.contains("user_id"), "{text}");
        assert!(!text.contains("x-mcp-header"), "{text}");
        assert!(!tool.description.contains(['\n', '\u{7}']), "{}", tool.description);
        jsonschema::validator_for(&json!(tool.input_schema)).unwrap();
        jsonschema::validator_for(&json!(tool.output_schema)).unwrap();
    }
}

#[tokio::test]
async fn an_argument_that_names_another_user_is_refused_wherever_it_stands() {
    let house = Plan::default().build();
    let alice = house.toolbox("alice").await;
    let attempts = [
        ("shelf_notes_list", json!({"user_id": "bob"})),
        ("shelf_notes_list", json!({"userId": "bob"})),
        ("shelf_notes_list", json!({"filters": {"writer": "bob"}})),
        ("shelf_notes_list", json!({"filters": {"or": [{"state": "open"}, {"writer": {"eq": "bob"}}]}})),
        ("shelf_notes_list", json!({"filters": {"writer": {"ne": "alice"}}})),
        ("shelf_notes_list", json!({"filters": {"writer": ["alice", "bob"]}})),
        ("shelf_notes_create", json!({"data": {"title": "x", "owner_id": "bob"}})),
        ("shelf_notes_create", json!({"data": {"title": "x", "writer": null}})),
        ("shelf_notes_update", json!({"identifier": 1, "data": {"writer": "bob"}})),
        ("shelf_notes_get", json!({"identifier": {"id": 1, "writer": "bob"}})),
        ("shelf_publish", json!({"id": 1, "on_behalf_of": "bob"})),
    ];
    for (tool, arguments) in attempts {
        let answer = call(&alice, tool, arguments.clone()).await;
        assert_eq!(answer["code"], "identity_mismatch", "{tool} {arguments}: {answer}");
    }
    assert!(house.shelf.seen.lock().unwrap().is_empty(), "no connector was called");
}

#[tokio::test]
async fn the_callers_own_id_is_dropped_and_never_reaches_the_connector() {
    let house = Plan::default().build();
    let alice = house.toolbox("alice").await;
    for (tool, arguments) in [
        ("shelf_notes_create", json!({"user_id": "alice", "data": {"title": "one", "writer": "alice"}})),
        ("shelf_notes_list", json!({"userId": "alice", "filters": {"not": {"writer": "bob", "state": "open"}}})),
    ] {
        let answer = call(&alice, tool, arguments).await;
        let refused = answer["code"] == "identity_mismatch";
        assert_eq!(refused, tool == "shelf_notes_list", "bob inside not is still bob: {answer}");
    }
    let answer =
        call(&alice, "shelf_notes_list", json!({"filters": {"or": [{"writer": "alice"}, {"state": "done"}]}})).await;
    assert_eq!(answer["count"], 1);
    for operation in house.shelf.seen.lock().unwrap().iter() {
        assert!(!format!("{operation:?}").contains("alice"), "{operation:?}");
    }
}

#[tokio::test]
async fn wrong_arguments_are_answered_with_what_would_be_right() {
    let house = Plan::default().build();
    let alice = house.toolbox("alice").await;
    let cases = [
        ("shelf_notes_list", json!({"limit": 100_000}), "1000"),
        ("shelf_notes_list", json!({"limt": 3}), "Known: filters, sort, fields, limit, offset, cursor"),
        ("shelf_notes_list", json!({"filters": {"colour": "red"}}), "It has: id, title, state"),
        ("shelf_notes_list", json!({"filters": {"state": {"like": "o%"}}}), "Use eq, ne"),
        ("shelf_notes_list", json!({"sort": ["-colour"]}), "Use: id, title, state"),
        ("shelf_notes_create", json!({"data": {}}), "`title` is missing in `data`"),
        ("shelf_notes_create", json!({"data": {"title": "x", "state": "lost"}}), "open"),
        ("shelf_notes_create", json!({"data": {"title": "x", "colour": 1}}), "Known: title, state"),
        ("shelf_notes_update", json!({"identifier": 1, "data": {}}), "data"),
        ("shelf_notes_get", json!({}), "`identifier` is missing"),
        ("shelf_notes_aggregate", json!({"metrics": [{"function": "sum", "field": "title"}]}), "not a number"),
        ("shelf_notes_list", json!([1]), "must be a JSON object"),
    ];
    for (tool, arguments, says) in cases {
        let answer = call(&alice, tool, arguments.clone()).await;
        assert_eq!(answer["code"], "invalid_argument", "{arguments}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains(says), "{arguments}: {answer}");
    }
}

#[tokio::test]
async fn what_models_commonly_write_is_understood() {
    let house = Plan::default().build();
    let alice = house.toolbox("alice").await;
    let arguments = json!({"sort": "-id,title", "fields": "id, title", "limit": "5", "filters": "{\"state\":\"open\"}", "cursor": null});
    assert_eq!(call(&alice, "shelf_notes_list", arguments).await["success"], true);
    let Operation::List(list) = house.shelf.seen.lock().unwrap().pop().unwrap() else { panic!("not a list") };
    assert_eq!((list.limit, list.sort.len(), list.sort[0].descending), (5, 2, true));
    assert_eq!(list.fields.unwrap(), ["id", "title"]);
}

#[tokio::test]
async fn arguments_of_an_action_are_its_own_whatever_their_names() {
    for tools in [ToolsMode::Typed, ToolsMode::Universal] {
        let house = Plan { options: Options { tools, ..Options::default() }, ..Plan::default() }.build();
        let alice = house.toolbox("alice").await;
        for input in
            [json!({"id": 1, "sort": "-id,title", "data": "{\"a\":1}", "limit": "5"}), json!({"id": 1, "limit": null})]
        {
            let (tool, arguments) = match tools {
                ToolsMode::Universal => ("invoke", json!({"action": "publish", "input": input})),
                _ => ("shelf_publish", input.clone()),
            };
            let answer = call(&alice, tool, arguments).await;
            assert_eq!(answer["code"], "not_found", "{input}: {answer}");
            let seen = house.shelf.seen.lock().unwrap().pop().unwrap();
            assert!(matches!(&seen, Operation::Invoke(invoke) if json!(invoke.input) == input), "{seen:?}");
        }
        let answer = call(&alice, if tools == ToolsMode::Typed { "shelf_publish" } else { "invoke" }, json!([1])).await;
        assert_eq!(answer["code"], "invalid_argument", "{answer}");
    }
}

#[tokio::test]
async fn a_cursor_goes_on_alone_and_is_worth_nothing_to_anybody_else() {
    let house = Plan { collections: 2, ..Plan::default() }.build();
    let (alice, bob) = (house.toolbox("alice").await, house.toolbox("bob").await);
    for title in ["a", "b", "c"] {
        call(&alice, "shelf_notes_create", json!({"data": {"title": title}})).await;
    }
    let first = call(&alice, "shelf_notes_list", json!({"limit": 2, "sort": ["id"]})).await;
    assert_eq!((first["count"].clone(), first["has_more"].clone()), (json!(3), json!(true)));
    let cursor = first["next_cursor"].as_str().unwrap().to_owned();

    let second = call(&alice, "shelf_notes_list", json!({"cursor": cursor, "limit": 2})).await;
    assert_eq!(second["data"], json!([{"id": 3, "title": "c"}]));
    assert_eq!(second["has_more"], false);
    let same = call(&alice, "shelf_notes_list", json!({"cursor": cursor, "sort": ["id"]})).await;
    assert_eq!(same["data"], second["data"]);

    let mut changed = cursor.clone().into_bytes();
    changed[20] = if changed[20] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    for (toolbox, tool, arguments) in [
        (&bob, "shelf_notes_list", json!({"cursor": cursor})),
        (&alice, "shelf_notes_1_list", json!({"cursor": cursor})),
        (&alice, "shelf_notes_list", json!({"cursor": changed})),
        (&alice, "shelf_notes_list", json!({"cursor": ""})),
        (&alice, "shelf_notes_list", json!({"cursor": cursor, "sort": ["-id"]})),
        (&alice, "shelf_notes_list", json!({"cursor": cursor, "offset": 1})),
    ] {
        let answer = call(toolbox, tool, arguments).await;
        assert_eq!(answer["code"], "invalid_argument", "{answer}");
    }
}

#[tokio::test]
async fn a_missing_scope_is_said_and_a_missing_role_hides_the_tool() {
    let write = Needs { scopes: ["shelf:write".to_owned()].into(), ..Needs::default() };
    let destroy = Needs { roles: ["admin".to_owned()].into(), ..Needs::default() };
    let policy = ResourcePolicy { write, destroy, ..ResourcePolicy::default() };
    let house = Plan { policy, ..Plan::default() }.build();
    let plain = house.toolbox("alice").await;
    assert_eq!(names(&plain.tools()), ["shelf_notes_list", "shelf_notes_get", "shelf_notes_aggregate"]);
    let refused = async |tool| {
        let context = plain.context("test");
        plain.call(Request { tool, arguments: json!({"identifier": 1, "data": {"title": "x"}}), context }).await
    };
    assert!(
        matches!(refused("shelf_notes_create").await, Err(Refused::InsufficientScope { scopes }) if scopes.contains("shelf:write"))
    );
    assert!(matches!(refused("shelf_notes_delete").await, Err(Refused::UnknownTool { .. })));
    let caller = testkit::caller_with("alice", json!({"scope": "shelf:write other", "roles": ["admin"]})).await;
    assert_eq!(house.gateway.toolbox(caller, Door::Mcp).tools().len(), 7);
}

#[tokio::test]
async fn a_read_only_resource_has_no_tools_that_write() {
    for tools in [ToolsMode::Typed, ToolsMode::Universal] {
        let policy = ResourcePolicy { read_only: true, ..ResourcePolicy::default() };
        let options = Options { tools, ..Options::default() };
        let house = Plan { policy, options, ..Plan::default() }.build();
        let alice = house.toolbox("alice").await;
        assert!(alice.tools().iter().all(|tool| tool.effect == access::Effect::Read), "{:?}", names(&alice.tools()));
        let create = if tools == ToolsMode::Typed { "shelf_notes_create" } else { "create" };
        let answer = call(&alice, create, json!({"resource_type": "notes", "data": {"title": "x"}})).await;
        assert_eq!(answer["code"], "unknown_tool");
    }
}

#[tokio::test]
async fn the_universal_tools_do_what_the_typed_ones_do() {
    let options = Options { tools: ToolsMode::Universal, ..Options::default() };
    let house = Plan { options, ..Plan::default() }.build();
    let alice = house.toolbox("alice").await;
    let made = call(&alice, "create", json!({"resource_type": "notes", "data": {"title": "one"}})).await;
    assert_eq!(made, json!({"success": true, "id": 1}));
    let listed = call(&alice, "list", json!({"resource_type": "shelf.notes"})).await;
    assert_eq!(listed, json!({"success": true, "data": [{"id": 1, "title": "one"}], "count": 1, "has_more": false}));
    let wrong = call(&alice, "create", json!({"resource_type": "notes", "data": {"titel": "one"}})).await;
    assert!(wrong["error"].as_str().unwrap().contains("Known: title, state"), "{wrong}");
    let other =
        call(&alice, "create", json!({"resource_type": "notes", "data": {"title": "x", "writer": "bob"}})).await;
    assert_eq!(other["code"], "identity_mismatch");
    let unknown = call(&alice, "list", json!({"resource_type": "secrets"})).await;
    assert!(unknown["error"].as_str().unwrap().contains("There is: notes"), "{unknown}");
    let all = call(&alice, "describe", json!({})).await;
    assert_eq!(all["count"], 2);
    let one = call(&alice, "describe", json!({"resource_type": "notes"})).await;
    assert_eq!(one["data"]["key"], json!(["id"]));
    assert!(!one.to_string().contains("writer"), "{one}");
    let action = call(&alice, "describe", json!({"resource_type": "publish"})).await;
    assert_eq!(action["data"]["effect"], "destroy");
}

#[tokio::test]
async fn nothing_internal_is_in_an_answer() {
    let house = Plan::default().build();
    let answer = call(&house.toolbox("alice").await, "shelf_notes_aggregate", json!({})).await;
    assert_eq!((answer["code"].clone(), answer["request_id"].clone()), (json!("internal"), json!("test")));
    assert!(!answer.to_string().contains("secret_table"), "{answer}");
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_stopped() {
    let options = Options { timeout_ms: 50, ..Options::default() };
    let house = Plan { options, slow: Duration::from_secs(60), ..Plan::default() }.build();
    let answer = call(&house.toolbox("alice").await, "shelf_notes_list", json!({})).await;
    assert_eq!((answer["code"].clone(), answer["retryable"].clone()), (json!("timeout"), json!(true)));
}

#[tokio::test]
async fn one_callers_flood_is_refused_and_does_not_touch_another() {
    let options = Options { calls_per_minute_max: 5, ..Options::default() };
    let house = Plan { options, ..Plan::default() }.build();
    let (alice, bob) = (house.toolbox("alice").await, house.toolbox("bob").await);
    let mut refused = 0;
    for _ in 0..20 {
        let answer = call(&alice, "shelf_notes_list", json!({})).await;
        if answer["code"] == "rate_limited" {
            assert!(answer["retry_after_s"].as_u64().unwrap() >= 1);
            refused += 1;
        }
    }
    assert!(refused >= 14, "{refused}");
    assert_eq!(call(&bob, "shelf_notes_list", json!({})).await["success"], true);
}

#[tokio::test]
async fn a_callers_calls_wait_their_turn_and_too_many_waiting_are_refused() {
    let options = Options { concurrent_max: 1, waiting_max: 2, ..Options::default() };
    let house = Plan { options, slow: Duration::from_millis(50), ..Plan::default() }.build();
    let alice = house.toolbox("alice").await;
    let answers: Vec<Value> =
        futures::future::join_all((0..5).map(|_| call(&alice, "shelf_notes_list", json!({})))).await;
    let refused = answers.iter().filter(|answer| answer["code"] == "rate_limited").count();
    assert_eq!(refused, 2, "one runs, two wait, two are refused: {answers:?}");
}

#[tokio::test]
async fn every_call_leaves_exactly_one_line() {
    let house = Plan { slow: Duration::from_millis(20), ..Plan::default() }.build();
    let alice = house.toolbox("alice").await;
    call(&alice, "shelf_notes_list", json!({})).await;
    call(&alice, "shelf_notes_list", json!({"user_id": "bob"})).await;
    call(&alice, "shelf_nothing", json!({})).await;
    call(&alice, "shelf_notes_get", json!({"identifier": 9})).await;
    let dropped = call(&alice, "shelf_notes_list", json!({}));
    assert!(tokio::time::timeout(Duration::from_millis(5), dropped).await.is_err());
    assert!(house.gateway.audit().flush().await);
    let lines = house.audit.read();
    let outcomes: Vec<_> = lines.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["ok", "identity_mismatch", "unknown_tool", "not_found", "cancelled"]);
    assert_eq!((lines[0]["caller"].clone(), lines[0]["effect"].clone()), (json!("alice"), json!("read")));
    assert_eq!(lines[0]["arguments_sha256"].as_str().unwrap().len(), 64);
}
