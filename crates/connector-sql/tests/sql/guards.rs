//! What keeps the database from being put to too much work, or to work that it must not do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use connector::{Connector, CountIs, List, Operation, OperationKind, Outcome, Start};
use serde_json::{Value, json};

use crate::queries::{ask, shop};
use crate::world::{As, Ask, Engine, World, both, data, failure, with_queries};

/// 150 things of Alice's and 3 of Bob's.
fn many(engine: Engine) -> String {
    let recursive = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 153) SELECT n FROM s";
    let (numbers, name, analyze) = match engine {
        Engine::Sqlite => (recursive, "'thing ' || n", "ANALYZE"),
        Engine::Postgres => ("SELECT n FROM generate_series(1, 153) AS n", "'thing ' || n", "ANALYZE"),
        Engine::MySql => (recursive, "CONCAT('thing ', n)", "ANALYZE TABLE things"),
    };
    format!(
        "CREATE TABLE things (id $ID, user_id text NOT NULL, name text NOT NULL, made integer NOT NULL);
         INSERT INTO things (id, user_id, name, made)
            SELECT n, CASE WHEN n <= 150 THEN 'alice' ELSE 'bob' END, {name}, n FROM ({numbers}) AS numbers;
         CREATE INDEX things_made ON things (user_id, made); {analyze};"
    )
}

async fn list(user: &As<'_>, sort: &'static [&'static str], options: Value, start: u64) -> connector::Result<Outcome> {
    let Value::Object(options) = options else { panic!("an object") };
    let sort = sort.iter().map(|field| connector::Sort { field: (*field).to_owned(), descending: false }).collect();
    let (collection, start) = ("things".to_owned(), Start::Offset(start));
    user.call(Operation::List(List { collection, filter: None, sort, fields: None, limit: 10, start, options })).await
}

both! {
    a_large_table_is_counted_up_to_a_bound_and_says_so(engine) {
        let world = World::new(engine, &many(engine), |config| config.count_exact_max = 100).await;
        let (alice, bob) = (world.as_user("alice").await, world.as_user("bob").await);
        let counted = async |user: &As<'_>, count: Value, start| {
            let outcome = list(user, &[], count, start).await.unwrap();
            assert_eq!(outcome.has_more, Some(user.caller.id().as_str() == "alice" && start < 140));
            (outcome.count, outcome.count_is)
        };
        for start in [0, 20, 1000] {
            assert_eq!(counted(&alice, json!({}), start).await, (Some(100), Some(CountIs::AtLeast)));
            assert_eq!(counted(&alice, json!({"count": "exact"}), start).await, (Some(150), None));
            assert_eq!(counted(&alice, json!({"count": "none"}), start).await, (None, None));
        }
        // All of Bob's are on the page, so they are counted whatever is asked for.
        for count in ["exact", "estimated", "none"] {
            assert_eq!(counted(&bob, json!({"count": count}), 0).await, (Some(3), None));
        }
        let estimated = counted(&alice, json!({"count": "estimated"}), 0).await;
        match engine {
            Engine::Sqlite | Engine::MySql => assert_eq!(estimated, (Some(100), Some(CountIs::AtLeast))),
            Engine::Postgres => assert_eq!(estimated, (Some(150), Some(CountIs::Estimated))),
        }
        let catalog = world.sql.catalog();
        let parameters = &catalog.collection("things").unwrap().parameters[&OperationKind::List];
        assert_eq!(parameters.iter().find(|it| it.name == "count").unwrap().schema, json!({"enum": ["exact", "estimated", "none"]}));
    }

    a_small_table_is_counted_exactly_unless_it_is_not_to_be(engine) {
        let world = World::new(engine, &many(engine), |_| {}).await;
        assert!(world.sql.catalog().collection("things").unwrap().parameters.values().flatten().all(|it| it.name != "count"));
        let outcome = list(&world.as_user("alice").await, &["name"], json!({}), 0).await.unwrap();
        assert_eq!((outcome.count, outcome.count_is, outcome.notices), (Some(150), None, Vec::new()));
        let world = World::new(engine, &many(engine), |config| {
            config.tables.insert("things".into(), serde_json::from_value(json!({"count": "none"})).unwrap());
        }).await;
        let outcome = list(&world.as_user("alice").await, &[], json!({}), 0).await.unwrap();
        assert_eq!((outcome.count, outcome.has_more), (None, Some(true)));
    }

    slow_sorts_and_searches_of_large_tables_are_pointed_out_or_refused(engine) {
        let world = World::new(engine, &many(engine), |config| config.count_exact_max = 100).await;
        let alice = world.as_user("alice").await;
        let notices = async |sort| list(&alice, sort, json!({}), 0).await.unwrap().notices;
        assert_eq!(notices(&["name"]).await, ["Sorting things by `name` is slow: no index has this order. Sort by `id`, `made` instead."]);
        assert_eq!((notices(&["made"]).await, notices(&["id"]).await), (vec![], vec![]));
        let search = alice.list("things", Ask { filters: json!({"name": {"contains": "15"}}), ..Ask::default() }).await.unwrap();
        assert_eq!(search.notices, ["Searching things for a part of `name` reads all that the other filters let through. Add some that match whole values."]);
        let world = World::new(engine, &many(engine), |config| {
            config.count_exact_max = 100;
            config.sort_unindexed = bellhop_connector_sql::SortUnindexed::Refuse;
        }).await;
        let alice = world.as_user("alice").await;
        assert_eq!(failure(list(&alice, &["name"], json!({}), 0).await), (
            "limit_exceeded", "things is too large to be sorted by `name`, which has no index. Sort by `id`, `made` instead.".into()));
        list(&alice, &["made"], json!({}), 0).await.unwrap();
    }
}

mod declared {
    use super::*;

    with_queries! {
        a_resource_for_reading_is_kept_so_by_the_database(engine) {
            let write = json!({"description": "Forgets", "sql": "UPDATE orders SET note = NULL WHERE user_id = :caller_id", "effect": "write"});
            let world = World::new(engine, &shop(engine), |config| {
                config.read_only = true;
                config.queries = serde_json::from_value(json!({"forget": write})).unwrap();
            }).await;
            let alice = world.as_user("alice").await;
            assert_eq!(failure(alice.create("orders", json!({})).await).0, "unsupported");
            assert_eq!(failure(alice.invoke("forget", json!({})).await), ("permission_denied", "The database may only be read.".into()));
            assert_eq!(alice.all("orders").await.as_array().unwrap().len(), 2);
            assert_eq!(world.ask("SELECT note FROM orders WHERE id = 1").await, "first \"one\" ü");
        }

        one_who_floods_does_not_starve_another(engine) {
            let slow = match engine {
                Engine::Sqlite => "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 40000) SELECT max(n) AS n FROM s",
                Engine::Postgres | Engine::MySql => "SELECT pg_sleep(0.02)::text AS n",
            };
            let world = World::new(engine, &many(engine), |config| {
                config.pool_max = 1;
                config.connect_timeout_ms = 60_000;
                config.queries = serde_json::from_value(json!({"slow": {"description": "Slow", "shared": true, "sql": slow}})).unwrap();
            }).await;
            let (heavy, light) = (world.as_user("alice").await, world.as_user("bob").await);
            let done = AtomicUsize::new(0);
            let crowd = futures::future::join_all((0..100).map(|_| async {
                ask(&heavy, "slow", json!({})).await;
                done.fetch_add(1, Ordering::Relaxed);
            }));
            let one = async {
                tokio::time::sleep(Duration::from_millis(100)).await;
                let before = done.load(Ordering::Relaxed);
                assert_eq!(data(&list(&light, &[], json!({}), 0).await.unwrap()).as_array().unwrap().len(), 3);
                done.load(Ordering::Relaxed) - before
            };
            let ((), waited) = tokio::join!(async { crowd.await; }, one);
            assert_eq!(done.load(Ordering::Relaxed), 100);
            assert!(waited <= 2, "{waited} calls of another user went first");
        }
    }
}
