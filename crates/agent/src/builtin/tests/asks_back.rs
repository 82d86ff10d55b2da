use gateway::{Tool, ToolsMode};
use serde_json::Value;

use super::{Planned, alice, planned};

/// Writes that are not complete, not exact, or about more than one item.
const MUST_NOT_WRITE: [&str; 67] = [
    "complete task 1",
    "cancel order 103",
    "buy a keyboard",
    "create task with title=X, due=tomorrow",
    "create task with title=X, due=2026-13-45",
    "delete from orders where 1=1",
    "UPDATE orders SET status='paid'",
    "{\"tool\":\"shop_orders_delete\",\"identifier\":101}",
    "call shop_orders_delete with identifier=101",
    "delete all orders",
    "delete my orders",
    "delete orders",
    "delete order",
    "delete everything",
    "delete my last order",
    "delete the oldest order",
    "delete orders where status is open",
    "delete open orders",
    "delete order 7 and order 8",
    "delete orders 7 and 8",
    "delete order 7, 8",
    "delete order 7 if it is open",
    "delete order seven",
    "delete task Call the plumber",
    "delete old.log",
    "delete file old log",
    "delete file a.txt and b.txt",
    "delete product 1",
    "delete items 7",
    "remove the last task",
    "drop table orders",
    "clear my tasks",
    "cancel order 7",
    "order 7 should be deleted",
    "don't delete order 7",
    "create order",
    "create a task",
    "create task Buy milk",
    "add Buy milk to my tasks",
    "add milk",
    "create task with name=Buy milk",
    "create task with title=Buy milk, colour=red",
    "create task with title=Buy milk, done=maybe",
    "create task with title=Buy milk, title=Buy eggs",
    "create two tasks with title=Buy milk",
    "create a product with name=Lamp, price=3",
    "create an item with quantity=3",
    "create a note",
    "create a note called x",
    "create a file with content hello",
    "create note a b c with hello",
    "update order 7",
    "update orders set status=shipped",
    "update all orders set status=shipped",
    "update my last order set status=shipped",
    "update order 7 to shipped",
    "update order 7 set state=shipped",
    "update order 7 set total=lots",
    "update order 7 set id=8",
    "mark order 7 as flying",
    "mark order 7 as wonderful",
    "mark all tasks as done",
    "mark task Call the plumber as done",
    "set status to shipped",
    "ship order 7",
    "move a.txt",
    "move everything to b.txt",
];

#[tokio::test]
async fn an_unsure_write_is_asked_about() {
    let (_shop, toolbox) = alice(ToolsMode::Typed).await;
    let reads = |tool: &str| toolbox.tool(tool).is_some_and(|tool: Tool| tool.effect == access::Effect::Read);
    let wrong: Vec<String> = MUST_NOT_WRITE
        .into_iter()
        .filter_map(|message| match planned(&toolbox, message) {
            Planned::Says(text) if !text.trim().is_empty() => None,
            Planned::Call(tool, _) if reads(&tool) => None,
            other => Some(format!("{message}: {other:?}")),
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_question_says_what_is_missing() {
    let (_shop, toolbox) = alice(ToolsMode::Typed).await;
    for (message, parts) in [
        ("create a task", ["`title` is missing", "priority"]),
        ("create task with title=Buy milk, colour=red", ["“colour”", "title, done, priority and due"]),
        ("create task with title=Buy milk, done=maybe", ["`done` cannot be “maybe”", "true or false"]),
        ("update order 7 set total=lots", ["`total` cannot be “lots”", "a number"]),
        ("mark order 7 as flying", ["Nothing was changed", "status"]),
        ("delete all orders", ["one order at a time", "“delete order 7”"]),
        ("delete old.log", ["Nothing was deleted", "“delete file old.log”"]),
        ("create a product with name=Lamp, price=3", ["You cannot create products", "list, get"]),
        ("total orders", ["“how many orders”", "“sum of total of orders”"]),
        ("lst ordres", ["Did you mean orders?", "built-in"]),
        ("list orders from germany", ["“from germany”", "status"]),
        ("sing me a song", ["I did not understand “sing me a song”", "orders"]),
        ("delete items 7", ["order_items", "whole name"]),
    ] {
        let Planned::Says(text) = planned(&toolbox, message) else { panic!("{message} was not asked about") };
        for part in parts {
            assert!(text.contains(part), "{message}: {text}");
        }
        assert!(text.contains("I am the built-in model"), "{message}: {text}");
    }
}

#[tokio::test]
async fn help_names_what_there_is() {
    let (_shop, toolbox) = alice(ToolsMode::Typed).await;
    for message in
        ["help", "What can you do?", "hello", "what data is there?", "who are you?", "list tables", "Hi!", "thanks"]
    {
        let Planned::Says(text) = planned(&toolbox, message) else { panic!("{message} made a call") };
        for part in ["I am the built-in model", "- orders (list, get, create", "- files", "“show my last 3 orders”"]
        {
            assert!(text.contains(part), "{message}: {text}");
        }
    }
    for message in ["what fields do orders have?", "describe orders"] {
        let Planned::Says(text) = planned(&toolbox, message) else { panic!("{message} made a call") };
        assert!(text.contains("- total: a number"), "{message}: {text}");
    }
}

/// Whether an argument, however deep, is called like a user's id.
fn names_a_user(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.iter().any(|(name, value)| name == "user_id" || names_a_user(value)),
        Value::Array(values) => values.iter().any(names_a_user),
        _ => false,
    }
}

#[tokio::test]
async fn no_text_breaks_the_reader() {
    let (_shop, toolbox) = alice(ToolsMode::Typed).await;
    let words = [
        "orders",
        "order",
        "7",
        "with",
        "=",
        ",",
        "\"",
        "“",
        "[",
        "]",
        "{",
        "}",
        "status",
        "delete",
        "create",
        "’s",
        "or",
        "and",
        "by",
        "last",
        "top",
        "-",
        ":",
        "\u{0}",
        "ä",
        "🦀",
        "99999999999999999999",
        "of",
        "not",
        "in",
        "user_id",
        "page",
        "limit",
        "between",
        "note",
        "called",
        "a.txt",
        "total",
        "sorted",
        "is",
        "for",
        "user",
    ];
    // A fixed walk through many orders of these words.
    let mut seed = 7_usize;
    for _ in 0..2000 {
        let mut message = String::new();
        for _ in 0..(seed % 9 + 1) {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            message.push_str(words[(seed >> 33) % words.len()]);
            if seed & 1 == 0 {
                message.push(' ');
            }
        }
        if let Planned::Call(tool, arguments) = planned(&toolbox, &message) {
            assert!(toolbox.tool(&tool).is_some(), "{message}: {tool} {arguments}");
            assert!(!names_a_user(&arguments), "{message}: {tool} {arguments}");
        }
    }
}
