//! Defaults that are kept in the store, beside users' values.

use std::collections::BTreeMap;

use bellhop_connector_settings::{Config, Settings};
use connector::{ErrorKind, OperationKind, Ownership, Start};
use serde_json::json;

use crate::support::{Bench, RESOURCE, keys_of, kind};

/// What both engines have below `defaults_prefix`: `theme` JSON text, `size` JSON, `motto` plain text.
async fn lie_below_in_the_store(config: Config) {
    let defaults = BTreeMap::from([("theme".to_owned(), json!("of the configuration"))]);
    let bench = Bench::open(Config { defaults, defaults_cache_ms: 0, ..config.clone() }).await;
    assert_eq!(bench.value("alice", "theme").await, "of the configuration");
    assert_eq!(bench.value("alice", "size").await, json!({"width": 12}));
    assert_eq!(bench.value("alice", "a.b").await, "plain text");
    assert_eq!(bench.value("alice", "other").await, "not_found");
    assert_eq!(bench.keys("alice").await, ["a.b", "size", "theme"]);
    bench.set("alice", "size", 1.into()).await;
    assert_eq!(bench.value("alice", "size").await, 1);
    assert_eq!(bench.value("bob", "size").await, json!({"width": 12}));

    let everybody = Bench::open(Config { shared: true, ..config }).await;
    let catalog = connector::Connector::catalog(&*everybody.settings);
    let collection = catalog.collection("settings").expect("the collection");
    assert_eq!(collection.ownership, Ownership::Shared { writable: false });
    assert!(!collection.operations.contains(&OperationKind::Update) && catalog.actions.is_empty());
    let made = everybody.create("alice", json!({"key": "mine", "value": 1})).await;
    assert_eq!(kind(made), ErrorKind::PermissionDenied);
    let listed = everybody.list("alice", json!({}), &[], 10, Start::Offset(0)).await;
    assert_eq!(keys_of(&listed), ["a.b", "size", "theme"], "nothing of hers is among them");
    assert_eq!(everybody.value("alice", "size").await, json!({"width": 12}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn defaults_in_redis_are_found_by_their_prefix_alone() {
    let server = testkit::redis::Redis::start().await;
    // The prefix has what means something to a pattern; what such a pattern would match is no default.
    for (key, value) in [
        ("all[*]?:theme", "\"of the store\""),
        ("all[*]?:size", "{\"width\": 12}"),
        ("all[*]?:a.b", "plain text"),
        ("all*x:stray", "1"),
        ("all[x]y:stray", "1"),
    ] {
        server.ask(&["SET", key, value]).await;
    }
    server.ask(&["LPUSH", "all[*]?:other", "no text"]).await;
    let config = Config { defaults_prefix: Some("all[*]?:".into()), ..Config::at(server.url()) };
    lie_below_in_the_store(config).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn defaults_in_nats_are_found_by_their_prefix_alone() {
    let server = testkit::nats::Nats::start().await;
    // The bucket is made with the resource.
    let _first = Bench::open(Config::at(server.url())).await;
    let client = async_nats::connect(server.url()).await.expect("it connects");
    for (key, value) in [
        ("all.theme", "\"of the store\""),
        ("all.size", "{\"width\": 12}"),
        ("all.a=2eb", "plain text"),
        ("all.x.stray", "1"),
        ("all2.stray", "1"),
        ("all.a=2Eb", "1"),
    ] {
        let stored = client.request(format!("$KV.bellhop.{key}"), value.into()).await.expect("it is stored");
        assert!(String::from_utf8_lossy(&stored.payload).contains("seq"), "{stored:?}");
    }
    let config = Config { defaults_prefix: Some("all.".into()), ..Config::at(server.url()) };
    lie_below_in_the_store(config).await;
}

#[tokio::test]
async fn defaults_among_users_keys_are_refused() {
    for (prefix, defaults) in [("p:", "p:alice:"), ("p:", "p:"), ("p:", ""), ("p:q:", "p:")] {
        let config = Config {
            prefix: Some(prefix.into()),
            defaults_prefix: Some(defaults.into()),
            ..Config::at("redis://127.0.0.1:1")
        };
        assert_eq!(kind(Settings::connect(RESOURCE, config).await), ErrorKind::InvalidArgument, "{prefix} {defaults}");
    }
    for prefix in ["", "a", "*.", "a b.", ".", "a..b."] {
        let config = Config { prefix: Some(prefix.into()), ..Config::at("nats://127.0.0.1:1") };
        assert_eq!(kind(Settings::connect(RESOURCE, config).await), ErrorKind::InvalidArgument, "{prefix:?}");
    }
}
