//! The schema changes while calls go on.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::postgres::Postgres;
use tokio::task::JoinHandle;

use crate::support::fixtures::{self, Shop, token};
use crate::support::{Bellhop, Mcp, process};

const CALLERS: usize = 20;
/// How long a change may take to be seen, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(20);

fn config(shop: &Shop, interval_s: u32) -> String {
    let (auth, url, more) = (fixtures::auth(), &shop.url, shop.config());
    format!(
        "{auth}\n[reload]\ninterval_s = {interval_s}\n[limits]\ntools = \"typed\"\ncalls_per_minute_max = 1000000\n\
         timeout_ms = 60000\n[resources.shop]\nkind = \"sql\"\nurl = \"{url}\"\nconnect_timeout_ms = 30000\n{more}"
    )
}

/// As `kill -HUP` does.
fn hangup(bellhop: &Bellhop) {
    let done = Command::new("kill").args(["-HUP", &bellhop.pid().to_string()]).status().expect("kill can be started");
    assert!(done.success());
}

/// Callers who read and write without a pause. Whoever fails says so.
struct Callers {
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<usize>>,
}

impl Callers {
    fn start(bellhop: &Bellhop) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let tasks = (0..CALLERS).map(|number| {
            let (mcp, stop) = (bellhop.mcp(&token("bob")), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut calls = 0;
                while !stop.load(Ordering::Relaxed) {
                    let (tool, arguments) = match (number + calls) % 4 {
                        0 => ("shop_orders_create", json!({"data": {"note": "n", "total": 5}})),
                        1 => ("shop_orders_get", json!({"identifier": 800_001})),
                        2 => ("shop_orders_aggregate", json!({"metrics": [{"function": "count"}]})),
                        _ => ("shop_orders_list", json!({"limit": 5})),
                    };
                    let answer = mcp.call(tool, &arguments).await;
                    assert_eq!(answer["success"], true, "{tool}: {answer:?}");
                    calls += 1;
                    tokio::time::sleep(Duration::from_millis(30)).await;
                }
                calls
            })
        });
        Self { tasks: tasks.collect(), stop }
    }

    /// How many calls there were; every one was answered.
    async fn end(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        let mut calls = 0;
        for task in self.tasks {
            calls += task.await.expect("every call succeeded");
        }
        calls
    }
}

/// Waits until `seen` holds.
async fn wait_for(what: &str, mut seen: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !seen().await {
        assert!(Instant::now() < deadline, "not seen in time: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Whether a list of orders gives this field.
async fn has_field(mcp: &Mcp, field: &str) -> bool {
    let orders = mcp.data("shop_orders_list", &json!({"limit": 1})).await;
    orders[0].get(field).is_some()
}

async fn has_tool(mcp: &Mcp, name: &str) -> bool {
    mcp.tool_names().await.iter().any(|tool| tool == name)
}

async fn changes_are_seen_while_calls_go_on(shop: Shop) {
    // No interval: only the signal, and the calls themselves.
    let bellhop = Bellhop::serve(&config(&shop, 0)).await;
    let mcp = bellhop.mcp(&token("bob"));
    let callers = Callers::start(&bellhop);
    tokio::time::sleep(Duration::from_millis(300)).await;

    shop.execute("ALTER TABLE orders ADD COLUMN colour TEXT DEFAULT 'red'").await;
    assert!(!has_field(&mcp, "colour").await, "nobody has told yet");
    hangup(&bellhop);
    wait_for("the new column", async || has_field(&mcp, "colour").await).await;
    let red = mcp.call("shop_orders_list", &json!({"filters": {"colour": "red"}, "limit": 1})).await;
    assert_eq!(red["success"], true, "{red:?}");

    shop.execute("CREATE TABLE visits (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, place TEXT)").await;
    let before = mcp.tools().await.len();
    hangup(&bellhop);
    wait_for("the new table", async || has_tool(&mcp, "shop_visits_list").await).await;
    assert!(mcp.tools().await.len() > before);

    // Nobody tells: the first call that stumbles looks again, and no caller notices.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    shop.execute("ALTER TABLE orders DROP COLUMN colour").await;
    assert!(!has_field(&mcp, "colour").await);
    let gone = mcp.call("shop_orders_list", &json!({"filters": {"colour": "red"}})).await;
    assert_eq!(gone["code"], "invalid_argument", "only who names it fails: {gone:?}");

    shop.execute("DROP TABLE visits").await;
    hangup(&bellhop);
    wait_for("the table that went", async || !has_tool(&mcp, "shop_visits_list").await).await;
    let calls = callers.end().await;
    assert!(calls > CALLERS * 5, "{calls}");
}

#[tokio::test]
async fn on_sqlite_changes_are_seen_while_calls_go_on_and_none_fails() {
    changes_are_seen_while_calls_go_on(Shop::sqlite().await).await;
}

#[tokio::test]
async fn on_postgres_changes_are_seen_while_calls_go_on_and_none_fails() {
    changes_are_seen_while_calls_go_on(Shop::postgres().await).await;
}

#[tokio::test]
async fn after_the_interval_a_change_is_seen_without_a_signal() {
    let shop = Shop::sqlite().await;
    let bellhop = Bellhop::serve(&config(&shop, 1)).await;
    let mcp = bellhop.mcp(&token("bob"));
    let count = async || {
        let words = ["tools", "--config", "test.toml", "--user", "bob", "--json"];
        let output = process::run(bellhop.home.path(), &words, &[]).await;
        let tools: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
        tools.len()
    };
    let before = count().await;
    shop.execute("CREATE TABLE visits (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, place TEXT)").await;
    wait_for("the new table", async || has_tool(&mcp, "shop_visits_list").await).await;
    assert!(count().await > before);
    assert_eq!(mcp.tools().await.len(), count().await);
}

#[tokio::test]
async fn a_look_that_fails_keeps_what_is_known_and_is_logged_once() {
    let (mut server, home) = (Postgres::start().await, process::home());
    let url = server.url();
    run(&url, "CREATE TABLE notes (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, text TEXT)").await;
    let auth = fixtures::auth();
    let config = format!(
        "{auth}\n[reload]\ninterval_s = 1\n[resources.shop]\nkind = \"sql\"\nurl = \"{url}\"\nconnect_timeout_ms = 500\n"
    );
    let bellhop = Bellhop::serve_in(home, &config).await;
    let mcp = bellhop.mcp(&token("bob"));
    let before = mcp.tools().await;
    server.kill();
    wait_for("that it failed", async || bellhop.log().contains("its old catalog stays")).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(mcp.tools().await, before);
    assert_eq!(bellhop.log().matches("its old catalog stays").count(), 1);
    server.restart().await;
    wait_for("that it works", async || bellhop.log().contains("can be looked at again")).await;
    assert_eq!(mcp.call("shop_notes_list", &json!({})).await["success"], true);
}

#[tokio::test]
async fn a_resource_that_is_down_at_the_start_joins_the_others_when_it_is_up() {
    let (mut server, shop) = (Postgres::start().await, Shop::sqlite().await);
    let url = server.url();
    run(&url, "CREATE TABLE notes (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, text TEXT)").await;
    server.kill();
    let late = format!("[resources.late]\nkind = \"sql\"\nurl = \"{url}\"\nconnect_timeout_ms = 500\n");
    let config = config(&shop, 1) + "\n" + &late;
    let bellhop = Bellhop::serve(&config).await;
    let mcp = bellhop.mcp(&token("bob"));
    assert_eq!(mcp.call("shop_orders_list", &json!({})).await["success"], true);
    assert!(!has_tool(&mcp, "late_notes_list").await);
    let ready = || async {
        let answer = crate::support::http().get(format!("{}/readyz", bellhop.url)).send().await.expect("an answer");
        answer.status().as_u16()
    };
    assert_eq!(ready().await, 503);
    server.restart().await;
    wait_for("the late resource", async || has_tool(&mcp, "late_notes_list").await).await;
    assert_eq!(mcp.call("late_notes_list", &json!({})).await["success"], true);
    assert_eq!(ready().await, 200);

    // Alone it would be nothing to serve.
    server.kill();
    let home = process::home();
    std::fs::write(home.path().join("alone.toml"), format!("{}\n{late}", fixtures::auth())).expect("a file");
    let said = process::refused(home.path(), &["serve", "--config", "alone.toml", "--port", "0"], &[]).await;
    assert!(said.contains("the resource \"late\" cannot be opened"), "{said}");
}

async fn run(url: &str, statements: &str) {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(url).await.expect("PostgreSQL answers");
    // A server that is killed afterwards must still have it.
    let statements = format!("SET synchronous_commit = on; {statements}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut connection).await.expect("it runs");
}
