//! `/api/credentials/{resource}`: each user's own, and only where a resource takes one.

use std::sync::Arc;
use std::time::Duration;

use credentials::{Accounts, KeyRing, Place, Store, StoreKey};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::server::{Answer, Server, failed};

/// `desk` and `vault` take credentials; the vault needs a scope.
async fn server() -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let keys = KeyRing::parse(StoreKey::generate().unwrap().expose_secret(), "").unwrap();
    let place = Place::File(folder.path().join("credentials.db"));
    let store = Store::open(&place, keys, Duration::from_secs(10)).await.unwrap();
    let taken = ["desk", "vault"].map(str::to_owned).into();
    (Server::with_accounts(Accounts::new(Arc::new(store), taken)).await, folder)
}

async fn get(server: &Server, user: &str, resource: &str) -> Answer {
    Answer::of(server.get(&format!("/api/credentials/{resource}")).bearer_auth(server.token(user))).await
}

async fn put(server: &Server, user: &str, resource: &str, body: Value) -> Answer {
    let request = server.http.put(server.url(&format!("/api/credentials/{resource}")));
    Answer::of(request.bearer_auth(server.token(user)).json(&body)).await
}

async fn delete(server: &Server, user: &str, resource: &str) -> Answer {
    let request = server.http.delete(server.url(&format!("/api/credentials/{resource}")));
    Answer::of(request.bearer_auth(server.token(user))).await
}

/// The state without the moment.
fn state(answer: &Answer) -> Value {
    let mut body = answer.json();
    assert_eq!((answer.status, &body["success"]), (200, &json!(true)), "{body}");
    if let Some(at) = body["data"].as_object_mut().unwrap().remove("set_at_s") {
        assert!(at.as_u64().unwrap() > 1_700_000_000);
    }
    body["data"].take()
}

#[tokio::test]
async fn a_user_sets_looks_at_and_removes_their_own_and_no_answer_shows_it() {
    let (server, _folder) = server().await;
    assert_eq!(state(&get(&server, "alice", "desk").await), json!({"resource": "desk", "set": false}));
    let set = put(&server, "alice", "desk", json!({"token": "alices-token"})).await;
    let token = json!({"resource": "desk", "set": true, "type": "token"});
    assert_eq!(state(&set), token);
    let bobs = put(&server, "bob", "desk", json!({"username": "bobs-name", "password": "bobs-password"})).await;
    assert_eq!(state(&bobs), json!({"resource": "desk", "set": true, "type": "basic"}));
    let looked = get(&server, "alice", "desk").await;
    assert_eq!(state(&looked), token);
    for answer in [&set, &bobs, &looked] {
        assert!(!["alices-", "bobs-"].iter().any(|secret| answer.text.contains(secret)), "{}", answer.text);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    assert_eq!(state(&delete(&server, "bob", "desk").await), json!({"resource": "desk", "removed": true}));
    assert_eq!(state(&delete(&server, "bob", "desk").await), json!({"resource": "desk", "removed": false}));
    assert_eq!(state(&get(&server, "bob", "desk").await), json!({"resource": "desk", "set": false}));
    assert_eq!(state(&get(&server, "alice", "desk").await), token);
}

#[tokio::test]
async fn what_takes_no_credential_and_what_is_not_the_users_are_not_found_in_the_same_words() {
    let (server, _folder) = server().await;
    let mut words = std::collections::BTreeSet::new();
    for resource in ["nothing", "vault", "DESK", "desk%00", "..%2Fdesk"] {
        let body = json!({"token": "x"});
        for answer in [
            get(&server, "alice", resource).await,
            put(&server, "alice", resource, body).await,
            delete(&server, "alice", resource).await,
        ] {
            assert_eq!(answer.failure(), (404, failed("not_found", false)), "{resource}");
            words.insert(answer.json()["error"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(words.len(), 1, "{words:?}");
    let scoped = server.token_with(json!({"sub": "alice", "scope": "vault:read"}));
    let answer = Answer::of(server.get("/api/credentials/vault").bearer_auth(scoped)).await;
    assert_eq!(state(&answer), json!({"resource": "vault", "set": false}));
    let without = Server::start().await;
    assert_eq!(get(&without, "alice", "desk").await.failure(), (404, failed("not_found", false)));
}

#[tokio::test]
async fn a_body_that_is_no_credential_is_refused_and_not_repeated() {
    let (server, _folder) = server().await;
    let bodies = [
        json!(null),
        json!({}),
        json!("sesame"),
        json!({"token": ""}),
        json!({"token": 5}),
        json!({"token": "sesame\r\nX-Other: 1"}),
        json!({"token": "sesame", "username": "sesame"}),
        json!({"token": "sesame", "user": "bob"}),
        json!({"username": "sesame"}),
        json!({"username": "a:b", "password": "sesame"}),
        json!({"token": {"sesame": "sesame"}}),
    ];
    for body in bodies {
        let answer = put(&server, "alice", "desk", body.clone()).await;
        assert_eq!(answer.failure(), (400, failed("invalid_argument", false)), "{body}");
        assert!(!answer.text.contains("sesame"), "{}", answer.text);
    }
    let long = put(&server, "alice", "desk", json!({"token": "x".repeat(20_000)})).await;
    assert_eq!(long.failure(), (422, failed("limit_exceeded", false)));
    let longer = put(&server, "alice", "desk", json!({"token": "x".repeat(100_000)})).await;
    assert_eq!(longer.failure(), (413, failed("body_too_large", false)));
    assert_eq!(state(&get(&server, "alice", "desk").await), json!({"resource": "desk", "set": false}));
}
