//! The suite passes a connector that is sound and finds each hole that is planted in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

use bellhop_testkit as testkit;

mod memory;

use std::sync::Arc;

use memory::{Hole, Memory};
use testkit::suite::{Report, Subject, Violation};

async fn check(hole: Option<Hole>) -> Result<Report, Violation> {
    let (alice, bob) = (testkit::caller("alice").await, testkit::caller("bob").await);
    let mut subject = Subject::new(Arc::new(Memory::new(hole)), "memory", alice, bob);
    subject.secrets = vec![memory::SECRET.to_owned()];
    subject.internals = vec!["rows_by_owner".to_owned()];
    testkit::suite::check(subject).await
}

#[tokio::test]
async fn a_sound_connector_passes_and_everything_was_tried() {
    let report = check(None).await.unwrap();
    let tried: Vec<_> = report.attempts.keys().map(|(target, operation)| format!("{target} {operation}")).collect();
    assert_eq!(
        tried,
        [
            "archive invoke",
            "folders create",
            "folders get",
            "folders list",
            "notes aggregate",
            "notes create",
            "notes delete",
            "notes get",
            "notes list",
            "notes update",
            "stamps aggregate",
            "stamps get",
            "stamps list",
        ]
    );
}

#[tokio::test]
async fn each_planted_hole_is_found() {
    let mut astray = Vec::new();
    for (hole, claim) in [
        (Hole::GetForgetsOwner, "nothing of Alice's is shown to Bob, yet Get"),
        (Hole::ListForgetsOwner, "Alice may do this with what is Alice's own"),
        (Hole::SortForgetsOwner, "nothing of Alice's is shown to Bob, yet List"),
        (Hole::OrEscapesOwner, "nothing of Alice's is shown to Bob, yet List"),
        (Hole::CursorForgetsOwner, "nothing of Alice's is shown to Bob"),
        (Hole::ListCountsAll, "count is how many there are for the caller"),
        (Hole::AggregateCountsAll, "Bob counts his"),
        (Hole::MaxOfAll, "the Max of notes."),
        (Hole::DeleteForgetsOwner, "Bob's delete of what is Alice's fails"),
        (Hole::UpdateForgetsOwner, "Bob's update of what is Alice's fails"),
        (Hole::UpdateOfAllSucceedsQuietly, "Bob's update of what is Alice's fails"),
        (Hole::ForeignSaysForbidden, "what is Alice's looks to Bob like what is missing"),
        (Hole::ForeignSaysItsKey, "what is Alice's looks to Bob like what is missing"),
        (Hole::CreateUnderAnyParent, "Bob's create of what is Alice's fails"),
        (Hole::MoveToAnyParent, "Bob's update of what is Alice's fails"),
        (Hole::CreateForAnyone, "as they were after a create in folders that names her as owner"),
        (Hole::UpdateGivesAway, "as they were after an update in notes that names her as owner"),
        (Hole::ActionForgetsOwner, "archive with id="),
        (Hole::PermitForAnyEffect, "a permit for something else is refused"),
        (Hole::LimitIgnored, "limit 1 of"),
        (Hole::BytesIgnored, "within"),
        (Hole::BytesCutQuietly, "is cut and says so"),
        (Hole::SecretInDebug, "Debug shows no secret"),
        (Hole::ErrorSaysTable, "no error says"),
        (Hole::WildcardsInContains, "matches literally"),
        (Hole::OddIdentifierFails, "no call makes the connector fail"),
        (Hole::DroppedCallLeaksConnection, "the connector is well after dropped calls"),
        (Hole::OffersWhatNobodyCanTry, "get of ghosts was left untried"),
    ] {
        match check(Some(hole)).await {
            Ok(_) => astray.push(format!("{hole:?} was not found")),
            Err(found) if found.message().contains(claim) => {}
            Err(found) => astray.push(format!("{hole:?} was found as: {}", found.message())),
        }
    }
    assert!(astray.is_empty(), "{}", astray.join("\n"));
}
