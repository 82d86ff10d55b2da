//! A caller of the testkit is a real one.
#![allow(missing_docs, reason = "tests")]

use bellhop_testkit as testkit;
use serde_json::json;

#[tokio::test]
async fn a_caller_has_the_id_and_claims_that_were_asked_for() {
    let alice = testkit::caller_with("alice", json!({"org_id": 7, "scope": "tools:read"})).await;
    assert_eq!(alice.id().as_str(), "alice");
    assert_eq!(alice.claim("org_id"), Some(&json!(7)));
    assert!(alice.scopes().contains("tools:read"));
}
