//! Streams are collected up to their bounds, told as they come, and cancelled where they are left.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use connector::{Context, ErrorKind};
use serde_json::{Value, json};
use testkit::grpc::Notes;

use crate::support::{World, by_key, data};

/// How often the server saw a call that was left, waited for.
async fn cancelled(world: &World, wanted: u64) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let seen = world.call(&world.alice, "Lab_Look", json!({})).await;
        if seen["cancelled"] == wanted {
            return;
        }
        assert!(Instant::now() < deadline, "{wanted} are not cancelled: {seen}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_stream_that_ends_is_a_list_and_each_item_is_progress() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let context = Context::new("test", 1 << 20).with_progress(move |progress| listener.lock().unwrap().push(progress));
    let outcome = world.outcome_in(&world.bob, "Notes_WatchNotes", json!({"count": 3}), &context).await.unwrap();
    let note = |nth: u32| json!({"id": format!("bob-w{nth}"), "title": "bob waits"});
    assert_eq!(data(&outcome), json!([note(0), note(1), note(2)]));
    assert_eq!((outcome.has_more, outcome.count, outcome.notices.len()), (Some(false), Some(3), 0));
    let told = told.lock().unwrap();
    assert_eq!(told.iter().map(|it| it.done).collect::<Vec<_>>(), [1.0, 2.0, 3.0]);
    let last: Value = serde_json::from_str(told[2].message.as_deref().unwrap()).unwrap();
    assert_eq!(last, note(2));
}

#[tokio::test]
async fn a_stream_is_cut_at_its_items_its_bytes_and_its_time_and_then_cancelled() {
    let server = Notes::start().await;
    let more = json!({"credential": {"claim": "notes"}, "stream_items_max": 4, "stream_ms": 700});
    let world = World::open(&server, more).await;
    let watch = |input: Value, bytes_max: usize| {
        let world = &world;
        async move {
            let context = Context::new("test", bytes_max);
            world.outcome_in(&world.bob, "Notes_WatchNotes", input, &context).await.unwrap()
        }
    };
    let full = watch(json!({"count": 1_000_000, "pauseMs": 1}), 1 << 20).await;
    assert_eq!((data(&full).as_array().unwrap().len(), full.has_more), (4, Some(true)));
    assert!(full.notices[0].contains("first 4 messages"), "{:?}", full.notices);
    cancelled(&world, 1).await;
    let exact = watch(json!({"count": 4}), 1 << 20).await;
    assert_eq!((data(&exact).as_array().unwrap().len(), exact.has_more), (4, Some(false)));
    let small = watch(json!({"count": 1_000_000, "pauseMs": 1}), 90).await;
    assert!(small.data.as_ref().unwrap().get().len() <= 90, "{small:?}");
    assert_eq!((data(&small).as_array().unwrap().len(), small.has_more), (2, Some(true)));
    assert!(small.notices[0].contains("90 bytes"), "{:?}", small.notices);
    cancelled(&world, 2).await;
    // Bob has no notes: the server sends nothing, not even that it began.
    let started = Instant::now();
    let silent = watch(json!({}), 1 << 20).await;
    assert_eq!((data(&silent), silent.has_more), (json!([]), Some(true)));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(silent.notices[0].contains("0.7 seconds"), "{:?}", silent.notices);
    cancelled(&world, 3).await;
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled_at_the_server() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    let call = world.outcome(&world.alice, "Lab_Slow", json!({"ms": 20_000}));
    assert!(tokio::time::timeout(Duration::from_millis(500), call).await.is_err());
    cancelled(&world, 1).await;
}

#[tokio::test]
async fn the_server_knows_how_long_a_call_may_take() {
    let server = Notes::start().await;
    let more =
        json!({"credential": {"claim": "notes"}, "timeouts_ms": {"Lab_Slow": 800}, "http": {"timeout_ms": 9000}});
    let world = World::open(&server, more).await;
    let started = Instant::now();
    let error = world.refused(&world.alice, "Lab_Slow", json!({"ms": 20_000})).await;
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let seen = world.call(&world.alice, "Lab_Look", json!({})).await;
    let had = seen["lastDeadlineS"].as_f64().unwrap();
    assert!(had > 0.1 && had <= 0.8, "{had}");
    cancelled(&world, 1).await;
}
