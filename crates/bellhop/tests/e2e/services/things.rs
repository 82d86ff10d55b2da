//! Devices that die in the middle and come back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use testkit::things::HttpThings;

use crate::support::fixtures::{auth, token};
use crate::support::{Bellhop, Mcp};

/// How long everything may take to be well again.
const RECOVERY: Duration = Duration::from_secs(60);
/// The longest that a call may take while the devices are away.
const PATIENCE: Duration = Duration::from_secs(30);

struct Answer {
    /// What the device was told, which is another thing each time.
    told: Option<String>,
    envelope: Map<String, Value>,
    took: Duration,
}

fn config(devices: &HttpThings) -> String {
    let (alice, bob) = (devices.sensor("alice"), devices.sensor("bob"));
    format!(
        "{}\n[limits]\ntools = \"typed\"\ncalls_per_minute_max = 1000000\n\n\
         [resources.home]\nkind = \"things\"\ndescriptions = [\"{alice}\", \"{bob}\"]\n\
         owners = {{ \"urn:dev:alice-sensor\" = \"alice\", \"urn:dev:bob-sensor\" = \"bob\" }}\n\
         limits = {{ commands_per_minute = 1000000, reads_per_minute = 1000000, timeout_ms = 5000 }}\n\
         http = {{ breaker_ms = 500 }}\n",
        auth()
    )
}

/// Commands and reads without a pause until it is told to stop.
async fn work(client: Mcp, user: &'static str, number: u64, stop: Arc<AtomicBool>) -> Vec<Answer> {
    let mut answers = Vec::new();
    let thing = format!("urn:dev:{user}-sensor");
    while !stop.load(Ordering::Relaxed) {
        let by = number * 1_000_000 + answers.len() as u64;
        for (tool, arguments, told) in [
            (
                "home_invoke_safe",
                json!({"thing": thing, "action": "add", "input": by}),
                Some(format!("{user} add {by}")),
            ),
            ("home_read_property", json!({"thing": thing, "property": "temperature"}), None),
        ] {
            let started = Instant::now();
            let envelope = client.call(tool, &arguments).await;
            answers.push(Answer { told, envelope, took: started.elapsed() });
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    answers
}

/// Waits until so much was done, on a machine that does much else.
async fn done(devices: &HttpThings, count: usize) {
    let deadline = Instant::now() + 2 * RECOVERY;
    while devices.done().len() < count {
        assert!(Instant::now() < deadline, "too little is done");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn devices_that_are_killed_are_away_until_they_are_back_and_nothing_is_done_twice() {
    let mut devices = HttpThings::start().await;
    let bellhop = Bellhop::serve(&config(&devices)).await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut tasks = Vec::new();
    for (number, user) in (1..).zip(["alice", "bob", "alice", "bob"]) {
        tasks.push(tokio::spawn(work(bellhop.mcp(&token(user)), user, number, Arc::clone(&stop))));
    }
    done(&devices, 8).await;
    devices.kill().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    devices.restart().await;
    let client = bellhop.mcp(&token("alice"));
    let read = json!({"thing": "urn:dev:alice-sensor", "property": "temperature"});
    let deadline = Instant::now() + RECOVERY;
    loop {
        let envelope = client.call("home_read_property", &read).await;
        if envelope["success"] == true {
            break;
        }
        assert!(Instant::now() < deadline, "still not well: {envelope:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let already = devices.done().len();
    done(&devices, already + 8).await;
    stop.store(true, Ordering::Relaxed);
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await.expect("no caller panicked"));
    }
    let mut away = 0;
    for Answer { envelope, took, .. } in &answers {
        assert!(*took < PATIENCE, "{envelope:?} took {took:?}");
        if envelope["success"] != true {
            away += 1;
            assert_eq!(envelope["code"], "unavailable", "{envelope:?}");
            assert!(envelope["error"].as_str().is_some_and(|it| it.contains("last seen at 20")), "{envelope:?}");
        }
    }
    assert!(away > 0, "nobody noticed");
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for line in devices.done() {
        *counted.entry(line[1].as_str().expect("what was done").to_owned()).or_default() += 1;
    }
    assert!(counted.values().all(|count| *count == 1), "something was done twice: {counted:?}");
    let mut completed = 0;
    for Answer { told, envelope, .. } in &answers {
        let Some(told) = told else { continue };
        match envelope.get("data").map(|data| &data["outcome"]) {
            Some(outcome) if outcome == "completed" => {
                completed += 1;
                assert!(counted.contains_key(told), "{told} was told as done and is not");
            }
            // Nobody knows: it may be done, once.
            Some(outcome) => assert_eq!(outcome, "sent, not confirmed", "{envelope:?}"),
            None => assert!(!counted.contains_key(told), "{told} was refused and was done"),
        }
    }
    assert!(completed > 10, "only {completed} were done");
}
