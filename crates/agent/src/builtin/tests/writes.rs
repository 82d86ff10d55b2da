use serde_json::json;

use super::check;

#[tokio::test]
async fn complete_writes_are_understood() {
    let (task, order) = ("shop_tasks_create", "shop_orders_update");
    check(vec![
        ("create a task with title=Buy milk, done=false", task, json!({"data": {"title": "Buy milk", "done": false}})),
        (
            "add a new task with title: Buy milk; priority: high",
            task,
            json!({"data": {"title": "Buy milk", "priority": "high"}}),
        ),
        (
            "create task with title \"Salt, pepper and oil\" and done no",
            task,
            json!({"data": {"title": "Salt, pepper and oil", "done": false}}),
        ),
        (
            "create task title=Salt, pepper and oil, due=2026-12-24",
            task,
            json!({"data": {"title": "Salt, pepper and oil", "due": "2026-12-24"}}),
        ),
        (
            "please add a task titled Call mom with priority=low",
            task,
            json!({"data": {"title": "Call mom", "priority": "low"}}),
        ),
        ("create a task called Buy milk & eggs", task, json!({"data": {"title": "Buy milk & eggs"}})),
        ("create task with title=Really?!", task, json!({"data": {"title": "Really?!"}})),
        (
            "create task with {\"title\": \"Buy milk\", \"done\": true}",
            task,
            json!({"data": {"title": "Buy milk", "done": true}}),
        ),
        ("update order 7 set status=shipped", order, json!({"identifier": 7, "data": {"status": "shipped"}})),
        (
            "update order #7 with status=paid, total=12.50",
            order,
            json!({"identifier": 7, "data": {"status": "paid", "total": 12.5}}),
        ),
        ("mark order 7 as shipped", order, json!({"identifier": 7, "data": {"status": "shipped"}})),
        ("set the status of order 7 to shipped", order, json!({"identifier": 7, "data": {"status": "shipped"}})),
        ("change order 7 status to shipped.", order, json!({"identifier": 7, "data": {"status": "shipped"}})),
        ("set order 7 total to 10.", order, json!({"identifier": 7, "data": {"total": 10}})),
        (
            "change priority of task 3 from low to high",
            "shop_tasks_update",
            json!({"identifier": 3, "data": {"priority": "high"}}),
        ),
        ("mark task 3 as done", "shop_tasks_update", json!({"identifier": 3, "data": {"done": true}})),
        ("mark task 3 as not done", "shop_tasks_update", json!({"identifier": 3, "data": {"done": false}})),
        ("delete order 7", "shop_orders_delete", json!({"identifier": 7})),
        ("please remove the order with id=7", "shop_orders_delete", json!({"identifier": 7})),
        ("delete file old.log", "notes_files_delete", json!({"identifier": "old.log"})),
        ("delete the file \"my old.log\"", "notes_files_delete", json!({"identifier": "my old.log"})),
        (
            "create a note called x with buy milk & eggs. Then rest.",
            "notes_files_create",
            json!({"data": {"path": "x.md", "content": "buy milk & eggs. Then rest."}}),
        ),
        (
            "create a note called shopping list with content: milk, eggs",
            "notes_files_create",
            json!({"data": {"path": "shopping list.md", "content": "milk, eggs"}}),
        ),
        (
            "create file logs/a.txt with content \"one\ntwo\"",
            "notes_files_create",
            json!({"data": {"path": "logs/a.txt", "content": "one\ntwo"}}),
        ),
        (
            "create a file called Makefile with all: build",
            "notes_files_create",
            json!({"data": {"path": "Makefile", "content": "all: build"}}),
        ),
        (
            "update file a.txt with content=new, and newer; size=3",
            "notes_files_update",
            json!({"identifier": "a.txt", "data": {"content": "new, and newer; size=3"}}),
        ),
    ])
    .await;
}
