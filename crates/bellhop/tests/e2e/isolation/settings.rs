//! The same over key-value stores: what ties a setting to its user is a part of its key.

use serde_json::{Value, json};

use super::attack::attack;
use super::judge::Findings;
use super::target::Target;
use crate::support::Bellhop;
use crate::support::fixtures::token;
use crate::support::settings::{Prefs, Store};

/// Settings of both users; Alice's can be recognised wherever they turn up.
fn settings(user: &str) -> Vec<(String, Value)> {
    let setting = |nth: u32| match user {
        "alice" => (format!("ALICE-03{nth:02}"), json!({"is": format!("words ALICE-09{nth:02}"), "n": 50 + nth})),
        _ => (format!("his {nth:02}"), json!({"is": format!("words of his {nth:02}"), "n": nth})),
    };
    let both = ("both".to_owned(), if user == "alice" { json!("ALICE-0999") } else { json!("his") });
    (1..=9).map(setting).chain([both]).collect()
}

/// Without the need to name a revision every attempt is a real one.
async fn attacked(store: Store, tools: &str) -> Findings {
    let bellhop = Bellhop::serve(&store.config(tools, "require_revision = false")).await;
    let prefs = ["alice", "bob"].map(|user| (user, Prefs::of(&bellhop, user, tools)));
    for (user, prefs) in &prefs {
        prefs.refill(&settings(user)).await;
    }
    let before = store.kept("alice").await;
    assert!(before.len() >= 10, "{before:?}");
    let settle = async |target: &Target, findings: &mut Findings| {
        findings.compare(&target.name(), &before, &store.kept("alice").await);
        let (user, bobs) = &prefs[1];
        bobs.refill(&settings(user)).await;
    };
    let findings = attack(&bellhop.mcp(&token("alice")), &bellhop.mcp(&token("bob")), "", settle).await;
    eprintln!("{}", findings.summary());
    findings
}

#[tokio::test]
async fn typed_tools_over_redis_keep_users_apart() {
    attacked(Store::redis().await, "typed").await.assert_clean_after(1_000);
}

#[tokio::test]
async fn universal_tools_over_redis_keep_users_apart() {
    attacked(Store::redis().await, "universal").await.assert_clean_after(1_000);
}

#[tokio::test]
async fn typed_tools_over_nats_keep_users_apart() {
    attacked(Store::nats().await, "typed").await.assert_clean_after(1_000);
}

#[tokio::test]
async fn universal_tools_over_nats_keep_users_apart() {
    attacked(Store::nats().await, "universal").await.assert_clean_after(1_000);
}
