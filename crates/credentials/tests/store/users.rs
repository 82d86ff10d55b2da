use std::sync::Arc;

use bellhop_credentials::StoreSource;
use testkit::caller;
use upstream::{Credential, CredentialSource};

use super::{Folder, RecordKind, Slot, new_key, slot, text_of, token};

#[tokio::test]
async fn each_caller_gets_their_own_and_nobody_elses() {
    let folder = Folder::new();
    let store = Arc::new(folder.open(&new_key(), "").await.unwrap());
    store.set_credential(&slot("billing", "alice"), &token("alice's \"key\" \\ ü")).await.unwrap();
    let basic = Credential::Basic { username: "bob".into(), password: "bob's".to_owned().into() };
    store.set_credential(&slot("billing", "bob"), &basic).await.unwrap();
    store.set_credential(&slot("tickets", "alice"), &token("another")).await.unwrap();
    let source = StoreSource::new(store.clone(), "billing");
    let given = |credential: Option<Credential>| match credential {
        Some(Credential::Token(token)) => token.expose().to_owned(),
        Some(Credential::Basic { username, password }) => format!("{username}:{}", password.expose()),
        None => unreachable!("it says how to get one instead"),
    };
    let mut told = Vec::new();
    for user in ["alice", "bob", "carol", "Alice", "alice "] {
        told.push(match source.credential(&caller(user).await).await {
            Ok(credential) => given(credential),
            Err(error) => error.kind().code().to_owned(),
        });
    }
    assert_eq!(told, ["alice's \"key\" \\ ü", "bob:bob's", "not_connected", "not_connected", "not_connected"]);
}

#[tokio::test]
async fn the_same_id_of_another_issuer_is_another_user() {
    let folder = Folder::new();
    let store = folder.open(&new_key(), "").await.unwrap();
    let one = slot("billing", "alice");
    // The same letters in other parts.
    let others = [
        Slot { issuer: "https://issuer.tes".into(), user: "talice".into(), ..one.clone() },
        Slot { issuer: "https://other.test".into(), ..one.clone() },
        Slot { kind: RecordKind::Connection, ..one.clone() },
        Slot { resource: "billin".into(), issuer: "ghttps://issuer.test".into(), ..one.clone() },
    ];
    store.set_credential(&one, &token("hers")).await.unwrap();
    for other in &others {
        assert_eq!(text_of(&store, other).await, None, "{other:?}");
    }
}

#[tokio::test]
async fn a_credential_has_a_bound() {
    let folder = Folder::new();
    let store = folder.open(&new_key(), "").await.unwrap();
    let error = store.set_credential(&slot("billing", "alice"), &token(&"x".repeat(17_000))).await.unwrap_err();
    assert_eq!(error.to_string(), "this is longer than 16384 bytes, the most that one credential may have");
    assert_eq!(store.list().await.unwrap().len(), 0);
}
