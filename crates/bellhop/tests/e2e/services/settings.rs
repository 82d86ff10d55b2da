//! A key-value store that dies in the middle of calls and comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::support::Bellhop;
use crate::support::settings::{Prefs, Store};

/// How long everything may take to be well again.
const RECOVERY: Duration = Duration::from_secs(30);
/// The longest that a call may take while the store is away: a read and a write of 2 s each, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(15);

/// What one worker did: the last value that it was told was written, and how the answers were.
#[derive(Default)]
struct Work {
    done: u64,
    unsure: u64,
    bad: u64,
    slowest: Duration,
}

/// Counts a setting of its own up, by the revision that it saw, until it is told to stop. After a failure it looks first.
async fn count(prefs: Prefs, key: String, stop: Arc<AtomicBool>) -> Work {
    let mut work = Work::default();
    let mut last = 0_u64;
    while !stop.load(Ordering::Relaxed) {
        let started = Instant::now();
        let seen = prefs.call("get", json!({"identifier": key})).await;
        work.slowest = work.slowest.max(started.elapsed());
        if !is_well(&seen, &mut work) {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        }
        let value = seen["data"]["value"].as_u64().expect("a number");
        assert!(value == last || value == last + 1, "{key} was {last} and is {value}");
        // A write whose answer was lost shows here whether it was done.
        work.unsure += value - last;
        last = value;
        let change = json!({"identifier": key, "data": {"value": last + 1}, "if_version": seen["data"]["revision"]});
        let started = Instant::now();
        let changed = prefs.call("update", change).await;
        work.slowest = work.slowest.max(started.elapsed());
        if is_well(&changed, &mut work) {
            last += 1;
            work.done += 1;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    work
}

fn is_well(envelope: &Map<String, Value>, work: &mut Work) -> bool {
    if envelope["success"] == true {
        return true;
    }
    work.bad += 1;
    assert_eq!((&envelope["code"], &envelope["retryable"]), (&json!("unavailable"), &json!(true)), "{envelope:?}");
    false
}

async fn killed_and_back(mut store: Store) {
    let bellhop = Bellhop::serve(&store.config("typed", "")).await;
    let users = ["alice", "bob"];
    let stop = Arc::new(AtomicBool::new(false));
    let mut all = Vec::new();
    for user in users {
        for nth in 0..2 {
            let (prefs, key) = (Prefs::of(&bellhop, user, "typed"), format!("counter {nth}"));
            prefs.set(&key, &json!(0)).await;
            all.push((prefs, key));
        }
    }
    let made = store.writes(&users).await;
    let tasks: Vec<_> =
        all.into_iter().map(|(prefs, key)| tokio::spawn(count(prefs, key, Arc::clone(&stop)))).collect();
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        store.kill().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        store.restart().await;
        let (prefs, deadline) = (Prefs::of(&bellhop, "alice", "typed"), Instant::now() + RECOVERY);
        loop {
            let envelope = prefs.call("get", json!({"identifier": "counter 0"})).await;
            if envelope["success"] == true {
                break;
            }
            assert!(Instant::now() < deadline, "still not well: {envelope:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    tokio::time::sleep(Duration::from_millis(700)).await;
    stop.store(true, Ordering::Relaxed);
    let (mut done, mut unsure, mut bad) = (0, 0, 0);
    for task in tasks {
        let work = task.await.expect("no worker panicked");
        assert!(work.slowest < PATIENCE, "a call took {:?}", work.slowest);
        (done, unsure, bad) = (done + work.done, unsure + work.unsure, bad + work.bad);
    }
    assert!(bad > 0, "nobody noticed");
    assert!(done > 20, "only {done} were written");
    let counted = store.writes(&users).await - made;
    let told = done + unsure;
    // The last write of each worker may have lost its answer and was not looked at again.
    assert!((told..=told + 4).contains(&counted), "{done} told, {unsure} seen later, {counted} counted at the store");
    let mut values = 0;
    for user in users {
        for (_, value) in Prefs::of(&bellhop, user, "typed").all().await {
            values += value.parse::<u64>().expect("a number");
        }
    }
    assert_eq!(values, counted, "each write that the store counted is one step");
}

#[tokio::test]
async fn redis_that_is_killed_is_unavailable_until_it_is_back_and_nothing_is_written_twice() {
    killed_and_back(Store::redis().await).await;
}

#[tokio::test]
async fn nats_that_is_killed_is_unavailable_until_it_is_back_and_nothing_is_written_twice() {
    killed_and_back(Store::nats().await).await;
}
