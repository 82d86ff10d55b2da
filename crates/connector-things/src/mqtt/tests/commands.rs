use connector::ErrorKind;
use serde_json::json;
use testkit::lamp::Lamp;
use testkit::mosquitto::{Mosquitto, password};

use super::{MqttVersion, VERSIONS, lamp, mqtt};
use crate::binding::{Binding, Done, Invoked};
use crate::td::Op;

#[tokio::test]
async fn a_write_is_confirmed_by_what_the_device_tells() {
    let broker = Mosquitto::start().await;
    for version in VERSIONS {
        let device = Lamp::start(&broker, "alice").await;
        let binding = mqtt(version);
        let told = binding.read(&lamp(&broker, "alice", "power", Op::Read)).await.expect("it is retained");
        assert_eq!(told.value, json!(false), "{version:?}");
        let done = binding.write(&lamp(&broker, "alice", "power", Op::Write), &json!(true)).await;
        assert_eq!(done.expect("it is taken"), Done::Confirmed, "{version:?}");
        let told = binding.read(&lamp(&broker, "alice", "power", Op::Read)).await.expect("it was told");
        assert_eq!(told.value, json!(true), "{version:?}");
        // Nothing tells whether this one arrived.
        let done = binding.write(&lamp(&broker, "alice", "level", Op::Write), &json!(7)).await;
        assert_eq!(done.expect("it is taken"), Done::Sent, "{version:?}");
        device.hears(2).await;
        let told = |topic: &str, payload: &str| (topic.to_owned(), payload.to_owned());
        assert_eq!(device.heard(), [told("power/set", "true"), told("level/set", "7")], "{version:?}");
    }
}

#[tokio::test]
async fn an_action_is_answered_on_its_own_topic() {
    let broker = Mosquitto::start().await;
    let device = Lamp::start(&broker, "alice").await;
    for version in VERSIONS {
        let binding = mqtt(version);
        let done = binding.invoke(&lamp(&broker, "alice", "blink", Op::Invoke), Some(&json!({"times": 3}))).await;
        assert_eq!(done.expect("it is taken"), Invoked::Completed(Some(json!({"blinked": 3}))), "{version:?}");
        let mut silent = lamp(&broker, "alice", "blink", Op::Invoke);
        silent.form.extra.shift_remove("mqv:responseTopic");
        assert_eq!(binding.invoke(&silent, Some(&json!({}))).await.expect("it is taken"), Invoked::Sent, "{version:?}");
    }
    device.hears(4).await;
    assert_eq!(device.heard().len(), 4);
    // Another lamp: a late answer to what was asked above would be taken for this one's.
    let _other = Lamp::start(&broker, "bob").await;
    let mut plain = lamp(&broker, "bob", "blink", Op::Invoke);
    plain.form.extra.insert("mqv:correlation".into(), json!(false));
    let done = mqtt(MqttVersion::V5).invoke(&plain, Some(&json!({"times": 5}))).await;
    assert_eq!(done.expect("it is taken"), Invoked::Completed(Some(json!({"blinked": 5}))));
}

#[tokio::test]
async fn a_device_that_is_not_there_is_unavailable_where_the_broker_says_so() {
    let broker = Mosquitto::start().await;
    let write = || lamp(&broker, "alice", "level", Op::Write);
    let away = mqtt(MqttVersion::V5).write(&write(), &json!(7)).await.expect_err("nobody listens");
    assert_eq!(away.kind(), ErrorKind::Unavailable);
    // A broker of 3.1.1 does not say it.
    assert_eq!(mqtt(MqttVersion::V3).write(&write(), &json!(7)).await.expect("it is taken"), Done::Sent);
    let untold = mqtt(MqttVersion::V5).read(&lamp(&broker, "alice", "power", Op::Read)).await;
    assert_eq!(untold.expect_err("nothing was told").kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn what_an_account_may_not_is_not_told_as_done() {
    let broker = Mosquitto::start().await;
    let device = Lamp::start(&broker, "alice").await;
    let as_user = |user: &str, what: &str, op| {
        let mut at = lamp(&broker, "alice", what, op);
        at = at.signed_in(user, &password(user));
        at
    };
    for user in ["bob", "looker"] {
        let denied = mqtt(MqttVersion::V5).write(&as_user(user, "power", Op::Write), &json!(true)).await;
        assert_eq!(denied.expect_err("it may not").kind(), ErrorKind::PermissionDenied, "{user}");
        // Mosquitto acknowledges to clients of 3.1.1 what it throws away.
        let thrown = mqtt(MqttVersion::V3).write(&as_user(user, "power", Op::Write), &json!(true)).await;
        assert_eq!(thrown.expect("it is acknowledged"), Done::Sent, "{user}");
    }
    let blind = mqtt(MqttVersion::V5).read(&as_user("bob", "power", Op::Read)).await.expect_err("it may not");
    assert!(matches!(blind.kind(), ErrorKind::PermissionDenied | ErrorKind::Unavailable), "{blind:?}");
    let own = mqtt(MqttVersion::V5).write(&as_user("alice", "power", Op::Write), &json!(true)).await;
    assert_eq!(own.expect("it may"), Done::Confirmed);
    assert_eq!(device.heard().len(), 1, "{:?}", device.heard());
}

#[tokio::test]
async fn an_account_that_the_broker_does_not_know_is_refused() {
    let broker = Mosquitto::start().await;
    for version in [MqttVersion::V3, MqttVersion::V5, MqttVersion::Auto] {
        let stranger = lamp(&broker, "alice", "power", Op::Read).signed_in("alice", "a wrong password");
        let refused = mqtt(version).read(&stranger).await.expect_err("it is unknown");
        assert_eq!(refused.kind(), ErrorKind::PermissionDenied, "{version:?}: {refused:?}");
        assert!(!format!("{refused:?}").contains("a wrong password"));
    }
    let mut nobody = lamp(&broker, "alice", "power", Op::Read);
    nobody.credential = None;
    let missing = mqtt(MqttVersion::V5).read(&nobody).await.expect_err("no account");
    assert_eq!(missing.kind(), ErrorKind::NotConnected);
}

#[tokio::test]
async fn one_connection_serves_all_calls_of_an_account() {
    let broker = Mosquitto::start().await;
    let device = Lamp::start(&broker, "alice").await;
    let binding = mqtt(MqttVersion::Auto);
    let calls = (0..20).map(|level| {
        let (binding, at) = (binding.clone(), lamp(&broker, "alice", "level", Op::Write));
        async move { binding.write(&at, &json!(level)).await }
    });
    for done in futures::future::join_all(calls).await {
        assert_eq!(done.expect("it is taken"), Done::Sent);
    }
    device.hears(20).await;
    assert_eq!(binding.pool.count(), 1);
    let other = lamp(&broker, "alice", "level", Op::Write).signed_in("alice", &password("alice"));
    assert_eq!(binding.write(&other, &json!(1)).await.expect("it is taken"), Done::Sent);
    assert_eq!(binding.pool.count(), 2);
}
