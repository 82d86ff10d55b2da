use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use connector::{ErrorKind, Result};
use futures::future::join_all;
use serde_json::json;
use testkit::lamp::Lamp;
use testkit::mosquitto::Mosquitto;

use super::{Mqtt, MqttVersion, VERSIONS, lamp, mqtt};
use crate::binding::{Binding, Done};
use crate::td::{Op, Thing};

async fn set(binding: &Arc<Mqtt>, broker: &Mosquitto, value: usize) -> Result<Done> {
    let mut at = lamp(broker, "alice", "level", Op::Write);
    at.timeout = Duration::from_secs(3);
    binding.write(&at, &json!(value)).await
}

/// How often the device was told each value.
fn counted(device: &Lamp) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for (_, payload) in device.heard() {
        *counted.entry(payload).or_default() += 1;
    }
    counted
}

#[tokio::test]
async fn a_broker_that_hangs_and_dies_with_commands_in_it_gets_none_of_them_again() {
    for version in VERSIONS {
        let mut broker = Mosquitto::start().await;
        let device = Lamp::start(&broker, "alice").await;
        let binding = mqtt(version);
        for value in 0..5 {
            assert_eq!(set(&binding, &broker, value).await.expect("it is taken"), Done::Sent);
        }
        // These leave, and nobody acknowledges them: what waits for an acknowledgement would be sent again by a client
        // that keeps its session.
        broker.pause();
        let (hanging, sent) = (binding.clone(), &broker);
        let during = join_all((5..25).map(|value| set(&hanging, sent, value))).await;
        for done in &during {
            assert_eq!(done.as_ref().ok(), Some(&Done::Sent), "{version:?}: {done:?}");
        }
        broker.kill().await;
        for value in 25..30 {
            let gone = set(&binding, &broker, value).await;
            let is_honest =
                gone.as_ref().map_or_else(|error| error.kind() == ErrorKind::Unavailable, |it| *it == Done::Sent);
            assert!(is_honest, "{version:?}: {gone:?}");
        }
        broker.restart().await;
        let deadline = Instant::now() + Duration::from_secs(20);
        // The lamp connects anew as well; a command is confirmed as heard when it is in its list.
        let mut value = 100;
        while !counted(&device).contains_key(&value.to_string()) {
            assert!(Instant::now() < deadline, "it does not recover");
            value += 1;
            let _ = set(&binding, &broker, value).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let counted = counted(&device);
        assert!(counted.values().all(|count| *count == 1), "{version:?}: something was told twice: {counted:?}");
        assert!((0..5).all(|value: usize| counted.contains_key(&value.to_string())), "{version:?}: {counted:?}");
        let again = (5..30).filter(|value: &usize| counted.contains_key(&value.to_string())).count();
        assert_eq!(again, 0, "{version:?}: what the old broker had in it came to the new one: {counted:?}");
    }
}

#[tokio::test]
async fn a_broker_that_is_away_is_told_at_once_and_found_again() {
    let mut broker = Mosquitto::start().await;
    let device = Lamp::start(&broker, "alice").await;
    let binding = mqtt(MqttVersion::Auto);
    let read = lamp(&broker, "alice", "power", Op::Read);
    assert_eq!(binding.read(&read).await.expect("it is there").value, json!(false));
    broker.kill().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let began = Instant::now();
    for _ in 0..10 {
        let away = binding.read(&read).await.expect_err("it is away");
        assert_eq!(away.kind(), ErrorKind::Unavailable);
        assert!(!away.message().contains("127.0.0.1"), "{}", away.message());
    }
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    broker.restart().await;
    let deadline = Instant::now() + Duration::from_secs(20);
    while binding.read(&read).await.is_err() {
        assert!(Instant::now() < deadline, "it does not recover");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(device);
}

#[tokio::test]
async fn a_description_from_elsewhere_reaches_no_private_broker() {
    let broker = Mosquitto::start().await;
    let mut read = lamp(&broker, "alice", "power", Op::Read);
    read.thing = Thing { id: "urn:from-a-directory".into(), ..Thing::default() }.into();
    let refused = mqtt(MqttVersion::Auto).read(&read).await.expect_err("it is private");
    assert_eq!(refused.kind(), ErrorKind::PermissionDenied, "{refused:?}");
}
