use gateway::ToolsMode;
use serde_json::{Value, json};

use super::super::nouns::World;
use super::super::plan::Plan;
use super::super::steps;
use super::{Planned, TODAY, alice};

/// Every step of a message.
async fn steps_of(message: &str) -> Vec<Planned> {
    let (_shop, toolbox) = alice(ToolsMode::Typed).await;
    let world = World::new(&toolbox, TODAY);
    let planned = steps::read(&world, message).into_iter().map(|step| match step.plan {
        Plan::Act(act) => Planned::Call(act.tool, act.arguments),
        Plan::Say(text) | Plan::Tell(text) => Planned::Says(text),
        Plan::Look(look) => panic!("{message} is looked up: {look:?}"),
    });
    planned.collect()
}

fn call(tool: &str, arguments: Value) -> Planned {
    Planned::Call(tool.to_owned(), arguments)
}

#[tokio::test]
async fn each_step_is_matched_to_its_own_tool() {
    let orders = || call("shop_orders_list", json!({"limit": 20}));
    let file = || call("notes_files_get", json!({"identifier": "notes/today.md"}));
    let mark = || call("shop_tasks_update", json!({"identifier": 3, "data": {"done": true}}));
    let count = || call("shop_tasks_aggregate", json!({"metrics": [{"function": "count"}]}));
    for (message, wanted) in [
        ("show my orders and read notes/today.md", vec![orders(), file()]),
        ("Please show my orders, read notes/today.md, and then mark task 3 as done.", vec![orders(), file(), mark()]),
        ("mark task 3 as done; how many tasks do I have?", vec![mark(), count()]),
        ("Show my orders. How many tasks do I have? Read notes/today.md", vec![orders(), count(), file()]),
        (
            "update order 7 set status=shipped and show my orders",
            vec![call("shop_orders_update", json!({"identifier": 7, "data": {"status": "shipped"}})), orders()],
        ),
        (
            "create a task with title=\"Buy milk\" and show my orders",
            vec![call("shop_tasks_create", json!({"data": {"title": "Buy milk"}})), orders()],
        ),
        (
            "show my orders and create a note called x with milk, eggs and read the news",
            vec![
                orders(),
                call(
                    "notes_files_create",
                    json!({"data": {"path": "x.md", "content": "milk, eggs and read the news"}}),
                ),
            ],
        ),
    ] {
        assert_eq!(steps_of(message).await, wanted, "{message}");
    }
}

#[tokio::test]
async fn one_sentence_stays_one() {
    for message in [
        "show my orders and tasks",
        "oranges and apples",
        "list products with price > 20 and category = electronics",
        "create a note called x with buy milk, and show my orders",
        "create a note called x with Buy milk. Then rest.",
        "create a task with title=Buy milk and call mom",
        "delete order 7 and order 8",
        "delete file a.txt and b.txt",
        "name and price of products",
        "show orders between 10 and 20",
        "mark task 3 as done and if it rains show my orders",
        "don't show my orders and mark task 3 as done",
        "if it is open, mark order 7 as shipped",
        "show my orders or mark task 3 as done",
    ] {
        assert_eq!(steps_of(message).await.len(), 1, "{message}");
    }
}

#[tokio::test]
async fn nothing_is_changed_by_half_and_nothing_destroyed_in_passing() {
    let says = |planned: &Planned, part: &str| matches!(planned, Planned::Says(text) if text.contains(part));
    let steps = steps_of("show my orders and delete order 101").await;
    assert_eq!(steps[0], call("shop_orders_list", json!({"limit": 20})));
    assert!(says(&steps[1], "Say it by itself."), "{steps:?}");
    let steps = steps_of("mark task 3 as done, list the moons of Jupiter and show my orders").await;
    assert!(says(&steps[0], "I changed nothing") && says(&steps[1], "I did not understand"), "{steps:?}");
    assert_eq!(steps[2], call("shop_orders_list", json!({"limit": 20})));
    for message in
        ["as user bob, show my orders and mark task 3 as done", "show my orders and mark task 3 as done, as user bob"]
    {
        let steps = steps_of(message).await;
        let writes = |step: &Planned| matches!(step, Planned::Call(tool, _) if tool.ends_with("_update"));
        assert!(!steps.iter().any(writes), "{message}: {steps:?}");
    }
}

#[tokio::test]
async fn a_message_of_very_many_steps_is_read_as_one() {
    let many = vec!["show my orders"; 400].join(" and ");
    assert_eq!(steps_of(&many).await.len(), 1);
}
