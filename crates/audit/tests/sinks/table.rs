use std::time::Duration;

use bellhop_audit::{AuditTable, TableError};
use gateway::AuditSink;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use testkit::postgres::Postgres;

use crate::line;

const TIMEOUT: Duration = Duration::from_secs(10);

/// One text for each row: call id, outcome, time, duration, tool.
async fn rows(url: &str, table: &str) -> Vec<String> {
    let query = AssertSqlSafe(format!(
        "SELECT call_id || ' ' || outcome || ' ' || time_ms || ' ' || duration_us || ' ' || tool \
         FROM {table} ORDER BY call_id"
    ));
    if url.starts_with("sqlite") {
        sqlx::query_scalar(query).fetch_all(&mut SqliteConnection::connect(url).await.unwrap()).await.unwrap()
    } else {
        sqlx::query_scalar(query).fetch_all(&mut PgConnection::connect(url).await.unwrap()).await.unwrap()
    }
}

async fn run(url: &str, sql: &str) {
    let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    if url.starts_with("sqlite") {
        sql.execute(&mut SqliteConnection::connect(url).await.unwrap()).await.unwrap();
    } else {
        sql.execute(&mut PgConnection::connect(url).await.unwrap()).await.unwrap();
    }
}

async fn keeps_each_line_once(url: &str) {
    let table = AuditTable::open(url, "bellhop_audit", TIMEOUT).await.unwrap();
    table.begin(&[line("b", "begun", true), line("left", "begun", true)]).await.unwrap();
    let mut ended = line("b", "ok", true);
    (ended.time_ms, ended.duration_us) = (5, 6);
    let mut odd = line("c", "unknown_tool", false);
    odd.tool = "a\0b '\";-- ü".into();
    let lines = [line("a", "not_found", false), ended, odd, line("gone", "cancelled", true)];
    table.append(&lines).await.unwrap();
    // Nobody knows whether they arrived, so they come again; and somebody would have it otherwise.
    table.append(&lines).await.unwrap();
    table.append(&[line("a", "ok", false), line("b", "conflict", true)]).await.unwrap();
    table.begin(&[line("b", "begun", true)]).await.unwrap();
    let expected = [
        "a not_found 1780000000000 7 shop_orders_create",
        "b ok 5 6 shop_orders_create",
        "c unknown_tool 1780000000000 7 a\u{FFFD}b '\";-- ü",
        "gone cancelled 1780000000000 7 shop_orders_create",
        "left begun 1780000000000 7 shop_orders_create",
    ];
    assert_eq!(rows(url, "bellhop_audit").await, expected);

    // Another process, and a table that somebody took away.
    let second = AuditTable::open(url, "bellhop_audit", TIMEOUT).await.unwrap();
    run(url, "DROP TABLE bellhop_audit").await;
    second.append(&[line("d", "ok", false)]).await.unwrap_err();
    second.append(&[line("d", "ok", false)]).await.unwrap();
    assert_eq!(rows(url, "bellhop_audit").await.len(), 1);
}

#[tokio::test]
async fn sqlite_keeps_each_line_once() {
    let folder = tempfile::tempdir().unwrap();
    keeps_each_line_once(&format!("sqlite://{}", folder.path().join("audit.db").display())).await;
}

#[tokio::test]
async fn postgres_keeps_each_line_once() {
    let url = Postgres::shared().await.create_database("audit").await;
    keeps_each_line_once(&url).await;
}

#[tokio::test]
async fn many_lines_go_in_one_statement() {
    let url = Postgres::shared().await.create_database("many").await;
    run(&url, "CREATE SCHEMA kept").await;
    let table = AuditTable::open(&url, "kept.calls", TIMEOUT).await.unwrap();
    let lines: Vec<_> = (0..256).map(|at| line(&format!("{at:03}"), "ok", at % 2 == 0)).collect();
    table.append(&lines).await.unwrap();
    assert_eq!(rows(&url, "kept.calls").await.len(), 256);
}

#[tokio::test]
async fn an_account_that_may_only_insert_is_enough_where_the_table_is_there() {
    let url = Postgres::shared().await.create_database("narrow").await;
    AuditTable::open(&url, "bellhop_audit", TIMEOUT).await.unwrap();
    run(
        &url,
        "CREATE ROLE clerk LOGIN PASSWORD 'for-tests-only';
         GRANT INSERT, SELECT (call_id, time_ms, outcome, duration_us), UPDATE (time_ms, outcome, duration_us) ON bellhop_audit TO clerk;",
    )
    .await;
    let clerk = url.replace("postgres://postgres:", "postgres://clerk:");
    let table = AuditTable::open(&clerk, "bellhop_audit", TIMEOUT).await.unwrap();
    table.begin(&[line("a", "begun", true)]).await.unwrap();
    table.append(&[line("a", "ok", true), line("b", "ok", false)]).await.unwrap();
    assert_eq!(rows(&url, "bellhop_audit").await.len(), 2);
}

#[tokio::test]
async fn a_silent_server_fails_in_time_and_is_used_again_when_it_answers() {
    let server = Postgres::start().await;
    let table = AuditTable::open(&server.url(), "bellhop_audit", Duration::from_secs(3)).await.unwrap();
    server.pause();
    let started = std::time::Instant::now();
    table.append(&[line("a", "ok", false)]).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    server.resume();
    table.append(&[line("a", "ok", false)]).await.unwrap();
    assert_eq!(rows(&server.url(), "bellhop_audit").await.len(), 1);
}

#[tokio::test]
async fn a_name_or_an_address_that_is_none_is_refused() {
    for name in ["", "a b", "a\"b", "a.b.c", "1a", ".a", "a."] {
        let refused = AuditTable::open("sqlite::memory:", name, TIMEOUT).await;
        assert!(matches!(refused, Err(TableError::Name(_))), "{name}");
    }
    for url in ["", "oracle://x", "postgres:x"] {
        let refused = AuditTable::open(url, "a", TIMEOUT).await;
        assert!(matches!(refused, Err(TableError::Address(_))), "{url}");
    }
}
