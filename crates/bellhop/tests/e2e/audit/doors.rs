use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::postgres::Postgres;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use super::{Kept, config};
use crate::support::fixtures::{Shop, token};
use crate::support::{Bellhop, http, process};

/// One call by every door, the commands in processes of their own.
const CALLS: [(&str, &str, &str); 9] = [
    ("mcp", "shop_orders_list", "ok"),
    ("mcp", "shop_orders_list", "ok"),
    ("mcp", "shop_orders_create", "ok"),
    ("http", "shop_orders_list", "ok"),
    ("chat", "shop_orders_list", "ok"),
    ("stdio", "shop_orders_list", "ok"),
    ("stdio", "shop_nothing", "unknown_tool"),
    ("cli", "shop_orders_create", "ok"),
    // The built-in model's, for `bellhop ask`.
    ("cli", "shop_orders_list", "ok"),
];

async fn every_door_leaves_one_line(kept: Kept, home: tempfile::TempDir) {
    let shop = Shop::sqlite().await;
    let audit = kept.config("required = \"writes\"\narguments = \"redacted\"\nredact = [\"data.note\"]\n");
    let bellhop = Bellhop::serve_in(home, &config(&shop, &audit, "", "")).await;
    let bob = token("bob");

    let mcp = bellhop.mcp(&bob);
    mcp.data("shop_orders_list", &json!({})).await;
    mcp.call("shop_orders_create", &json!({"data": {"note": "nobody else's business", "total": 3}})).await;
    legacy(&bellhop.url, &bob).await;
    let post = |path: &str, body: Value| http().post(format!("{}{path}", bellhop.url)).bearer_auth(&bob).json(&body);
    let answer = post("/api/tools/shop_orders_list", json!({})).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let answer: Value = post("/api/agents/chat", json!({"message": "show my orders"}))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(answer["tools_used"].as_array().map(Vec::len), Some(1), "{answer}");

    let home = bellhop.home.path();
    stdio(home).await;
    let as_bob = ["--config", "test.toml", "--user", "bob"];
    let command = |words: &[&'static str]| [words, as_bob.as_slice()].concat();
    let call = command(&["call", "shop_orders_create", "{\"data\": {\"note\": \"nor this\", \"total\": 4}}"]);
    for words in [call, command(&["ask", "show my orders"]), command(&["tools"])] {
        let output = process::run(home, &words, &[]).await;
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    let lines = kept.assert(&CALLS).await;
    assert!(lines.iter().all(|line| line["caller"] == "bob"), "{lines:?}");
    let text = Value::from(lines).to_string();
    assert!(text.contains("[redacted]") && text.contains("total"), "{text}");
    assert!(!text.contains("business") && !text.contains("nor this"), "{text}");
}

/// The revision before: a handshake and no session.
async fn legacy(url: &str, token: &str) {
    let params = json!({"name": "shop_orders_list", "arguments": {}});
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    let request = http().post(format!("{url}/mcp")).bearer_auth(token).json(&body);
    let request = request.header("accept", "application/json, text/event-stream");
    let answer = request.header("mcp-protocol-version", "2025-11-25").send().await.expect("an answer");
    let text = answer.text().await.expect("a body");
    assert!(text.contains("\"isError\":false") || text.contains("structuredContent"), "{text}");
}

/// `bellhop mcp`, whose client ends its input as soon as it has its answers.
async fn stdio(home: &Path) {
    let mut command = process::command(home, &["mcp", "--config", "test.toml", "--user", "bob"], &[]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().expect("the binary starts");
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let client =
        json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let call = |id: u32, name: &str| json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": name, "arguments": {}}});
    let said = [
        (json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": client}), true),
        (json!({"jsonrpc": "2.0", "method": "notifications/initialized"}), false),
        (call(2, "shop_orders_list"), true),
        (call(3, "shop_nothing"), true),
    ];
    for (message, is_answered) in said {
        input.write_all(format!("{message}\n").as_bytes()).await.expect("it listens");
        if is_answered {
            output.next_line().await.expect("text").expect("an answer");
        }
    }
    drop(input);
    let ended = tokio::time::timeout(Duration::from_secs(20), child.wait()).await.expect("it ends with its input");
    assert!(ended.expect("a status").success());
}

#[tokio::test]
async fn every_door_leaves_one_line_in_the_file() {
    let home = process::home();
    every_door_leaves_one_line(Kept::File(home.path().join("audit.jsonl")), home).await;
}

#[tokio::test]
async fn every_door_leaves_one_row_in_a_sqlite_table() {
    let home = process::home();
    let url = format!("sqlite://{}", home.path().join("audit.db").display());
    every_door_leaves_one_line(Kept::Table(url), home).await;
}

#[tokio::test]
async fn every_door_leaves_one_row_in_a_postgres_table() {
    let url = Postgres::shared().await.create_database("audit_doors").await;
    every_door_leaves_one_line(Kept::Table(url), process::home()).await;
}
