//! What is the same over every engine.

use std::collections::BTreeMap;
use std::time::Duration;

use bellhop_connector_settings::{Config, KeyConfig};
use connector::{Aggregate, ErrorKind, Function, Metric, Operation, Start};
use serde_json::{Value, json};

use crate::support::{Bench, keys_of, kind};

/// Ids that mean something to one engine or another, or that look alike.
const IDS: [&str; 16] = [
    "a:b",
    "a",
    "a.b",
    "*",
    ">",
    "a.*",
    "a#rev",
    "a#keys",
    "=",
    "a=3ab",
    "a b",
    "{a}",
    "[a-z]",
    "é",
    "$KV.bellhop.a",
    "../a",
];

/// Keys of the same sort.
const KEYS: [&str; 12] = ["theme", "a:b", "a.b", "*", ">", "#keys", "a b", "é😀", "{a}", "[a-z]", "=2e", "$KV"];

pub(crate) async fn values_keep_their_type(config: Config) {
    let bench = Bench::open(config).await;
    let values = [
        json!("dark"),
        json!("12"),
        json!("{\"a\":1}"),
        json!(""),
        json!(12),
        json!(-0.5),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(true),
        json!(null),
        json!([1, "2", null]),
        json!({"z": 1, "a": {"b": []}, "é": "\u{0}\n\"\\"}),
    ];
    for (nth, value) in values.into_iter().enumerate() {
        let key = format!("k{nth}");
        bench.set("alice", &key, value.clone()).await;
        assert_eq!(bench.value("alice", &key).await, value);
    }
}

pub(crate) async fn a_setting_has_one_life(config: Config) {
    let bench = Bench::open(config).await;
    assert_eq!(kind(bench.get("alice", "theme").await), ErrorKind::NotFound);
    let first = bench.set("alice", "theme", "dark".into()).await;
    let taken = bench.create("alice", json!({"key": "theme", "value": "light"})).await;
    assert_eq!(kind(taken), ErrorKind::Conflict, "what is there is not made again");
    let item = bench.get("alice", "theme").await.unwrap();
    assert_eq!(
        item,
        json!({"key": "theme", "value": "dark", "source": "own", "revision": first, "ttl_s": null, "expires_at": null,
            "created_at": item["created_at"], "updated_at": item["created_at"]})
    );
    let blind = bench.update("alice", "theme", json!({"value": "blue"}), None).await;
    assert_eq!(kind(blind), ErrorKind::InvalidArgument, "nothing is changed without a revision");
    let changed = bench.update("alice", "theme", json!({"value": "blue"}), Some(&first)).await.unwrap();
    assert_eq!(changed["value"], "blue");
    assert_eq!(changed["created_at"], item["created_at"]);
    let second = changed["revision"].as_str().unwrap();
    assert_ne!(second, first);
    let late = bench.update("alice", "theme", json!({"value": "red"}), Some(&first)).await;
    assert_eq!(kind(late), ErrorKind::Conflict, "an old revision changes nothing");
    assert_eq!(kind(bench.delete("alice", "theme", Some(&first)).await), ErrorKind::Conflict);
    assert_eq!(kind(bench.delete("alice", "theme", None).await), ErrorKind::InvalidArgument);
    assert_eq!(bench.value("alice", "theme").await, "blue");
    bench.delete("alice", "theme", Some(second)).await.unwrap();
    assert_eq!(kind(bench.get("alice", "theme").await), ErrorKind::NotFound);
    assert_eq!(kind(bench.delete("alice", "theme", Some(second)).await), ErrorKind::NotFound);
    let gone = bench.update("alice", "theme", json!({"value": "red"}), Some(second)).await;
    assert_eq!(kind(gone), ErrorKind::NotFound);
    let absent = bench.update("alice", "theme", json!({"value": "red"}), Some("0")).await;
    assert_eq!(kind(absent), ErrorKind::NotFound, "an update makes nothing where there is no default");
    let again = bench.set("alice", "theme", "green".into()).await;
    assert!(![first.as_str(), second].contains(&again.as_str()), "no revision is given twice");
}

pub(crate) async fn odd_ids_and_keys_stay_apart(config: Config) {
    let bench = Bench::open(config).await;
    let long = "x".repeat(900);
    let longer = format!("{}y", &long[..899]);
    let ids: Vec<&str> = IDS.into_iter().chain([long.as_str(), &longer]).collect();
    for user in &ids {
        for key in KEYS {
            bench.set(user, key, json!([user, key])).await;
        }
    }
    for user in &ids {
        let mut wanted = KEYS.map(str::to_owned);
        wanted.sort();
        assert_eq!(bench.keys(user).await, wanted, "{user}");
        for key in KEYS {
            assert_eq!(bench.value(user, key).await, json!([user, key]));
        }
    }
    let revision = bench.get("*", "*").await.unwrap()["revision"].as_str().unwrap().to_owned();
    bench.delete("*", "*", Some(&revision)).await.unwrap();
    for user in ids.iter().filter(|&&user| user != "*") {
        assert_eq!(bench.keys(user).await.len(), KEYS.len(), "{user} lost something");
    }
    for key in ["", " a", "a\n", "a\u{0}b", "a\u{202e}b", &"k".repeat(129)] {
        let made = bench.create("alice", json!({"key": key, "value": 1})).await;
        assert_eq!(kind(made), ErrorKind::InvalidArgument, "{key:?}");
    }
}

pub(crate) async fn what_has_ended_is_gone(config: Config) {
    let bench = Bench::open(Config { keys_max: 3, ..config }).await;
    for nth in 0..3 {
        let made = bench.create("alice", json!({"key": format!("k{nth}"), "value": nth, "ttl_s": 1})).await.unwrap();
        assert_eq!(made["ttl_s"], 1);
        assert!(made["expires_at"].as_str().unwrap() > made["created_at"].as_str().unwrap());
    }
    let more = bench.create("alice", json!({"key": "more", "value": 1})).await;
    assert_eq!(kind(more), ErrorKind::LimitExceeded);
    let first = bench.get("alice", "k0").await.unwrap()["revision"].as_str().unwrap().to_owned();
    let kept = bench.update("alice", "k0", json!({"ttl_s": null}), Some(&first)).await.unwrap();
    assert_eq!((&kept["value"], &kept["expires_at"]), (&json!(0), &Value::Null), "only what is named changes");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(bench.keys("alice").await, ["k0"]);
    assert_eq!(kind(bench.get("alice", "k1").await), ErrorKind::NotFound);
    assert_eq!(kind(bench.history("alice", "k1").await), ErrorKind::NotFound);
    let gone = bench.update("alice", "k1", json!({"value": 9}), Some("2")).await;
    assert_eq!(kind(gone), ErrorKind::NotFound);
    bench.set("alice", "k1", "again".into()).await;
    let history = bench.history("alice", "k1").await.unwrap();
    assert_eq!(history.as_array().unwrap().len(), 1, "the earlier life is over: {history}");
    bench.set("alice", "new", "has room".into()).await;
    assert_eq!(bench.keys("alice").await, ["k0", "k1", "new"]);
    for ttl in [json!(0), json!(-1), json!("1"), json!(1.5), json!(u64::MAX)] {
        let made = bench.create("bob", json!({"key": "x", "value": 1, "ttl_s": ttl})).await;
        assert_eq!(kind(made), ErrorKind::InvalidArgument, "{ttl}");
    }
}

pub(crate) async fn defaults_lie_below(config: Config) {
    let defaults = BTreeMap::from([("theme".to_owned(), json!("light")), ("size".to_owned(), json!(12))]);
    let bench = Bench::open(Config { defaults, ..config }).await;
    let default = json!({"key": "theme", "value": "light", "source": "default", "revision": "0", "ttl_s": null,
        "expires_at": null, "created_at": null, "updated_at": null});
    assert_eq!(bench.get("alice", "theme").await.unwrap(), default);
    assert_eq!(bench.keys("alice").await, ["size", "theme"]);
    assert_eq!(kind(bench.delete("alice", "theme", Some("0")).await), ErrorKind::PermissionDenied);
    let own = bench.update("alice", "theme", json!({"value": "dark"}), Some("0")).await.unwrap();
    assert_eq!((&own["value"], &own["source"]), (&json!("dark"), &json!("own")));
    assert_eq!(bench.get("bob", "theme").await.unwrap(), default, "it is hers alone");
    let late = bench.update("alice", "theme", json!({"value": "red"}), Some("0")).await;
    assert_eq!(kind(late), ErrorKind::Conflict);
    bench.set("bob", "theme", "blue".into()).await;
    let own = bench.list("alice", json!({"source": "own"}), &[], 10, Start::Offset(0)).await;
    assert_eq!((keys_of(&own), own.count), (vec!["theme".to_owned()], Some(1)));
    let revision = bench.get("alice", "theme").await.unwrap()["revision"].as_str().unwrap().to_owned();
    let outcome = bench.delete("alice", "theme", Some(&revision)).await.unwrap();
    assert_eq!(outcome.notices, ["The default is in force again."]);
    assert_eq!(bench.get("alice", "theme").await.unwrap(), default);
}

pub(crate) async fn lists_are_filtered_sorted_and_paged(config: Config) {
    let bench = Bench::open(config).await;
    for key in ["editor.b", "editor.a", "Editor.c", "mail.x", "e", "editor*"] {
        bench.set("alice", key, 1.into()).await;
    }
    bench.set("bob", "editor.bobs", 1.into()).await;
    let found = bench.list("alice", json!({"key": {"starts_with": "editor."}}), &["-key"], 10, Start::Offset(0)).await;
    assert_eq!(keys_of(&found), ["editor.b", "editor.a", "Editor.c"]);
    assert_eq!((found.count, found.has_more), (Some(3), Some(false)));
    let first = bench.list("alice", json!({}), &[], 2, Start::Offset(0)).await;
    assert_eq!((keys_of(&first), first.count), (vec!["Editor.c".into(), "e".into()], Some(6)));
    bench.set("alice", "a first", 1.into()).await;
    let revision = bench.get("alice", "e").await.unwrap()["revision"].as_str().unwrap().to_owned();
    bench.delete("alice", "e", Some(&revision)).await.unwrap();
    let second = bench.list("alice", json!({}), &[], 3, Start::After(first.next.unwrap())).await;
    assert_eq!(keys_of(&second), ["editor*", "editor.a", "editor.b"], "nothing is skipped or repeated");
    let third = bench.list("alice", json!({}), &[], 3, Start::After(second.next.unwrap())).await;
    assert_eq!((keys_of(&third), third.has_more, third.next), (vec!["mail.x".into()], Some(false), None));
    let count = Metric { function: Function::Count, field: None, name: "count".into() };
    let operation = Operation::Aggregate(Aggregate {
        collection: "settings".into(),
        metrics: vec![count],
        limit: 10,
        ..Aggregate::default()
    });
    let counted = bench.call("alice", operation).await.unwrap().data.unwrap();
    assert_eq!(counted.get(), r#"[{"count":6}]"#);
}

pub(crate) async fn history_is_kept(config: Config) {
    let bench = Bench::open(Config { history: 3, ..config }).await;
    let mut revision = bench.set("alice", "theme", 0.into()).await;
    for nth in 1..6 {
        let changed = bench.update("alice", "theme", json!({"value": nth}), Some(&revision)).await.unwrap();
        revision = changed["revision"].as_str().unwrap().to_owned();
    }
    let history = bench.history("alice", "theme").await.unwrap();
    let values: Vec<_> = history.as_array().unwrap().iter().map(|one| one["value"].clone()).collect();
    assert_eq!(values, [5, 4, 3], "the latest first, and no more than are kept");
    assert_eq!(history[0]["revision"], revision.as_str());
    assert_eq!(kind(bench.history("bob", "theme").await), ErrorKind::NotFound);
    bench.delete("alice", "theme", Some(&revision)).await.unwrap();
    assert_eq!(kind(bench.history("alice", "theme").await), ErrorKind::NotFound);
    bench.set("alice", "theme", "new".into()).await;
    assert_eq!(bench.history("alice", "theme").await.unwrap().as_array().unwrap().len(), 1, "it went with the key");
}

pub(crate) async fn of_two_who_change_one_revision_one_wins(config: Config) {
    let bench = Bench::open(config).await;
    let mut revision = bench.set("alice", "counter", 0.into()).await;
    for round in 1..=50 {
        let change = |who: &'static str| {
            let (bench, revision) = (bench.clone(), revision.clone());
            tokio::spawn(async move {
                bench.update("alice", "counter", json!({"value": [who, round]}), Some(&revision)).await
            })
        };
        let (one, other) = (change("one"), change("other"));
        let both = [one.await.unwrap(), other.await.unwrap()];
        let won: Vec<_> = both.iter().flatten().collect();
        assert_eq!(won.len(), 1, "round {round}: {both:?}");
        assert!(both.iter().flat_map(|it| it.as_ref().err()).all(|error| error.kind() == ErrorKind::Conflict));
        assert_eq!(bench.value("alice", "counter").await, won[0]["value"]);
        revision = won[0]["revision"].as_str().unwrap().to_owned();
        let key = format!("made {round}");
        let make = |who: &'static str| {
            let (bench, key) = (bench.clone(), key.clone());
            tokio::spawn(async move { bench.create("alice", json!({"key": key, "value": who})).await })
        };
        let (one, other) = (make("one"), make("other"));
        let made = [one.await.unwrap(), other.await.unwrap()];
        assert_eq!(made.iter().filter(|it| it.is_ok()).count(), 1, "round {round}: {made:?}");
    }
}

pub(crate) async fn without_required_revisions_nothing_is_lost_either(config: Config) {
    let bench = Bench::open(Config { require_revision: false, ..config }).await;
    bench.set("alice", "counter", 0.into()).await;
    let all: Vec<_> = (0..4)
        .map(|nth| {
            let bench = bench.clone();
            tokio::spawn(async move { bench.update("alice", "counter", json!({"value": nth}), None).await })
        })
        .collect();
    let mut done = 0;
    for one in all {
        done += usize::from(one.await.unwrap().is_ok());
    }
    let revisions = bench.history("alice", "counter").await.unwrap().as_array().unwrap().len();
    assert_eq!(revisions, done + 1, "each change that was said to be done is one revision");
    bench.delete("alice", "counter", None).await.unwrap();
    assert_eq!(bench.value("alice", "counter").await, "not_found");
}

pub(crate) async fn limits_and_schemas_hold(config: Config) {
    let schema = Some(json!({"enum": ["dark", "light"]}));
    let keys = BTreeMap::from([("theme".to_owned(), KeyConfig { schema, description: Some("colours".into()) })]);
    let bench = Bench::open(Config { keys, keys_max: 2, value_bytes_max: 100, ..config }).await;
    let wrong = bench.create("alice", json!({"key": "theme", "value": "blue"})).await.unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::InvalidArgument);
    assert!(wrong.message().contains("`theme`"), "{wrong}");
    let revision = bench.set("alice", "theme", "dark".into()).await;
    let wrong = bench.update("alice", "theme", json!({"value": 1}), Some(&revision)).await;
    assert_eq!(kind(wrong), ErrorKind::InvalidArgument);
    let large = bench.create("alice", json!({"key": "large", "value": "x".repeat(99)})).await;
    assert_eq!(kind(large), ErrorKind::LimitExceeded);
    let deep = (0..40).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(kind(bench.create("alice", json!({"key": "deep", "value": deep})).await), ErrorKind::InvalidArgument);
    bench.set("alice", "second", "x".repeat(98).into()).await;
    assert_eq!(kind(bench.create("alice", json!({"key": "third", "value": 1})).await), ErrorKind::LimitExceeded);
    bench.set("bob", "his", 1.into()).await;
    let described = bench.description();
    assert!(described.contains("theme (colours)"), "{described}");
}

/// The same claims over one engine: `$start` gives what is to be kept as long as the test, and the configuration.
macro_rules! over {
    ($engine:ident, $start:expr, [$($claim:ident),*]) => {
        mod $engine {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn the_suite_of_every_connector_passes() {
                let (_server, config) = $start.await;
                crate::suite::passes(config, &["the-secret"]).await;
            }

            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $claim() {
                let (_server, config) = $start.await;
                super::$claim(config).await;
            })*
        }
    };
    ($engine:ident, $start:expr) => {
        over!($engine, $start, [
            values_keep_their_type, a_setting_has_one_life, odd_ids_and_keys_stay_apart, what_has_ended_is_gone,
            defaults_lie_below, lists_are_filtered_sorted_and_paged, history_is_kept,
            of_two_who_change_one_revision_one_wins, without_required_revisions_nothing_is_lost_either,
            limits_and_schemas_hold
        ]);
    };
}

over!(memory, crate::support::memory());
over!(redis, crate::support::redis());
over!(nats, crate::support::nats());
