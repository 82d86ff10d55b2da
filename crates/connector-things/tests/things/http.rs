use std::time::Duration;

use bellhop_connector_things::{AccountConfig, Config, Several};
use connector::{Connector, ErrorKind};
use serde_json::{Value, json};
use testkit::things::HttpThings;

use crate::support::{home, user};

const SENSOR: &str = "urn:dev:alice-sensor";
const PLAIN: &str = "urn:dev:plain";

fn config(devices: &HttpThings) -> Config {
    let owners = [(SENSOR, "alice"), ("urn:dev:bob-sensor", "bob"), (PLAIN, "alice")];
    let plain = format!("{}/td", devices.plain());
    Config {
        descriptions: vec![devices.sensor("alice"), devices.sensor("bob"), plain],
        owners: owners.map(|(thing, user)| (thing.to_owned(), Several::One(user.to_owned()))).into(),
        ..Config::default()
    }
}

fn of(thing: &str, more: Value) -> Value {
    let mut input = json!({"thing": thing});
    input.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    input
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_of_node_wot_is_read_written_invoked_and_listened_to_by_its_owner_only() {
    let devices = HttpThings::start().await;
    let things = home(config(&devices)).await;
    let (alice, bob) = (user(&things, "alice").await, user(&things, "bob").await);
    let read = |name: &str| of(SENSOR, json!({"property": name}));
    let shown = alice.get(SENSOR).await.expect("hers");
    assert_eq!(shown["properties"]["target"]["unit"], "°C");
    assert_eq!(shown["properties"]["temperature"]["read_only"], true);
    assert_eq!(alice.invoke("read_property", read("temperature")).await.expect("hers")["value"], 20);
    let hot = of(SENSOR, json!({"property": "target", "value": 31}));
    assert_eq!(alice.refused("write_property", hot).await.0, ErrorKind::InvalidArgument);
    assert_eq!(devices.done(), Vec::<Value>::new());
    // The first news may come before anybody listens: it is written until some is heard.
    let mut heard = (json!([]), json!([]));
    for nth in 0..40 {
        let target = 29.5 + f64::from(nth % 2) / 4.0;
        let written = alice.invoke("write_property", of(SENSOR, json!({"property": "target", "value": target}))).await;
        assert_eq!(written.expect("hers")["outcome"], "completed");
        tokio::time::sleep(Duration::from_millis(250)).await;
        heard.0 = alice
            .invoke("history", of(SENSOR, json!({"property": "temperature", "since": "PT1H"})))
            .await
            .expect("hers");
        heard.1 = alice.invoke("history", of(SENSOR, json!({"event": "overheated"}))).await.expect("hers");
        if heard.0.as_array().is_some_and(|it| it.len() > 1) && heard.1 != json!([]) {
            break;
        }
    }
    assert_eq!(heard.1[0]["value"], "alice is hot", "{heard:?}");
    assert!(heard.0[0]["value"].as_f64() > Some(20.0), "{heard:?}");
    let added = alice.invoke("invoke_safe", of(SENSOR, json!({"action": "add", "input": 4}))).await.expect("hers");
    assert_eq!(added, json!({"thing": SENSOR, "action": "add", "output": 4, "outcome": "completed"}));
    let before = devices.done().len();
    for (action, input) in [
        ("read_property", read("target")),
        ("write_property", of(SENSOR, json!({"property": "target", "value": 6}))),
        ("invoke_action", of(SENSOR, json!({"action": "reset"}))),
        ("history", of(SENSOR, json!({"property": "temperature"}))),
    ] {
        assert_eq!(bob.refused(action, input).await.0, ErrorKind::NotFound);
    }
    assert_eq!(devices.done().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_device_is_followed_checked_and_told_of_honestly() {
    let devices = HttpThings::start().await;
    let mut config = config(&devices);
    let account =
        AccountConfig { username: Some("device".into()), password: Some("s3cret-word".to_owned().into()), token: None };
    config.accounts.insert("basic_sc".into(), account);
    let things = home(config).await;
    let alice = user(&things, "alice").await;
    let read = async |name: &str| alice.invoke("read_property", of(PLAIN, json!({"property": name}))).await;
    assert_eq!(read("level").await.expect("hers")["value"], 3);
    assert_eq!(read("word").await.expect("a number as text")["value"], 21.5);
    assert_eq!(read("secret").await.expect("with the account")["value"], "open");
    let broken = read("broken").await.expect_err("no number");
    assert!(broken.message().contains("not passed on"), "{broken:?}");
    let mut ticks = json!([]);
    for _ in 0..50 {
        ticks = alice.invoke("history", of(PLAIN, json!({"property": "ticks"}))).await.expect("hers");
        if ticks.as_array().is_some_and(|it| it.len() > 2) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(ticks[0]["value"].as_i64() > ticks[1]["value"].as_i64(), "the newest first: {ticks}");
    let keyed = read("keyed").await.expect_err("no key is configured");
    assert_eq!(keyed.kind(), ErrorKind::PermissionDenied);
    let zone = |name: &str| of(PLAIN, json!({"property": "zone", "variables": {"name": name}}));
    let answer = alice.invoke("read_property", zone("a b?c")).await.expect("encoded");
    assert_eq!(answer["value"], "/zone/a%20b%3Fc");
    for wrong in ["../level", "a/b", "..", "%2e%2e"] {
        assert_eq!(alice.refused("read_property", zone(wrong)).await.0, ErrorKind::InvalidArgument, "{wrong}");
    }
    let bake = of(PLAIN, json!({"action": "bake", "input": 7}));
    let baked = alice.invoke("invoke_safe", bake).await.expect("idempotent");
    assert_eq!(baked, json!({"thing": PLAIN, "action": "bake", "output": "baked 7", "outcome": "completed"}));
    let outcome = async |action: &str| alice.invoke("invoke_action", of(PLAIN, json!({"action": action}))).await;
    let burnt = outcome("burn").await.expect("an outcome");
    assert_eq!((&burnt["outcome"], &burnt["reason"]), (&json!("failed"), &json!("too hot")));
    assert_eq!(outcome("accept").await.expect("an outcome")["outcome"], "sent, not confirmed");
    let before = devices.done().len();
    assert_eq!(outcome("vanish").await.expect("an outcome")["outcome"], "sent, not confirmed");
    assert_eq!(devices.done().len(), before + 1, "it was sent once and once only");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_is_read_and_what_is_wrong_in_it_costs_only_itself() {
    let devices = HttpThings::start().await;
    let mut config = config(&devices);
    config.descriptions = Vec::new();
    config.directories = vec![devices.plain()];
    // What a directory lists is a stranger's: its private addresses are not called unless configuration allows it.
    let closed = home(config.clone()).await;
    let alice = user(&closed, "alice").await;
    let level = of(PLAIN, json!({"property": "level"}));
    assert_eq!(alice.refused("read_property", level.clone()).await.0, ErrorKind::PermissionDenied);
    config.http.allow_addresses = vec!["127.0.0.1".into()];
    let things = home(config).await;
    let hidden = things.catalog().hidden.clone();
    assert!(hidden.iter().any(|it| it.name == "urn:dev:wrong"), "{hidden:?}");
    let alice = user(&things, "alice").await;
    assert_eq!(alice.invoke("read_property", level).await.expect("hers")["value"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_away_says_when_it_was_last_seen() {
    let mut devices = HttpThings::start().await;
    let mut config = config(&devices);
    config.limits.timeout_ms = 3_000;
    config.http.retries = 0;
    let things = home(config).await;
    let alice = user(&things, "alice").await;
    let level = of(PLAIN, json!({"property": "level"}));
    alice.invoke("read_property", level.clone()).await.expect("hers");
    devices.kill().await;
    let (kind, message) = alice.refused("read_property", level.clone()).await;
    assert!(kind == ErrorKind::Unavailable && message.contains("last seen at 20"), "{message}");
    let write = of(PLAIN, json!({"property": "level", "value": 4}));
    assert_eq!(alice.refused("write_property", write).await.0, ErrorKind::Unavailable);
    assert_eq!(alice.get(PLAIN).await.expect("hers")["online"], false);
    devices.restart().await;
    assert_eq!(alice.invoke("read_property", level).await.expect("hers")["value"], 3);
    assert_eq!(devices.done(), Vec::<Value>::new(), "what was refused was not sent later");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_nobody_waits_for_any_more_is_cancelled() {
    let devices = HttpThings::start().await;
    let things = home(config(&devices)).await;
    let alice = user(&things, "alice").await;
    let burn = of(PLAIN, json!({"action": "burn"}));
    let left = tokio::time::timeout(Duration::from_millis(400), alice.invoke("invoke_action", burn)).await;
    assert!(left.is_err(), "it is still at it: {left:?}");
    for _ in 0..50 {
        if devices.done().iter().any(|it| it[0] == "cancels") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nobody cancelled: {:?}", devices.done());
}
