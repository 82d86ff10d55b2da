//! What becomes of a connected account: calls, refresh, the end.

use reqwest::Method;
use serde_json::{Value, json};

use super::{World, http};

#[tokio::test]
async fn two_users_connect_their_own_accounts_and_act_with_them() {
    let world = World::start().await;
    for user in ["alice", "bob"] {
        let refused = world.whoami(user).await.unwrap_err();
        assert_eq!((&refused["code"], &refused["retryable"]), (&json!("not_connected"), &json!(false)));
        assert!(refused.get("visit").is_none(), "nobody can tell who would open a link: {refused:?}");
    }
    let page = world.connect("alice", "alice@upstream").await;
    assert!(page.contains("<b>notes</b> is connected"), "{page}");
    assert_eq!(world.whoami("alice").await.unwrap(), "alice@upstream");
    assert_eq!(world.whoami("bob").await.unwrap_err()["code"], "not_connected");
    world.connect("bob", "bob@upstream").await;
    assert_eq!(world.whoami("bob").await.unwrap(), "bob@upstream");

    let alice = world.bellhop.mcp(&world.token("alice"));
    let written = alice.data("notes_writeNote", &json!({"text": "alice was here"})).await;
    assert_eq!(written, json!({"user": "alice@upstream", "notes": ["alice was here"]}));
    let said = json!({"message": "run whoami"});
    let address = format!("{}/api/agents/chat", world.bellhop.url);
    for (user, has_note) in [("alice", true), ("bob", false)] {
        let asked = http().post(&address).bearer_auth(world.token(user)).json(&said).send().await.unwrap();
        let answer: Value = asked.json().await.unwrap();
        assert_eq!(answer["tools_used"][0]["success"], true, "{answer}");
        assert_eq!(answer["response"].as_str().unwrap().contains("alice was here"), has_note, "{answer}");
    }
    let (_, listed) = world.api("alice", Method::GET, "/api/connections").await;
    assert_eq!((&listed["count"], &listed["data"][0]["set"]), (&json!(1), &json!(true)), "{listed}");

    // What is kept tells nothing, and neither do the log and the audit.
    let home = world.bellhop.home.path();
    let store = std::fs::read(home.join(".bellhop/credentials.db")).unwrap();
    let audit = std::fs::read(home.join("audit.jsonl")).unwrap();
    let log = world.bellhop.log().into_bytes();
    let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    for text in ["alice", "bob", "notes", "login.test", "access_token", "refresh"] {
        assert!(!holds(&store, text), "the store holds {text}");
    }
    assert!(holds(&audit, "connections.begin") && holds(&audit, "connections.finish") && holds(&audit, "alice"));
    for text in ["code=", "state=", "eyJ", "bellhop-secret-at-the-upstream", "@upstream"] {
        assert!(!holds(&audit, text) && !holds(&log, text), "the audit or the log holds {text}");
    }
}

#[tokio::test]
async fn tokens_are_refreshed_once_for_all_calls_that_need_it() {
    // Under a minute, so that every call finds its token about to expire; above it after each refresh it is not.
    let world = World::with(61, "", "").await;
    world.connect("alice", "alice@upstream").await;
    assert_eq!(world.counts().await["refreshes"], 0);
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    let calls = futures::future::join_all((0..8).map(|_| world.whoami("alice"))).await;
    assert!(calls.iter().all(|user| user.as_deref() == Ok("alice@upstream")), "{calls:?}");
    // The provider ends a grant whose refresh token comes a second time, so a second refresh would have failed above.
    assert_eq!(world.counts().await["refreshes"], 1);
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    assert_eq!(world.whoami("alice").await.unwrap(), "alice@upstream");
    assert_eq!(world.counts().await["refreshes"], 2);
}

#[tokio::test]
async fn an_account_that_is_taken_away_is_given_back_and_asked_for_again() {
    let world = World::start().await;
    world.connect("alice", "alice@upstream").await;
    world.connect("bob", "bob@upstream").await;
    let (status, answer) = world.api("alice", Method::DELETE, "/api/connections/notes").await;
    assert_eq!((status, &answer["data"]), (200, &json!({"resource": "notes", "removed": true})));
    assert!(world.counts().await["revocations"].as_u64().unwrap() >= 1);
    assert!(!world.is_connected("alice").await);
    assert_eq!(world.whoami("alice").await.unwrap_err()["code"], "not_connected");
    assert_eq!(world.whoami("bob").await.unwrap(), "bob@upstream");
    let (_, again) = world.api("alice", Method::DELETE, "/api/connections/notes").await;
    assert_eq!(again["data"]["removed"], false);
}

#[tokio::test]
async fn what_the_upstream_takes_back_is_forgotten_and_asked_for_again() {
    let world = World::start().await;
    world.connect("alice", "alice@upstream").await;
    assert_eq!(world.whoami("alice").await.unwrap(), "alice@upstream");
    http().get(format!("{}/forget-grants", world.upstream.url)).send().await.unwrap();
    // A token that has just been granted is not replaced: the upstream's refusal is told as it is.
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    assert_eq!(world.whoami("alice").await.unwrap_err()["code"], "not_connected");
    assert!(!world.is_connected("alice").await);
    world.connect("alice", "alice@upstream").await;
    assert_eq!(world.whoami("alice").await.unwrap(), "alice@upstream");
}
