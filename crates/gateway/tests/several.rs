//! Calls on several items: what they look like, and that no list is a way around what a single item must pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod support;

use bellhop_gateway::{Options, ToolsMode};
use connector::{Abilities, Batch, Change, Operation, OperationKind, Unit};
use serde_json::{Value, json};
use support::{House, Plan, call};

fn able() -> Plan {
    let abilities = Abilities {
        batch_max: 3,
        bulk: [OperationKind::Update, OperationKind::Delete].into(),
        bulk_max: 10,
        figures: true,
    };
    Plan { abilities, ..Plan::default() }
}

/// What reached the connector last.
fn last(house: &House) -> Operation {
    house.shelf.seen.lock().unwrap().last().unwrap().clone()
}

async fn code(house: &House, tool: &str, arguments: Value) -> (Value, String) {
    let answer = call(&house.toolbox("alice").await, tool, arguments).await;
    (answer["code"].clone(), answer["error"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn arguments_for_several_items_are_shown_only_where_they_are_possible() {
    let properties = async |house: &House, tool: &str| {
        let tool = house.toolbox("alice").await.tool(tool).unwrap();
        tool.input_schema["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    let plain = Plan::default().build();
    assert_eq!(properties(&plain, "shelf_notes_update").await, ["identifier", "data"]);
    assert_eq!(properties(&plain, "shelf_notes_delete").await, ["identifier"]);
    assert_eq!(properties(&plain, "shelf_notes_aggregate").await, ["metrics", "group_by", "filters", "sort", "limit"]);
    let able = able().build();
    assert_eq!(
        properties(&able, "shelf_notes_update").await,
        ["identifier", "data", "if_version", "items", "filters", "expected_count"]
    );
    assert_eq!(
        properties(&able, "shelf_notes_delete").await,
        ["identifier", "identifiers", "filters", "expected_count"]
    );
    assert_eq!(properties(&able, "shelf_notes_list").await.last().unwrap(), "search");
    let options = Options { tools: ToolsMode::Universal, ..Options::default() };
    let universal = Plan { options, ..self::able() }.build();
    assert_eq!(
        properties(&universal, "update").await,
        ["identifier", "data", "items", "filters", "expected_count", "if_version", "resource_type", "options"]
    );
    let listed =
        call(&universal.toolbox("alice").await, "list", json!({"resource_type": "notes", "search": "x"})).await;
    assert_eq!(listed["success"], true, "{listed}");
}

#[tokio::test]
async fn a_list_is_no_way_to_name_another_user() {
    let house = able().build();
    for (tool, arguments) in [
        ("shelf_notes_create", json!({"data": [{"title": "x"}, {"title": "y", "writer": "bob"}]})),
        ("shelf_notes_create", json!({"data": "[{\"title\": \"y\", \"userId\": \"bob\"}]"})),
        ("shelf_notes_create", json!({"data": [[{"title": "y", "owner": "bob"}]]})),
        ("shelf_notes_update", json!({"items": [{"identifier": 1, "data": {"title": "x", "writer": "bob"}}]})),
        ("shelf_notes_update", json!({"items": [{"identifier": {"id": 1, "writer": "bob"}, "data": {"title": "x"}}]})),
        ("shelf_notes_update", json!({"items": [{"identifier": 1, "data": {"title": "x"}, "user_id": "bob"}]})),
        ("shelf_notes_update", json!({"filters": {"not": {"writer": "bob"}}, "data": {"title": "x"}})),
        ("shelf_notes_update", json!({"filters": {}, "data": {"writer": "bob"}})),
        ("shelf_notes_delete", json!({"identifiers": [1, {"id": 2, "writer": "bob"}]})),
        ("shelf_notes_delete", json!({"filters": {"or": [{"writer": ["alice", "bob"]}]}})),
    ] {
        assert_eq!(code(&house, tool, arguments.clone()).await.0, "identity_mismatch", "{tool} {arguments}");
    }
    assert!(house.shelf.seen.lock().unwrap().is_empty(), "no connector was called");
    call(&house.toolbox("alice").await, "shelf_notes_create", json!({"data": [{"title": "x", "writer": "alice"}]}))
        .await;
    let Operation::Batch(Batch { change: Change::Create(items), .. }) = last(&house) else { panic!("a batch") };
    assert_eq!(json!(items), json!([{"title": "x"}]), "the caller's own id is left out");
}

#[tokio::test]
async fn each_item_of_a_list_is_checked_as_if_it_were_alone() {
    let house = able().build();
    for (tool, arguments, said) in [
        ("shelf_notes_create", json!({"data": [{"title": "x"}, {}]}), "`data[1]`: `title` is missing in `data`."),
        ("shelf_notes_create", json!({"data": [{"title": "x", "y": 1}]}), "`data[0]`: `y` is not known in `data`."),
        ("shelf_notes_create", json!({"data": []}), "`data` = []"),
        (
            "shelf_notes_create",
            json!({"data": [{"title": "x"}, {"title": "x"}, {"title": "x"}, {"title": "x"}]}),
            "`data` =",
        ),
        ("shelf_notes_create", json!({"data": [["x"]]}), "`data.0`"),
        (
            "shelf_notes_update",
            json!({"items": [{"identifier": 1, "data": {"state": "lost"}}]}),
            "`items[0]`: `data.state`",
        ),
        ("shelf_notes_update", json!({"items": [{"identifier": 1, "data": {}}]}), "`items[0]`: `data`"),
        ("shelf_notes_update", json!({"items": [{"identifier": 1}]}), "`data` is missing in `items.0`."),
        ("shelf_notes_update", json!({"identifier": 1, "items": []}), "`items` = []"),
        ("shelf_notes_update", json!({"data": {"title": "x"}}), "`identifier` is missing."),
        ("shelf_notes_update", json!({"identifier": 1}), "`data` must be an object"),
        (
            "shelf_notes_update",
            json!({"identifier": 1, "filters": {}, "data": {"title": "x"}}),
            "Give `identifier` or `filters`, not both.",
        ),
        (
            "shelf_notes_update",
            json!({"items": [{"identifier": 1, "data": {"title": "x"}}], "data": {"title": "x"}}),
            "`data` does not go together with `items`.",
        ),
        ("shelf_notes_delete", json!({}), "`identifier` is missing. For several items give `identifiers`."),
        ("shelf_notes_delete", json!({"identifiers": [1, []]}), "`identifiers[1]`: `identifier`"),
        ("shelf_notes_delete", json!({"filters": {"nothing": 1}}), "`nothing` is not a field"),
        ("shelf_notes_delete", json!({"filters": {}, "expected_count": -1}), "`expected_count` = -1"),
    ] {
        let (code, error) = code(&house, tool, arguments.clone()).await;
        assert_eq!(code, "invalid_argument", "{tool} {arguments}");
        assert!(error.starts_with(said), "{tool} {arguments}: {error}");
    }
    assert!(house.shelf.seen.lock().unwrap().is_empty(), "no connector was called");
}

#[tokio::test]
async fn what_a_collection_cannot_do_is_refused() {
    let house = Plan::default().build();
    for (tool, arguments) in [
        ("shelf_notes_create", json!({"data": [{"title": "x"}]})),
        ("shelf_notes_update", json!({"items": [{"identifier": 1, "data": {"title": "x"}}]})),
        ("shelf_notes_update", json!({"filters": {}, "data": {"title": "x"}})),
        ("shelf_notes_delete", json!({"identifiers": [1]})),
        ("shelf_notes_delete", json!({"filters": {}})),
        ("shelf_notes_aggregate", json!({"metrics": [{"function": "count_distinct", "field": "state"}]})),
        ("shelf_notes_aggregate", json!({"having": {"count": 1}})),
        ("shelf_notes_aggregate", json!({"group_by": ["at:month"]})),
        ("shelf_notes_list", json!({"search": "x"})),
        ("shelf_notes_list", json!({"expand": ["x"]})),
    ] {
        assert_eq!(code(&house, tool, arguments.clone()).await.0, "invalid_argument", "{tool} {arguments}");
    }
    assert!(house.shelf.seen.lock().unwrap().is_empty(), "no connector was called");
}

#[tokio::test]
async fn changes_of_several_items_arrive_whole() {
    let house = able().build();
    let alice = house.toolbox("alice").await;
    call(
        &alice,
        "shelf_notes_update",
        json!({"items": [
        {"identifier": 1, "data": {"title": "x"}, "if_version": "v"}, {"identifier": "2", "data": {"state": "done"}}]}),
    )
    .await;
    let Operation::Batch(Batch { change: Change::Update(items), .. }) = last(&house) else { panic!("a batch") };
    assert_eq!((items[0].if_version.as_deref(), json!(items[0].data)), (Some("v"), json!({"title": "x"})));
    assert_eq!(items[1].identifier.single(), Some(&json!("2")));
    call(&alice, "shelf_notes_delete", json!({"filters": {"state": "done"}, "expected_count": "4"})).await;
    let Operation::Batch(Batch { change: Change::DeleteMatching(matching), .. }) = last(&house) else {
        panic!("a batch")
    };
    assert_eq!((matching.filter.is_some(), matching.expected_count), (true, Some(4)));
    call(&alice, "shelf_notes_delete", json!({"filters": {}})).await;
    let Operation::Batch(Batch { change: Change::DeleteMatching(matching), .. }) = last(&house) else {
        panic!("a batch")
    };
    assert_eq!((matching.filter.is_some(), matching.expected_count), (false, None));
}

#[tokio::test]
async fn figures_are_read_with_units_and_having() {
    let house = able().build();
    let alice = house.toolbox("alice").await;
    call(
        &alice,
        "shelf_notes_aggregate",
        json!({
        "group_by": "at:month,state", "metrics": [{"function": "count_distinct", "field": "title"}],
        "having": {"count_distinct_title": {"gte": 2}}, "sort": ["-at:month"]}),
    )
    .await;
    let Operation::Aggregate(asked) = last(&house) else { panic!("an aggregate") };
    assert_eq!((asked.group_by[0].unit, asked.group_by[0].name.as_str()), (Some(Unit::Month), "at:month"));
    assert_eq!((asked.group_by[1].unit, asked.having.is_some(), asked.sort[0].descending), (None, true, true));
    for (arguments, said) in [
        (
            json!({"group_by": ["at:moon"]}),
            "`group_by` cuts `at` to `moon`, which is none of year, quarter, month, week, day, hour, minute.",
        ),
        (json!({"group_by": ["state:day"]}), "`state` is not a time, so it has no days. Group by `state`."),
        (
            json!({"having": {"state": "done"}}),
            "`state` is not a field that the figures can be filtered by. It has: count.",
        ),
    ] {
        assert_eq!(
            code(&house, "shelf_notes_aggregate", arguments).await,
            (json!("invalid_argument"), said.to_owned())
        );
    }
}
