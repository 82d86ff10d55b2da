use std::time::Duration;

use futures_util::join_all;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use testkit::postgres::Postgres;

use super::{Kept, config};
use crate::support::fixtures::{Shop, token, token_with};
use crate::support::{Bellhop, http, process};

/// Calls of one caller in a minute.
const RATE: usize = 12;
const LIMITS: &str = "timeout_ms = 1000\ncalls_per_minute_max = 12\nconcurrent_max = 2\nwaiting_max = 1\n";

mod futures_util {
    /// Runs all at once.
    pub(super) async fn join_all<T: Send + 'static>(
        all: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
    ) -> Vec<T> {
        let mut done = Vec::new();
        for task in all.map(tokio::spawn).collect::<Vec<_>>() {
            done.push(task.await.expect("no task panicked"));
        }
        done
    }
}

async fn every_outcome_leaves_one_line(kept: Kept, home: tempfile::TempDir) {
    let shop = Shop::postgres().await;
    let audit = kept.config("required = \"writes\"\n");
    let config = config(&shop, &audit, LIMITS, "access.destroy.scopes = [\"shop:delete\"]\n");
    let bellhop = Bellhop::serve_in(home, &config).await;
    let mut calls: Vec<(&str, &str, &str)> = Vec::new();

    let bob = token("bob");
    let one = [
        ("shop_orders_list", json!({}), "ok"),
        ("shop_orders_list", json!({"limit": "many"}), "invalid_argument"),
        ("shop_orders_get", json!({"identifier": 700_001}), "not_found"),
        ("shop_orders_list", json!({"filters": {"user_id": "alice"}}), "identity_mismatch"),
        ("shop_orders_create", json!({"data": {"user_id": "alice", "total": 1}}), "identity_mismatch"),
        ("shop_order_items_create", json!({"data": {"order_id": 800_001, "product_id": 99}}), "invalid_argument"),
        ("shop_projects_create", json!({"data": {"slug": "bobs-other", "title": "x"}}), "conflict"),
        ("shop_orders_update", json!({"identifier": 700_001, "data": {"note": "x"}}), "not_found"),
        ("shop_orders_delete", json!({"identifier": 800_001}), "insufficient_scope"),
        ("shop_nothing", json!({}), "unknown_tool"),
    ];
    for (tool, arguments, outcome) in one {
        let answer = call(&bellhop.url, &bob, tool, &arguments).await;
        assert_eq!(answer["code"].as_str().unwrap_or("ok"), outcome, "{tool}: {answer}");
        calls.push(("http", tool, outcome));
    }

    // More at once than may run or wait, and more in a minute than may be made.
    let (url, carol) = (bellhop.url.clone(), token_with("carol", &json!({})));
    let answers = join_all((0..RATE * 2).map(|_| {
        let (url, carol) = (url.clone(), carol.clone());
        async move { call(&url, &carol, "shop_orders_list", &json!({})).await }
    }))
    .await;
    let refused = answers.iter().filter(|answer| answer["code"] == "rate_limited").count();
    assert!(refused >= RATE && refused < answers.len(), "{refused} of {}", answers.len());
    calls.extend(
        answers
            .iter()
            .map(|answer| ("http", "shop_orders_list", answer["code"].as_str().map_or("ok", |_| "rate_limited"))),
    );

    let (tool, arguments) = ("shop_orders_create", json!({"data": {"total": 1}}));
    let answer = call(&bellhop.url, &token("dave"), tool, &arguments).await;
    assert_eq!(answer["code"], "permission_denied", "Dave is not among the users yet: {answer}");
    calls.push(("http", tool, "permission_denied"));
    shop.execute("INSERT INTO users (id, name) VALUES ('dave', 'Dave')").await;

    // A table that somebody else holds: one caller is patient, one goes away, over each kind of door.
    let mut holder = PgConnection::connect(&shop.url).await.expect("PostgreSQL answers");
    sqlx::raw_sql("BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE").execute(&mut holder).await.expect("a lock");
    let dave = token("dave");
    let answer = call(&bellhop.url, &dave, "shop_orders_list", &json!({})).await;
    assert_eq!(answer["code"], "timeout", "{answer}");
    calls.push(("http", "shop_orders_list", "timeout"));
    let answer = call(&bellhop.url, &dave, "shop_orders_create", &json!({"data": {"total": 1}})).await;
    assert_eq!(answer["code"], "timeout", "{answer}");
    calls.push(("http", "shop_orders_create", "timeout"));
    for (tool, arguments) in [("shop_orders_list", json!({})), ("shop_orders_create", json!({"data": {"total": 1}}))] {
        let request = http().post(format!("{}/api/tools/{tool}", bellhop.url)).bearer_auth(&dave).json(&arguments);
        request.timeout(Duration::from_millis(300)).send().await.expect_err("nobody answers so soon");
        calls.push(("http", tool, "cancelled"));
    }
    let mcp = bellhop.mcp(&dave);
    let params = json!({"name": "shop_orders_list", "arguments": {}});
    let gone = tokio::time::timeout(Duration::from_millis(300), mcp.post("tools/call", &params)).await;
    assert!(gone.is_err(), "nobody answers so soon");
    calls.push(("mcp", "shop_orders_list", "cancelled"));
    let chat = http().post(format!("{}/api/agents/chat", bellhop.url)).bearer_auth(&dave);
    let chat = chat.json(&json!({"message": "show my orders"})).timeout(Duration::from_millis(300)).send().await;
    chat.expect_err("nobody answers so soon");
    calls.push(("chat", "shop_orders_list", "cancelled"));
    kept.assert(&calls).await;
    holder.close().await.expect("it closes");
}

async fn call(url: &str, token: &str, tool: &str, arguments: &Value) -> Value {
    let request = http().post(format!("{url}/api/tools/{tool}")).bearer_auth(token).json(arguments);
    request.send().await.expect("an answer").json().await.expect("JSON")
}

#[tokio::test]
async fn every_outcome_leaves_one_line_in_the_file() {
    let home = process::home();
    every_outcome_leaves_one_line(Kept::File(home.path().join("audit.jsonl")), home).await;
}

#[tokio::test]
async fn every_outcome_leaves_one_row_in_a_table() {
    let url = Postgres::shared().await.create_database("audit_outcomes").await;
    every_outcome_leaves_one_line(Kept::Table(url), process::home()).await;
}
