//! What remains on a connection, seen on a pool of one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::time::Duration;

use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor};

use super::RowSecurity;
use crate::Config;
use crate::pool::{Cell, Pool, Purpose};
use crate::sql::Statement;

const NOTES: &str = "
    CREATE ROLE reader NOLOGIN;
    CREATE TABLE notes (id bigint PRIMARY KEY, owner text NOT NULL, n integer NOT NULL);
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON notes USING (owner = current_setting('request.jwt.claims')::jsonb ->> 'sub');
    GRANT SELECT, INSERT ON notes TO reader;
    INSERT INTO notes SELECT n, CASE WHEN n % 2 = 0 THEN 'alice' ELSE 'bob' END, n FROM generate_series(1, 100) AS n;
";

const STATE: &str = "SELECT pg_backend_pid()::text, coalesce(current_setting('request.jwt.claims', true), ''), \
     coalesce(current_setting('request.jwt.claim.sub', true), ''), current_user::text, current_setting('role'), \
     (SELECT count(*)::text FROM notes)";

struct One {
    pool: Pool,
    security: RowSecurity,
    _server: testkit::postgres::Postgres,
}

impl One {
    async fn new() -> Self {
        let server = testkit::postgres::Postgres::start().await;
        let url = server.create_database("notes").await;
        let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
        connection.execute(AssertSqlSafe(NOTES)).await.unwrap();
        let pool = crate::pool::open(&Config { pool_max: 1, ..Config::new(&url) }).await.unwrap();
        Self { pool, security: RowSecurity { role: "reader".into(), with_owners: false }, _server: server }
    }

    async fn settings(&self, id: &str) -> String {
        let caller = testkit::caller_with(id, json!({"note": "it's \"hers\"; '\\ \u{1f980} $1"})).await;
        self.security.settings(Some(&caller)).unwrap()
    }

    async fn texts(&self, sql: &'static str) -> Vec<String> {
        let rows = self.pool.query(&Statement::fixed(sql, &[])).await.unwrap();
        rows.into_iter().next().unwrap().into_iter().filter_map(Cell::text).collect()
    }

    /// The backend, if nothing of anybody is on its connection.
    async fn clean(&self) -> String {
        let state = self.texts(STATE).await;
        assert_eq!(state[1..], ["", "", "postgres", "none", "100"].map(String::from), "{state:?}");
        state[0].clone()
    }
}

/// Built as operations build theirs, so that it goes out as one text.
fn built(expr: &str, filter: &str) -> Statement {
    use crate::sql::Build;
    sea_query::Query::select()
        .expr(sea_query::Expr::cust(expr.to_owned()))
        .from(sea_query::Alias::new("notes"))
        .and_where(sea_query::Expr::cust(filter.to_owned()))
        .statement(crate::schema::Engine::Postgres)
}

#[tokio::test]
async fn nothing_of_a_caller_remains_on_the_connection() {
    let one = One::new().await;
    let backend = one.clean().await;
    let (alice, bob) = (one.settings("alice").await, one.settings("bob").await);
    let who = "(current_setting('request.jwt.claims')::jsonb ->> 'sub') || ' ' || current_user || ' ' || count(*)::text \
               || ' ' || string_agg(DISTINCT owner, ',') || current_setting('transaction_read_only')";
    for _ in 0..50 {
        for (settings, name) in [(&alice, "alice"), (&bob, "bob")] {
            let rows = one.pool.connections(Some(settings)).query(&built(who, "true")).await.unwrap();
            assert_eq!(rows, [[Cell::Text(format!("{name} reader 50 {name}on"))]]);
        }
    }
    assert_eq!(one.clean().await, backend);

    // An error in the middle, and at the very end of many rows of which only the first is wanted.
    for filter in ["1 / (n - 50) > 0", "n / 0 > 0", "owner::integer = 1"] {
        assert!(one.pool.connections(Some(&alice)).query(&built("n::text", filter)).await.is_err(), "{filter}");
        assert_eq!(one.clean().await, backend);
    }
    let mut session = one.pool.connections(Some(&alice)).session(Purpose::Read).await.unwrap();
    let late = built("(1 / (n - 100))::text", "true");
    assert!(session.each(&late, |_| false).await.is_err());
    session.finish().await.unwrap();
    assert_eq!(one.clean().await, backend);
    let mut session = one.pool.connections(Some(&alice)).session(Purpose::Read).await.unwrap();
    let mut taken = 0;
    let all = built("n::text", "true");
    let first = session.each(&all, |_| {
        taken += 1;
        false
    });
    first.await.unwrap();
    session.finish().await.unwrap();
    assert_eq!((taken, one.clean().await), (1, backend.clone()));

    // Text that nothing here built goes in a transaction of its own.
    let foreign = Statement::fixed("SELECT current_user::text, $1", &["x"]);
    let rows = one.pool.connections(Some(&bob)).query(&foreign).await.unwrap();
    assert_eq!(rows, [[Cell::Text("reader".into()), Cell::Text("x".into())]]);
    assert_eq!(one.clean().await, backend);

    // Writes: kept, undone, refused, and looked at from outside in between.
    for end in ["finish", "undo", "refuse"] {
        let mut session = one.pool.connections(Some(&alice)).session(Purpose::Write).await.unwrap();
        let unsecured =
            session.query_unsecured(&Statement::fixed("SELECT count(*)::text FROM notes", &[])).await.unwrap();
        assert_eq!(unsecured, [[Cell::Text("100".into())]]);
        let secured = session.query(&Statement::fixed("SELECT count(*)::text FROM notes", &[])).await.unwrap();
        assert_eq!(secured, [[Cell::Text("50".into())]]);
        let hers = Statement::fixed("INSERT INTO notes SELECT 1000, $1, 1", &["bob"]);
        match end {
            "finish" => session.finish().await.unwrap(),
            "undo" => session.undo().await,
            _ => {
                let error = session.execute(&hers).await.unwrap_err();
                assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501");
                session.undo().await;
            }
        }
        assert_eq!(one.clean().await, backend, "{end}");
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_takes_its_connection_along() {
    let one = One::new().await;
    let alice = one.settings("alice").await;
    let mut backend = one.clean().await;
    for purpose in [Purpose::Read, Purpose::Write] {
        let slow = async {
            let mut session = one.pool.connections(Some(&alice)).session(purpose).await.unwrap();
            session.query(&built("pg_sleep(20)::text", "true")).await.map(|_| ())
        };
        assert!(tokio::time::timeout(Duration::from_millis(300), slow).await.is_err());
        let next = one.clean().await;
        assert_ne!(next, backend);
        backend = next;
    }
    // Dropped between two statements of a transaction.
    drop(one.pool.connections(Some(&alice)).session(Purpose::Write).await.unwrap());
    assert_ne!(one.clean().await, backend);
}
