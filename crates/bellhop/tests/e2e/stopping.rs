//! A caller hangs up in the middle of a long query: the database stops running it.

use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, PgConnection};
use testkit::mariadb::MariaDb;

use crate::support::fixtures::{self, Shop};
use crate::support::{Bellhop, http};

/// How long the database may go on with what nobody waits for.
const STOPPED_WITHIN: Duration = Duration::from_secs(1);

/// By which door the caller comes.
#[derive(Clone, Copy, Debug)]
enum Door {
    Http,
    Mcp,
}

/// Calls and hangs up after a second, when `running` must have seen the query; then waits until it is gone.
async fn hang_up(
    bellhop: &Bellhop,
    door: Door,
    (tool, arguments): (&str, serde_json::Value),
    running: impl AsyncFn() -> i64,
) {
    let token = fixtures::token("bob");
    let call = async {
        match door {
            Door::Http => {
                let url = format!("{}/api/tools/{tool}", bellhop.url);
                drop(http().post(url).bearer_auth(&token).json(&arguments).send().await);
            }
            Door::Mcp => drop(bellhop.mcp(&token).call_raw(tool, &arguments).await),
        }
    };
    let seen = async {
        let deadline = Instant::now() + Duration::from_secs(10);
        while running().await == 0 {
            assert!(Instant::now() < deadline, "{door:?}: the query never ran");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = call => panic!("{door:?}: the query ended before anybody hung up\n{}", bellhop.log()),
        () = seen => {}
    }
    // The call is dropped here, and with it its connection.
    let gone = Instant::now();
    while running().await > 0 {
        assert!(gone.elapsed() < Duration::from_secs(25), "{door:?}: the database goes on to the end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let took = gone.elapsed();
    eprintln!("{door:?}: stopped {} ms after the caller hung up", took.as_millis());
    assert!(took <= STOPPED_WITHIN, "{door:?}: the database went on for {took:?}");
}

#[tokio::test]
async fn postgresql_stops_a_query_whose_caller_hung_up() {
    let shop = Shop::postgres().await;
    let root = crate::support::process::home();
    let query = "[resources.shop.queries.nap]\ndescription = \"Sleeps\"\nshared = true\nsql = \"SELECT pg_sleep(30)::text AS slept\"\n";
    let config = fixtures::config(&shop.url, root.path(), "typed", &format!("{}{query}", shop.config()));
    let bellhop = Bellhop::serve(&config).await;
    let url = shop.url.clone();
    let running = async || {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' \
                     AND pid <> pg_backend_pid() AND query LIKE '%pg_sleep%'";
        sqlx::query_scalar::<_, i64>(AssertSqlSafe(count)).fetch_one(&mut connection).await.unwrap()
    };
    for door in [Door::Http, Door::Mcp] {
        hang_up(&bellhop, door, ("shop_nap", json!({})), running).await;
    }
}

#[tokio::test]
async fn mariadb_stops_a_query_whose_caller_hung_up() {
    let url = MariaDb::shared().await.create_database("stopping").await;
    let mut connection = MySqlConnection::connect(&url).await.unwrap();
    let script = "CREATE TABLE naps (id int PRIMARY KEY, user_id varchar(64) NOT NULL);
                  INSERT INTO naps VALUES (1, 'bob');
                  CREATE VIEW slow AS SELECT id, user_id, SLEEP(30) AS slept FROM naps;";
    sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut connection).await.unwrap();
    let root = crate::support::process::home();
    let bellhop = Bellhop::serve(&fixtures::config(&url, root.path(), "typed", "")).await;
    let running = async || {
        let mut connection = MySqlConnection::connect(&url).await.unwrap();
        let count = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = 'stopping' AND COMMAND <> 'Sleep' \
                     AND ID <> CONNECTION_ID() AND INFO LIKE '%slow%'";
        sqlx::query_scalar::<_, i64>(AssertSqlSafe(count)).fetch_one(&mut connection).await.unwrap()
    };
    for door in [Door::Http, Door::Mcp] {
        hang_up(&bellhop, door, ("shop_slow_list", json!({})), running).await;
    }
}
