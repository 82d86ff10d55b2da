use std::time::Duration;

use connector::ErrorKind;
use serde_json::{Value, json};

use crate::support::{config, home, user};

const LAMP: &str = "urn:dev:alice-lamp";

fn ids(things: &[Value]) -> Vec<&str> {
    things.iter().filter_map(|it| it["id"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sees_their_own_things_and_their_own_of_what_everybody_has() {
    let things = home(config()).await;
    let (alice, bob, carol) = (user(&things, "alice").await, user(&things, "bob").await, user(&things, "carol").await);
    assert_eq!(ids(&alice.list().await), [LAMP, "urn:dev:thermostat"]);
    assert_eq!(ids(&bob.list().await), ["urn:dev:bob-lamp", "urn:dev:thermostat"]);
    assert_eq!(ids(&carol.list().await), ["urn:dev:thermostat"]);
    let target = |value: f64| json!({"thing": "urn:dev:thermostat", "property": "target", "value": value});
    let answer = alice.invoke("write_property", target(25.0)).await.expect("her own");
    assert_eq!(answer["outcome"], "completed");
    let read = json!({"thing": "urn:dev:thermostat", "property": "target"});
    assert_eq!(alice.invoke("read_property", read.clone()).await.expect("hers")["value"], 25.0);
    assert_eq!(bob.invoke("read_property", read).await.expect("his")["value"], 21);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_users_thing_looks_like_none_in_every_action() {
    let things = home(config()).await;
    let bob = user(&things, "bob").await;
    for (action, input) in [
        ("read_property", json!({"property": "on"})),
        ("write_property", json!({"property": "on", "value": true})),
        ("write_property", json!({"property": "hours", "value": 1})),
        ("invoke_action", json!({"action": "toggle"})),
        ("invoke_safe", json!({"action": "ring"})),
        ("history", json!({"property": "on"})),
    ] {
        let with = |thing: &str| {
            let mut input = input.clone();
            input["thing"] = thing.into();
            input
        };
        let hers = bob.refused(action, with(LAMP)).await;
        assert_eq!(hers, bob.refused(action, with("urn:dev:none")).await, "{action}");
        assert_eq!(hers.0, ErrorKind::NotFound);
    }
    assert_eq!(bob.get(LAMP).await.expect_err("hers").kind(), ErrorKind::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_description_does_not_allow_is_refused_before_it_is_sent() {
    let things = home(config()).await;
    let alice = user(&things, "alice").await;
    for (property, value, says) in [
        ("brightness", json!(101), "maximum"),
        ("brightness", json!(-5), "minimum"),
        ("brightness", json!(7), "multiple"),
        ("brightness", json!("50"), "integer"),
        ("mode", json!("dusk"), "day"),
        ("on", json!(1), "boolean"),
        ("on", Value::Null, "boolean"),
    ] {
        let input = json!({"thing": LAMP, "property": property, "value": value});
        let (kind, message) = alice.refused("write_property", input).await;
        assert_eq!(kind, ErrorKind::InvalidArgument, "{property} {value}");
        assert!(message.contains(says) && message.contains("Nothing was sent"), "{message}");
    }
    let input = json!({"thing": LAMP, "property": "hours", "value": 0});
    assert_eq!(alice.refused("write_property", input).await.0, ErrorKind::Unsupported);
    let (kind, message) = alice.refused("invoke_action", json!({"thing": LAMP, "action": "dim", "input": {}})).await;
    assert!(kind == ErrorKind::InvalidArgument && message.contains("to"), "{message}");
    let (_, message) = alice.refused("invoke_safe", json!({"thing": LAMP, "action": "toggle"})).await;
    assert!(message.contains("invoke_action"), "{message}");
    let (_, message) = alice.refused("read_property", json!({"thing": LAMP, "property": "colour"})).await;
    assert!(message.contains("brightness"), "{message}");
    let kept = alice.invoke("read_property", json!({"thing": LAMP, "property": "brightness"})).await.expect("hers");
    assert_eq!(kept["value"], 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_action_is_followed_to_its_end_and_its_effect_is_there() {
    let things = home(config()).await;
    let alice = user(&things, "alice").await;
    let input = json!({"thing": LAMP, "action": "dim", "input": {"to": 20}});
    let answer = alice.invoke("invoke_safe", input).await.expect("it is idempotent");
    assert_eq!(answer, json!({"thing": LAMP, "action": "dim", "output": 20, "outcome": "completed"}));
    let kept = alice.invoke("read_property", json!({"thing": LAMP, "property": "brightness"})).await.expect("hers");
    assert_eq!(kept["value"], 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_outlasts_the_wait_is_told_as_running() {
    let mut config = config();
    config.limits.action_wait_ms = 300;
    let things = home(config).await;
    let alice = user(&things, "alice").await;
    let answer = alice.invoke("invoke_action", json!({"thing": LAMP, "action": "burn"})).await.expect("hers");
    assert_eq!(answer["outcome"], "running");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_and_what_happened_can_be_listed_by_time() {
    let things = home(config()).await;
    let alice = user(&things, "alice").await;
    for value in [10, 15] {
        let input = json!({"thing": LAMP, "property": "brightness", "value": value});
        alice.invoke("write_property", input).await.expect("hers");
    }
    let brightness = json!({"thing": LAMP, "property": "brightness", "since": "PT1H"});
    let rows = alice.invoke("history", brightness).await.expect("hers");
    let values: Vec<_> = rows.as_array().expect("rows").iter().map(|row| row["value"].clone()).collect();
    assert!(values.starts_with(&[json!(15)]) && values.contains(&json!(10)), "{rows}");
    assert_eq!(rows[0]["unit"], "percent");
    let mut rang = json!([]);
    for _ in 0..50 {
        // The first one may come before anybody listens.
        alice.invoke("invoke_safe", json!({"thing": LAMP, "action": "ring"})).await.expect("it is safe");
        tokio::time::sleep(Duration::from_millis(100)).await;
        rang = alice.invoke("history", json!({"thing": LAMP, "event": "rang"})).await.expect("hers");
        if rang != json!([]) {
            break;
        }
    }
    assert!(rang[0]["at"].is_string(), "{rang}");
    let before = json!({"thing": LAMP, "property": "brightness", "until": "P1D"});
    assert_eq!(alice.invoke("history", before).await.expect("hers"), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_could_leave_its_place_has_no_device_of_that_place() {
    let things = home(config()).await;
    for id in ["a/b", "..", "a%2Fb", "a\\b", "bob/"] {
        let user = user(&things, id).await;
        let (kind, _) =
            user.refused("read_property", json!({"thing": "urn:dev:thermostat", "property": "target"})).await;
        assert_eq!(kind, ErrorKind::PermissionDenied, "{id}");
    }
    let plus = user(&things, "alice+home@example.com").await;
    plus.invoke("read_property", json!({"thing": "urn:dev:thermostat", "property": "target"})).await.expect("hers");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_beyond_the_rate_of_a_device_are_refused_and_those_of_another_are_not() {
    let mut config = config();
    config.limits.commands_per_minute = 2;
    let things = home(config).await;
    let (alice, bob) = (user(&things, "alice").await, user(&things, "bob").await);
    let on = |thing: &str| json!({"thing": thing, "property": "on", "value": true});
    for _ in 0..2 {
        alice.invoke("write_property", on(LAMP)).await.expect("within the rate");
    }
    assert_eq!(alice.refused("write_property", on(LAMP)).await.0, ErrorKind::RateLimited);
    bob.invoke("write_property", on("urn:dev:bob-lamp")).await.expect("his own rate");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_fleet_offers_no_command() {
    let things = home(bellhop_connector_things::Config { read_only: true, ..config() }).await;
    let names: Vec<_> = connector::Connector::catalog(&things).actions.iter().map(|it| it.name.clone()).collect();
    assert_eq!(names, ["read_property", "history"]);
}
