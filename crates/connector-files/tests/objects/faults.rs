//! A store that is wrong, away, silent, or back.

use std::time::{Duration, Instant};

use bellhop_connector_files::{Config, Files};
use connector::Connector;
use serde_json::json;

use crate::store::{SECRET, Store};
use crate::support::{Ask, RESOURCE, bench, bench_with, create, get, invoke, update};

#[tokio::test]
async fn a_wrong_secret_is_refused_at_the_start_and_is_not_told() {
    let folder = tempfile::TempDir::new().unwrap();
    let store = Store::start(folder.path()).await;
    let mut config = store.config();
    Files::open(RESOURCE, config.clone()).await.unwrap();
    config.secret_access_key = Some("guessed-and-wrong".to_owned().into());
    let error = Files::open(RESOURCE, config.clone()).await.unwrap_err();
    let wanted = "The store that `url` names cannot be reached, or does not let this server in.";
    assert_eq!((error.kind().code(), error.message()), ("unavailable", wanted));
    assert!(format!("{error:?}").contains("SignatureDoesNotMatch"), "the log has the reason: {error:?}");
    for shown in [format!("{error:?}"), format!("{config:?}"), format!("{:?}", store.config())] {
        assert!(!shown.contains("guessed-and-wrong") && !shown.contains(SECRET), "{shown}");
    }
}

#[tokio::test]
async fn settings_that_do_not_fit_are_told_in_a_sentence() {
    let both = Config { url: Some("memory:".into()), ..Config::new("/data") };
    let half = Config { access_key_id: Some("id".into()), ..Config::at("s3://bucket") };
    let cases = [
        (both, "Say where the files are: give either `root` or `url`."),
        (Config { url: None, ..Config::at("") }, "Say where the files are: give either `root` or `url`."),
        (Config::at("ftp://x/y"), "`url` must be s3://bucket/prefix, file:///folder or memory:."),
        (Config::at("s3:///x"), "`url` must be s3://bucket/prefix, file:///folder or memory:."),
        (Config::at("s3://bucket/a/../b"), "`url` must be s3://bucket/prefix, file:///folder or memory:."),
        (half, "`access_key_id` and `secret_access_key` belong together. Give both or none."),
    ];
    for (config, wanted) in cases {
        let error = Files::open(RESOURCE, config).await.unwrap_err();
        assert_eq!((error.kind().code(), error.message()), ("invalid_argument", wanted));
    }
}

#[tokio::test]
async fn a_store_that_is_away_is_unavailable_until_it_is_back() {
    let mut bench = bench().await;
    bench.create("alice", "a/b.md", "before").await.unwrap();
    bench.store.as_mut().unwrap().stop().await;
    let operations = [
        bench.list_operation(Ask::default()),
        get("a/b.md", json!({})),
        create(json!({"path": "c.md", "content": "x"})),
        update("a/b.md", json!({"content": "x"}), json!({})),
        invoke("append", json!({"path": "a/b.md", "content": "x"})),
        invoke("search", json!({"text": "before"})),
        invoke("move", json!({"from": "a/b.md", "to": "d"})),
        invoke("usage", json!({})),
    ];
    for operation in operations {
        let shown = format!("{operation:?}");
        let start = Instant::now();
        let error = bench.run("alice", operation).await.unwrap_err();
        assert_eq!((error.kind().code(), error.kind().retryable()), ("unavailable", true), "{shown}");
        assert!(!error.message().contains("127.0.0.1"), "{}", error.message());
        assert!(start.elapsed() < Duration::from_secs(10), "{shown} took {:?}", start.elapsed());
    }
    assert_eq!(bench.files.health().await.unwrap_err().kind().code(), "unavailable");
    bench.store.as_mut().unwrap().start_again().await;
    bench.files.health().await.unwrap();
    assert_eq!(bench.text("alice", "a/b.md").await, "before");
    bench.create("alice", "c.md", "after").await.unwrap();
}

#[tokio::test]
async fn a_silent_store_is_unavailable_within_the_timeout() {
    let mut bench = bench_with(|config| config.store_timeout_ms = 300).await;
    bench.create("alice", "a.md", "before").await.unwrap();
    bench.store.as_mut().unwrap().fall_silent().await;
    let start = Instant::now();
    let error = bench.get("alice", "a.md").await.unwrap_err();
    assert_eq!(error.kind().code(), "unavailable");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    // A caller who goes away does not keep a place.
    let _ = tokio::time::timeout(Duration::from_millis(50), bench.get("alice", "a.md")).await;
    bench.store.as_mut().unwrap().stop().await;
    bench.store.as_mut().unwrap().start_again().await;
    assert_eq!(bench.text("alice", "a.md").await, "before");
}
