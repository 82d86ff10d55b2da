//! A broker that dies in the middle and comes back, and what the devices behind it counted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use testkit::lamp::Lamp;
use testkit::mosquitto::Mosquitto;

use crate::support::{Bellhop, Mcp, devices, fixtures};

/// How long everything may take to be well again.
const RECOVERY: Duration = Duration::from_secs(30);

struct Answer {
    level: u64,
    envelope: Map<String, Value>,
}

/// Sets levels without a pause until it is told to stop, each one once.
async fn work(client: Mcp, from: u64, stop: Arc<AtomicBool>) -> Vec<Answer> {
    let mut answers = Vec::new();
    for level in from.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let arguments = json!({"thing": "urn:dev:own-lamp", "property": "level", "value": level});
        answers.push(Answer { level, envelope: client.call("home_write_property", &arguments).await });
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    answers
}

fn levels(lamp: &Lamp) -> BTreeMap<u64, usize> {
    let mut levels = BTreeMap::new();
    for (topic, payload) in lamp.heard() {
        assert_eq!(topic, "level/set");
        *levels.entry(payload.parse().expect("a number")).or_default() += 1;
    }
    levels
}

#[tokio::test]
async fn a_broker_that_is_killed_is_unavailable_until_it_is_back_and_no_command_is_done_twice() {
    let mut broker = Mosquitto::start().await;
    let lamps = [Lamp::start(&broker, "alice").await, Lamp::start(&broker, "bob").await];
    let (_folder, config) = devices::lamps(&broker, "typed");
    let bellhop = Bellhop::serve(&config).await;
    let stop = Arc::new(AtomicBool::new(false));
    let tasks = [("alice", 0), ("bob", 50_000)]
        .map(|(user, from)| tokio::spawn(work(bellhop.mcp(&fixtures::token(user)), from, Arc::clone(&stop))));
    for lamp in &lamps {
        lamp.hears(5).await;
    }
    broker.kill().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let before: Vec<usize> = lamps.iter().map(|lamp| lamp.heard().len()).collect();
    broker.restart().await;
    let deadline = Instant::now() + RECOVERY;
    while lamps.iter().zip(&before).any(|(lamp, before)| lamp.heard().len() < before + 5) {
        assert!(Instant::now() < deadline, "it does not recover");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stop.store(true, Ordering::Relaxed);
    let mut away = 0;
    for (nth, (task, lamp)) in tasks.into_iter().zip(&lamps).enumerate() {
        let answers = task.await.expect("no caller panicked");
        let heard = levels(lamp);
        assert!(heard.values().all(|count| *count == 1), "a command was done twice: {heard:?}");
        assert!(heard.keys().all(|level| (*level >= 50_000) == (nth == 1)), "somebody else's command: {heard:?}");
        for Answer { level, envelope } in answers {
            if envelope["success"] == true {
                // The lamp does not tell its level: nobody can know more.
                assert_eq!(envelope["data"]["outcome"], "sent, not confirmed", "{envelope:?}");
                continue;
            }
            away += 1;
            assert_eq!(
                (&envelope["code"], &envelope["retryable"]),
                (&json!("unavailable"), &json!(true)),
                "{envelope:?}"
            );
            assert!(!heard.contains_key(&level), "{level} was told as not done: {envelope:?}");
        }
    }
    assert!(away > 0, "nobody noticed");
}
