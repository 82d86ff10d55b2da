//! What is too slow, dropped or gone.

use std::time::{Duration, Instant};

use connector::Connector;
use serde_json::json;

use crate::world::{Ask, Engine, World, both, failure};

/// A view that takes many seconds to read.
fn slow(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "
            CREATE TABLE notes (id $ID, user_id text NOT NULL, x text);
            CREATE VIEW slow AS WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 500000000) SELECT n AS id, 'alice' AS user_id FROM s;",
        Engine::Postgres => "
            CREATE TABLE notes (id $ID, user_id text NOT NULL, x text);
            CREATE VIEW slow AS SELECT n AS id, 'alice' AS user_id FROM generate_series(1, 60) AS n, LATERAL (SELECT pg_sleep(1) WHERE n > 0) AS s;",
        Engine::MySql => "
            CREATE TABLE notes (id $ID, user_id text NOT NULL, x text);
            CREATE VIEW slow AS SELECT seq AS id, 'alice' AS user_id FROM seq_1_to_60 WHERE SLEEP(1) = 0;",
    }
}

both! {
    a_statement_that_takes_too_long_is_stopped(engine) {
        let world = World::new(engine, slow(engine), |config| config.statement_timeout_ms = 300).await;
        let alice = world.as_user("alice").await;
        let started = Instant::now();
        assert_eq!(failure(alice.list("slow", Ask::default()).await), (
            "timeout", "The query took too long and was stopped. Narrow it down with filters.".into()));
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        alice.create("notes", json!({"x": "after"})).await.unwrap();
    }

    dropping_a_call_stops_it_and_gives_the_connection_back(engine) {
        let world = World::new(engine, slow(engine), |config| config.pool_max = 1).await;
        let alice = world.as_user("alice").await;
        for _ in 0..3 {
            let call = alice.list("slow", Ask::default());
            assert!(tokio::time::timeout(Duration::from_millis(200), call).await.is_err());
        }
        // There is one connection: it is free again at once, or replaced.
        let started = Instant::now();
        alice.create("notes", json!({"x": "after"})).await.unwrap();
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
        if engine == Engine::MySql {
            let deadline = Instant::now() + Duration::from_secs(1);
            while world.ask("SELECT CAST(count(*) AS CHAR) FROM information_schema.processlist WHERE db = database() AND info LIKE '%`slow`%' AND id <> connection_id()").await != "0" {
                assert!(Instant::now() < deadline, "the server goes on with what nobody waits for");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        if engine == Engine::Postgres {
            let deadline = Instant::now() + Duration::from_secs(20);
            while world.ask("SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'bellhop' AND state = 'active' AND query LIKE '%slow%'").await != "0" {
                assert!(Instant::now() < deadline, "the server goes on with what nobody waits for");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }

    a_write_dropped_half_way_leaves_nothing(engine) {
        let world = World::new(engine, "CREATE TABLE notes (id $ID, user_id text NOT NULL, x text)", |config| config.pool_max = 2).await;
        let alice = world.as_user("alice").await;
        let mut kept = 0;
        for delay in 0..60_u64 {
            let call = alice.create("notes", json!({"x": "y"}));
            if tokio::time::timeout(Duration::from_micros(delay * 60), call).await.is_ok_and(|created| created.is_ok()) {
                kept += 1;
            }
        }
        alice.create("notes", json!({"x": "last"})).await.unwrap();
        let page = alice.list("notes", Ask::default()).await.unwrap();
        // A commit that was already on its way may have happened; nothing else is half there and nothing is locked.
        let count = page.count.unwrap();
        assert!(count > kept && count <= 61, "{count} rows, {kept} answers");
        world.run("INSERT INTO notes (user_id, x) VALUES ('alice', 'by another')").await;
    }

    a_full_pool_says_so(engine) {
        let world = World::new(engine, slow(engine), |config| {
            config.pool_max = 1;
            config.connect_timeout_ms = 2_000;
        }).await;
        let (alice, bob) = (world.as_user("alice").await, world.as_user("bob").await);
        let blocker = async { tokio::time::timeout(Duration::from_secs(7), alice.list("slow", Ask::default())).await.is_err() };
        let second = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            failure(bob.list("notes", Ask::default()).await)
        };
        let (_, said) = tokio::join!(blocker, second);
        assert_eq!(said.0, "unavailable");
    }
}

#[tokio::test]
async fn a_server_that_goes_away_is_unavailable_and_may_come_back() {
    let server = testkit::postgres::Postgres::start().await;
    let url = server.create_database("gone").await;
    let mut config = bellhop_connector_sql::Config::new(url);
    config.connect_timeout_ms = 1_000;
    let sql = bellhop_connector_sql::Sql::connect("shop", config).await.unwrap();
    sql.health().await.unwrap();
    drop(server);
    let error = sql.health().await.unwrap_err();
    assert_eq!(error.kind().code(), "unavailable");
    assert!(error.kind().retryable());
    assert_eq!(error.message(), "The resource cannot be reached right now. Try again in a moment.");
}
