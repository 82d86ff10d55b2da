use serde_json::{Value, json};

use crate::support::fixtures::{self, Shop};
use crate::support::{Bellhop, process};

#[tokio::test]
async fn an_unknown_tool_or_collection_says_what_is_wrong() {
    let bellhop = Bellhop::demo().await;
    let token = bellhop.token("alice");
    let answer = bellhop.mcp(&token).call_raw("launch_rocket", &json!({})).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    assert!(answer["error"]["message"].as_str().is_some_and(|text| text.contains("launch_rocket")), "{answer}");
    let request = crate::support::http().post(format!("{}/api/tools/launch_rocket", bellhop.url)).bearer_auth(&token);
    let response = request.json(&json!({})).send().await.expect("the server answers");
    assert_eq!(response.status(), 404);
    let answer: Value = response.json().await.expect("JSON");
    assert_eq!(answer["success"], false, "{answer}");
    assert!(answer["error"].as_str().is_some_and(|sentence| sentence.len() > 10), "{answer}");
    let typo = bellhop.mcp(&token).call("shop_orders_list", &json!({"filter": {"status": "open"}})).await;
    assert!(typo["error"].as_str().is_some_and(|sentence| sentence.contains("filters")), "{typo:?}");
}

#[tokio::test]
async fn an_error_of_the_database_shows_nothing_of_it() {
    for shop in [Shop::sqlite().await, Shop::postgres().await] {
        let root = process::home();
        let bellhop = Bellhop::serve(&fixtures::config(&shop.url, root.path(), "typed", shop.config())).await;
        let bob = bellhop.mcp(&fixtures::token("bob"));
        let long = "9".repeat(400);
        for (tool, arguments) in [
            ("shop_projects_create", json!({"data": {"slug": "bobs-project", "title": "again"}})),
            ("shop_projects_create", json!({"data": {"slug": "ALICE-0301", "title": "again"}})),
            ("shop_projects_delete", json!({"identifier": "bobs-project"})),
            ("shop_orders_create", json!({"data": {"note": "a\u{0}b", "total": 1}})),
            ("shop_orders_create", json!({"data": {"note": "x", "total": 99_999_999_999_i64}})),
            ("shop_orders_get", json!({"identifier": "'; DROP TABLE orders; --"})),
            ("shop_orders_get", json!({"identifier": long})),
            ("shop_letters_get", json!({"identifier": "not a uuid"})),
            ("shop_orders_list", json!({"filters": {"total": {"gt": "x'"}}})),
            ("shop_orders_list", json!({"sort": ["id; DROP TABLE orders"]})),
            ("shop_order_items_create", json!({"data": {"order_id": 800_001, "product_id": 424_242}})),
        ] {
            let answer = bob.call_raw(tool, &arguments).await.to_string().to_lowercase();
            for word in [
                "sqlite",
                "postgres",
                "sqlx",
                "syntax error",
                "constraint",
                "insert into",
                "select ",
                "relation ",
                "sqlstate",
                "/home",
                "/tmp",
                ".rs:",
            ] {
                assert!(!answer.contains(word), "{tool} {arguments} shows {word:?}: {answer}");
            }
        }
        assert_eq!(bob.call("shop_orders_list", &json!({})).await["success"], true, "the table is still there");
    }
}

#[tokio::test]
async fn a_limit_is_bounded_and_count_is_the_total() {
    let bellhop = Bellhop::demo().await;
    let mcp = bellhop.mcp(&bellhop.token("alice"));
    let page = mcp.call("shop_orders_list", &json!({"limit": 1})).await;
    assert_eq!((&page["count"], &page["has_more"]), (&json!(4), &json!(true)), "{page:?}");
    assert_eq!(page["data"].as_array().map(Vec::len), Some(1), "{page:?}");
    for limit in [json!(1_000_000), json!(0), json!(-1), json!("all")] {
        let answer = mcp.call("shop_orders_list", &json!({"limit": limit})).await;
        assert_eq!(answer["code"], "invalid_argument", "{limit}: {answer:?}");
    }
}
