//! What each status means, and what is tried again.

use std::time::{Duration, Instant};

use connector::ErrorKind;
use serde_json::json;
use testkit::grpc::Notes;

use crate::support::{World, by_key};

#[tokio::test]
async fn every_status_has_its_kind_and_only_words_for_callers_are_quoted() {
    let server = Notes::start().await;
    let world = World::open(&server, json!({"credential": {"claim": "notes"}, "http": {"breaker_failures": 0}})).await;
    use ErrorKind as Kind;
    let table = [
        (1, Kind::Unavailable, false),
        (2, Kind::Unavailable, false),
        (3, Kind::InvalidArgument, true),
        (4, Kind::Timeout, false),
        (5, Kind::NotFound, false),
        (6, Kind::Conflict, true),
        (7, Kind::PermissionDenied, true),
        (8, Kind::RateLimited, true),
        (9, Kind::Conflict, true),
        (10, Kind::Conflict, true),
        (11, Kind::InvalidArgument, true),
        (12, Kind::Unsupported, false),
        (13, Kind::Unavailable, false),
        (14, Kind::Unavailable, false),
        (15, Kind::Unavailable, false),
        (16, Kind::PermissionDenied, false),
    ];
    for (code, kind, is_quoted) in table {
        let input = json!({"code": code, "message": "the word marzipan", "key": format!("c{code}")});
        let error = world.refused(&world.alice, "Lab_Fail", input).await;
        assert_eq!(error.kind(), kind, "{code}: {error:?}");
        assert_eq!(error.message().contains("marzipan"), is_quoted, "{code}: {error:?}");
        let is_unknown = matches!(code, 1 | 2 | 4 | 13 | 14 | 15);
        assert_eq!(error.message().contains("not known"), is_unknown, "{code}: {error:?}");
    }
    // Each was sent once: nothing that may have been done is done again.
    let seen = world.call(&world.alice, "Lab_Look", json!({})).await;
    assert!(seen["calls"].as_object().unwrap().values().all(|count| *count == 1), "{seen}");
}

#[tokio::test]
async fn complaints_about_fields_are_told() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    let input = json!({"code": 3, "message": "no", "field": "note.title", "key": "f"});
    let error = world.refused(&world.alice, "Lab_Fail", input).await;
    assert_eq!(
        error.message(),
        "The service does not take these arguments. It says: “no; note.title: is not one of ours”"
    );
}

#[tokio::test]
async fn a_program_that_broke_tells_nobody_how() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    let error = world.refused(&world.alice, "Lab_Fail", json!({"message": "raise", "key": "r"})).await;
    assert_eq!(
        (error.kind(), error.message()),
        (
            ErrorKind::Unavailable,
            "The service failed. Whether it did what was asked is not known: look before you try again."
        )
    );
}

#[tokio::test]
async fn only_what_has_no_side_effects_is_asked_again() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    let input = json!({"code": 14, "message": "away", "times": 2, "key": "harmless"});
    let seen = world.call(&world.alice, "Lab_FailHarmlessly", input).await;
    assert_eq!(seen["calls"]["harmless"], 3);
    let input = json!({"code": 14, "message": "away", "times": 2, "key": "writes"});
    let error = world.refused(&world.alice, "Lab_Fail", input).await;
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let seen = world.call(&world.alice, "Lab_Look", json!({})).await;
    assert_eq!(seen["calls"]["writes"], 1);
}

#[tokio::test]
async fn a_server_that_dies_in_a_call_is_told_as_unknown_and_found_again_when_it_is_back() {
    let mut server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    world.call(&world.alice, "Notes_CreateNote", json!({"title": "before"})).await;
    let died = world.refused(&world.alice, "Lab_Fail", json!({"message": "die", "key": "d"})).await;
    assert_eq!(died.kind(), ErrorKind::Unavailable);
    assert!(died.message().contains("not known"), "{died:?}");
    // The connection's own end may take a moment to be noticed.
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let away = world.refused(&world.alice, "Notes_CreateNote", json!({"title": "meanwhile"})).await;
        assert_eq!(away.kind(), ErrorKind::Unavailable);
        if away.message().contains("Nothing was sent") {
            break;
        }
        assert!(Instant::now() < deadline, "{away:?}");
    }
    server.restart().await;
    let deadline = Instant::now() + Duration::from_secs(20);
    while world.outcome(&world.alice, "Notes_CreateNote", json!({"title": "after"})).await.is_err() {
        assert!(Instant::now() < deadline, "still away");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let titles: Vec<_> = server.kept("alice").iter().map(|note| note["title"].clone()).collect();
    assert_eq!(titles, ["before", "after"]);
}

#[tokio::test]
async fn a_server_that_fails_again_and_again_is_left_alone_for_a_moment() {
    let mut server = Notes::start().await;
    let more =
        json!({"credential": {"claim": "notes"}, "http": {"breaker_failures": 3, "breaker_ms": 60_000, "retries": 0}});
    let world = World::open(&server, more).await;
    server.kill().await;
    for _ in 0..3 {
        world.refused(&world.alice, "Notes_ListNotes", json!({})).await;
    }
    let error = world.refused(&world.alice, "Notes_ListNotes", json!({})).await;
    assert!(error.message().contains("left alone"), "{error:?}");
    assert!(error.retry_after().is_some());
}
