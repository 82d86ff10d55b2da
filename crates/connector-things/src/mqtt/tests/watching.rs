use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use testkit::lamp::Lamp;
use testkit::mosquitto::Mosquitto;
use tokio::sync::mpsc;

use super::{MqttVersion, VERSIONS, lamp, mqtt};
use crate::binding::{At, Binding, Sink, Told};
use crate::td::Op;

/// Listens in a task of its own.
fn watch(
    binding: Arc<super::Mqtt>,
    at: At,
) -> (mpsc::UnboundedReceiver<Told>, tokio::task::JoinHandle<connector::Result<()>>) {
    let (told, hears) = mpsc::unbounded_channel();
    let sink = Sink::new(move |it| drop(told.send(it)));
    let task = tokio::spawn(async move { binding.watch(&at, &sink).await });
    (hears, task)
}

async fn next(hears: &mut mpsc::UnboundedReceiver<Told>) -> Told {
    tokio::time::timeout(Duration::from_secs(10), hears.recv()).await.expect("in time").expect("it goes on")
}

#[tokio::test]
async fn events_are_heard_from_now_on_and_properties_from_their_last_value() {
    let broker = Mosquitto::start().await;
    let device = Lamp::start(&broker, "alice").await;
    for version in VERSIONS {
        let binding = mqtt(version);
        let (mut pressed, _task) = watch(binding.clone(), lamp(&broker, "alice", "pressed", Op::Subscribe));
        assert_eq!(next(&mut pressed).await, Told::Standing);
        device.press(2);
        let Told::Value(reading) = next(&mut pressed).await else { panic!("a value") };
        assert_eq!(reading.value, json!({"times": 2}));
        let (mut power, _task) = watch(binding, lamp(&broker, "alice", "power", Op::Observe));
        assert_eq!(next(&mut power).await, Told::Standing);
        let Told::Value(reading) = next(&mut power).await else { panic!("a value") };
        assert_eq!(reading.value, json!(false), "{version:?}");
    }
}

#[tokio::test]
async fn a_device_says_itself_when_it_goes() {
    let broker = Mosquitto::start().await;
    let device = Lamp::start(&broker, "alice").await;
    let (mut status, _task) = watch(mqtt(MqttVersion::Auto), lamp(&broker, "alice", "status", Op::Observe));
    assert_eq!(next(&mut status).await, Told::Standing);
    let Told::Value(reading) = next(&mut status).await else { panic!("a value") };
    assert_eq!(reading.value, json!("online"));
    assert_eq!(next(&mut status).await, Told::Online(true));
    // Its connection ends without a word, and its last will speaks.
    drop(device);
    // What it says of itself comes last and counts: a value alone is a sign of life.
    let Told::Value(reading) = next(&mut status).await else { panic!("a value") };
    assert_eq!(reading.value, json!("offline"));
    assert_eq!(next(&mut status).await, Told::Online(false));
}

#[tokio::test]
async fn a_watch_ends_with_its_connection_and_stands_again_after_it() {
    let mut broker = Mosquitto::start().await;
    let device = Lamp::start(&broker, "alice").await;
    let binding = mqtt(MqttVersion::Auto);
    let (mut pressed, task) = watch(binding.clone(), lamp(&broker, "alice", "pressed", Op::Subscribe));
    assert_eq!(next(&mut pressed).await, Told::Standing);
    broker.kill().await;
    let ended = tokio::time::timeout(Duration::from_secs(10), task).await.expect("in time").expect("no panic");
    assert!(ended.is_err(), "it ended well");
    broker.restart().await;
    for _ in 0..100 {
        let (mut pressed, task) = watch(binding.clone(), lamp(&broker, "alice", "pressed", Op::Subscribe));
        if pressed.recv().await == Some(Told::Standing) {
            // The device may be a moment later.
            for _ in 0..100 {
                device.press(3);
                let heard = tokio::time::timeout(Duration::from_millis(200), pressed.recv()).await;
                if let Ok(Some(Told::Value(reading))) = heard {
                    assert_eq!(reading.value, json!({"times": 3}));
                    return;
                }
            }
        }
        drop(task);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it does not stand again");
}
