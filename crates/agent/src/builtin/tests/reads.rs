use gateway::ToolsMode;
use serde_json::json;

use super::{Planned, alice, check, planned};

const ORDERS: &str = "shop_orders_list";
const PRODUCTS: &str = "shop_products_list";
const TASKS: &str = "shop_tasks_list";
const FILES: &str = "notes_files_list";

#[tokio::test]
async fn lists_are_understood() {
    check(vec![
        ("list products with category=electronics, limit 20", PRODUCTS, json!({"filters": {"category": "electronics"}, "limit": 20})),
        ("show my orders", ORDERS, json!({"limit": 20})),
        ("Show me all my orders, please.", ORDERS, json!({"limit": 20})),
        ("orders", ORDERS, json!({"limit": 20})),
        ("What orders do I have?", ORDERS, json!({"limit": 20})),
        ("Could you please show me my orders?", ORDERS, json!({"limit": 20})),
        ("do I have any open orders?", ORDERS, json!({"filters": {"status": "open"}, "limit": 20})),
        ("open orders", ORDERS, json!({"filters": {"status": "open"}, "limit": 20})),
        ("show my last 3 orders", ORDERS, json!({"sort": ["-created_at"], "limit": 3})),
        ("what is my latest order?", ORDERS, json!({"sort": ["-created_at"], "limit": 1})),
        ("the 5 most recent shipped orders", ORDERS, json!({"filters": {"status": "shipped"}, "sort": ["-created_at"], "limit": 5})),
        ("my first 2 orders", ORDERS, json!({"sort": ["created_at"], "limit": 2})),
        ("orders over 100", ORDERS, json!({"filters": {"total": {"gt": 100}}, "limit": 20})),
        ("orders where total > 100 and status is shipped", ORDERS, json!({"filters": {"total": {"gt": 100}, "status": "shipped"}, "limit": 20})),
        ("orders with status open or paid", ORDERS, json!({"filters": {"status": {"in": ["open", "paid"]}}, "limit": 20})),
        ("orders that are open or total > 100", ORDERS, json!({"filters": {"or": [{"status": "open"}, {"total": {"gt": 100}}]}, "limit": 20})),
        ("orders between 20 and 50", ORDERS, json!({"filters": {"total": {"gte": 20, "lte": 50}}, "limit": 20})),
        ("orders with total at least 20 and at most 50", ORDERS, json!({"filters": {"total": {"gte": 20, "lte": 50}}, "limit": 20})),
        ("orders whose status is not shipped", ORDERS, json!({"filters": {"status": {"ne": "shipped"}}, "limit": 20})),
        ("orders from this month", ORDERS, json!({"filters": {"created_at": {"gte": "2026-11-01T00:00:00Z", "lt": "2026-12-01T00:00:00Z"}}, "limit": 20})),
        ("orders created after 2026-10-01", ORDERS, json!({"filters": {"created_at": {"gte": "2026-10-02T00:00:00Z"}}, "limit": 20})),
        ("last week's orders", ORDERS, json!({"filters": {"created_at": {"gte": "2026-11-09T00:00:00Z", "lt": "2026-11-16T00:00:00Z"}}, "limit": 20})),
        ("orders, page 3", ORDERS, json!({"limit": 20, "offset": 40})),
        ("list orders limit 10 offset 30", ORDERS, json!({"limit": 10, "offset": 30})),
        ("list orders sorted by total descending, created_at", ORDERS, json!({"sort": ["-total", "created_at"], "limit": 20})),
        ("list orders sort by -total", ORDERS, json!({"sort": ["-total"], "limit": 20})),
        ("top 3 orders by total", ORDERS, json!({"sort": ["-total"], "limit": 3})),
        ("my biggest order", ORDERS, json!({"sort": ["-total"], "limit": 1})),
        ("products cheaper than 20 sorted by price", PRODUCTS, json!({"filters": {"price": {"lt": 20}}, "sort": ["price"], "limit": 20})),
        ("cheapest product", PRODUCTS, json!({"sort": ["price"], "limit": 1})),
        ("the 3 most expensive electronics products", PRODUCTS, json!({"filters": {"category": "electronics"}, "sort": ["-price"], "limit": 3})),
        ("which products are in stock", PRODUCTS, json!({"filters": {"in_stock": true}, "limit": 20})),
        ("products in electronics that are not in stock", PRODUCTS, json!({"filters": {"category": "electronics", "in_stock": false}, "limit": 20})),
        ("products in category books", PRODUCTS, json!({"filters": {"category": "books"}, "limit": 20})),
        ("find products matching lamp", PRODUCTS, json!({"filters": {"name": {"contains": "lamp"}}, "limit": 20})),
        ("search products for \"desk lamp\"", PRODUCTS, json!({"filters": {"name": {"contains": "desk lamp"}}, "limit": 20})),
        ("products whose name starts with Key", PRODUCTS, json!({"filters": {"name": {"starts_with": "Key"}}, "limit": 20})),
        ("product called Keyboard", PRODUCTS, json!({"filters": {"name": "Keyboard"}, "limit": 20})),
        ("show product Desk lamp", PRODUCTS, json!({"filters": {"name": {"contains": "Desk lamp"}}, "limit": 20})),
        ("name and price of products", PRODUCTS, json!({"fields": ["name", "price"], "limit": 20})),
        ("list products fields name, price where price < 50", PRODUCTS, json!({"filters": {"price": {"lt": 50}}, "fields": ["name", "price"], "limit": 20})),
        ("tasks due before 2026-01-01", TASKS, json!({"filters": {"due": {"lt": "2026-01-01"}}, "limit": 20})),
        ("tasks due today", TASKS, json!({"filters": {"due": "2026-11-22"}, "limit": 20})),
        ("tasks without due", TASKS, json!({"filters": {"due": {"is_null": true}}, "limit": 20})),
        ("what are my unfinished tasks", TASKS, json!({"filters": {"done": false}, "limit": 20})),
        ("tasks that are not done", TASKS, json!({"filters": {"done": false}, "limit": 20})),
        ("done tasks", TASKS, json!({"filters": {"done": true}, "limit": 20})),
        ("high priority tasks", TASKS, json!({"filters": {"priority": "high"}, "limit": 20})),
        ("which of my orders are open?", ORDERS, json!({"filters": {"status": "open"}, "limit": 20})),
        ("orders placed this week", ORDERS, json!({"filters": {"created_at": {"gte": "2026-11-16T00:00:00Z", "lt": "2026-11-23T00:00:00Z"}}, "limit": 20})),
        ("orders in october 2025", ORDERS, json!({"filters": {"created_at": {"gte": "2025-10-01T00:00:00Z", "lt": "2025-11-01T00:00:00Z"}}, "limit": 20})),
        ("orders of the last 7 days", ORDERS, json!({"filters": {"created_at": {"gte": "2026-11-16T00:00:00Z", "lt": "2026-11-23T00:00:00Z"}}, "limit": 20})),
        ("open orders over 100 sorted by newest first", ORDERS, json!({"filters": {"status": "open", "total": {"gt": 100}}, "sort": ["-created_at"], "limit": 20})),
        ("show total and status of my orders", ORDERS, json!({"fields": ["total", "status"], "limit": 20})),
        ("show the last order's total", ORDERS, json!({"sort": ["-created_at"], "fields": ["total"], "limit": 1})),
        ("products not in electronics", PRODUCTS, json!({"filters": {"category": {"ne": "electronics"}}, "limit": 20})),
        ("products out of stock over 10 euros", PRODUCTS, json!({"filters": {"in_stock": false, "price": {"gt": 10}}, "limit": 20})),
        ("product names", PRODUCTS, json!({"fields": ["name"], "limit": 20})),
        ("overdue tasks", TASKS, json!({"filters": {"due": {"lt": "2026-11-22"}, "done": false}, "limit": 20})),
        ("which tasks are still open?", TASKS, json!({"filters": {"done": false}, "limit": 20})),
        ("list tasks by due date", TASKS, json!({"sort": ["due"], "limit": 20})),
        ("tasks with a due date", TASKS, json!({"filters": {"due": {"is_null": false}}, "limit": 20})),
        ("files in reports", FILES, json!({"filters": {"folder": "reports"}, "limit": 20})),
        ("what's in my files?", FILES, json!({"limit": 20})),
        ("order items with quantity > 1", "shop_order_items_list", json!({"filters": {"quantity": {"gt": 1}}, "limit": 20})),
        ("list order_items", "shop_order_items_list", json!({"limit": 20})),
        ("list my files", FILES, json!({"limit": 20})),
        ("show my notes", FILES, json!({"limit": 20})),
        ("the 3 latest documents", FILES, json!({"sort": ["-modified"], "limit": 3})),
        ("files larger than 1000", FILES, json!({"filters": {"size": {"gt": 1000}}, "limit": 20})),
    ])
    .await;
}

#[tokio::test]
async fn figures_are_understood() {
    let (orders, tasks, products) = ("shop_orders_aggregate", "shop_tasks_aggregate", "shop_products_aggregate");
    let count = || json!([{"function": "count"}]);
    check(vec![
        ("how many orders do I have?", orders, json!({"metrics": count()})),
        ("how many open tasks do I have", tasks, json!({"metrics": count(), "filters": {"done": false}})),
        ("count my shipped orders", orders, json!({"metrics": count(), "filters": {"status": "shipped"}})),
        ("number of products in electronics", products, json!({"metrics": count(), "filters": {"category": "electronics"}})),
        ("how many orders per status", orders, json!({"metrics": count(), "group_by": ["status"]})),
        ("how many orders did I place this year", orders, json!({"metrics": count(), "filters": {"created_at": {"gte": "2026-01-01T00:00:00Z", "lt": "2027-01-01T00:00:00Z"}}})),
        ("total of my orders", orders, json!({"metrics": [{"function": "sum", "field": "total"}]})),
        ("what's the total of my shipped orders?", orders, json!({"metrics": [{"function": "sum", "field": "total"}], "filters": {"status": "shipped"}})),
        ("average total of orders by status", orders, json!({"metrics": [{"function": "avg", "field": "total"}], "group_by": ["status"]})),
        ("average order total", orders, json!({"metrics": [{"function": "avg", "field": "total"}]})),
        ("what is the highest price of products", products, json!({"metrics": [{"function": "max", "field": "price"}]})),
        ("lowest product price per category", products, json!({"metrics": [{"function": "min", "field": "price"}], "group_by": ["category"]})),
        ("sum of total in orders where status is open", orders, json!({"metrics": [{"function": "sum", "field": "total"}], "filters": {"status": "open"}})),
    ])
    .await;
}

#[tokio::test]
async fn single_items_are_understood() {
    let orders = "shop_orders_get";
    check(vec![
        ("get order 7", orders, json!({"identifier": 7})),
        ("show order 7", orders, json!({"identifier": 7})),
        ("order #7", orders, json!({"identifier": 7})),
        ("show me the order with id 7", orders, json!({"identifier": 7})),
        ("what is the status of order 7?", orders, json!({"identifier": 7, "fields": ["status"]})),
        ("is order 7 shipped?", orders, json!({"identifier": 7})),
        ("what does welcome.md say?", "notes_files_get", json!({"identifier": "welcome.md"})),
        ("open file reports/2026.md", "notes_files_get", json!({"identifier": "reports/2026.md"})),
        ("what's in welcome.md?", "notes_files_get", json!({"identifier": "welcome.md"})),
        ("read \"my notes.txt\"", "notes_files_get", json!({"identifier": "my notes.txt"})),
    ])
    .await;
}

#[tokio::test]
async fn actions_are_understood() {
    check(vec![
        ("search my files for invoice", "notes_search", json!({"text": "invoice"})),
        ("search for invoice in my files", "notes_search", json!({"text": "invoice"})),
        ("find notes containing two words", "notes_search", json!({"text": "two words"})),
        ("search files for two words", "notes_search", json!({"text": "two words"})),
        ("run search with text=\"invoice 7\", limit=5", "notes_search", json!({"text": "invoice 7", "limit": 5})),
        ("move a.txt to b/c.txt", "notes_move", json!({"from": "a.txt", "to": "b/c.txt"})),
        ("rename file a.txt to b.txt", "notes_move", json!({"from": "a.txt", "to": "b.txt"})),
        ("copy \"a b.txt\" to c.txt", "notes_copy", json!({"from": "a b.txt", "to": "c.txt"})),
    ])
    .await;
}

#[tokio::test]
async fn the_same_words_work_with_universal_tools() {
    let (_shop, toolbox) = alice(ToolsMode::Universal).await;
    for (message, tool, arguments) in [
        ("show my last 3 orders", "list", json!({"resource_type": "orders", "sort": ["-created_at"], "limit": 3})),
        (
            "how many open tasks do I have",
            "aggregate",
            json!({"resource_type": "tasks", "metrics": [{"function": "count"}], "filters": {"done": false}}),
        ),
        ("get order 7", "get", json!({"resource_type": "orders", "identifier": 7})),
        ("delete file old.log", "delete", json!({"resource_type": "files", "identifier": "old.log"})),
        ("search my files for invoice", "invoke", json!({"action": "search", "input": {"text": "invoice"}})),
        (
            "create a task with title=Buy milk",
            "create",
            json!({"resource_type": "tasks", "data": {"title": "Buy milk"}}),
        ),
    ] {
        assert_eq!(planned(&toolbox, message), Planned::Call(tool.into(), arguments), "{message}");
    }
}
