use super::{Folder, RecordKind, Slot, StoreError, StoreKey, id_of, new_key, open, slot, text_of, token};

#[tokio::test]
async fn a_wrong_key_opens_nothing_and_the_error_names_the_right_one() {
    let (folder, right, wrong) = (Folder::new(), new_key(), new_key());
    let store = folder.open(&right, "").await.unwrap();
    store.set_credential(&slot("billing", "alice"), &token("alice's")).await.unwrap();
    let error = folder.open(&wrong, "").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the credential store has records that were sealed with the key {}, and the keys given are {}. Set \
             BELLHOP_STORE_KEY to that key, or give it in BELLHOP_STORE_KEYS_OLD",
            id_of(&right),
            id_of(&wrong)
        )
    );
}

#[tokio::test]
async fn a_process_that_lacks_the_newer_key_says_so_and_changes_nothing() {
    let (folder, old, new) = (Folder::new(), new_key(), new_key());
    let behind = folder.open(&old, "").await.unwrap();
    behind.set_credential(&slot("billing", "alice"), &token("first")).await.unwrap();
    let ahead = folder.open(&new, &old).await.unwrap();
    ahead.set_credential(&slot("billing", "bob"), &token("bob's")).await.unwrap();
    // What it can open it may still read; what it cannot be sure of it does not answer.
    assert_eq!(text_of(&behind, &slot("billing", "alice")).await.as_deref(), Some("first"));
    let (bob, alice) = (slot("billing", "bob"), slot("billing", "alice"));
    let refusals = [
        behind.credential(&bob).await.unwrap_err(),
        behind.set_credential(&alice, &token("second")).await.unwrap_err(),
        behind.remove(&alice).await.unwrap_err(),
        behind.list().await.unwrap_err(),
        behind.rotate().await.unwrap_err(),
    ];
    for refusal in refusals {
        assert!(matches!(&refusal, StoreError::UnknownKey { needed, .. } if *needed == id_of(&new)), "{refusal}");
    }
    assert_eq!(text_of(&ahead, &alice).await.as_deref(), Some("first"));
}

#[tokio::test]
async fn rotation_keeps_all_and_needs_the_old_keys_no_more() {
    let (folder, oldest, old, new) = (Folder::new(), new_key(), new_key(), new_key());
    let first = folder.open(&oldest, "").await.unwrap();
    for number in 0..300 {
        let user = format!("user-{number}");
        first.set_credential(&slot("billing", &user), &token(&format!("of {user}"))).await.unwrap();
    }
    let second = folder.open(&old, &oldest).await.unwrap();
    for number in 300..600 {
        let user = format!("user-{number}");
        second.set_credential(&slot("billing", &user), &token(&format!("of {user}"))).await.unwrap();
    }
    let before = second.list().await.unwrap();
    let third = folder.open(&new, &format!("{old}, {oldest}")).await.unwrap();
    assert_eq!(third.rotate().await.unwrap(), 600);
    assert_eq!(third.rotate().await.unwrap(), 0);
    let alone = folder.open(&new, "").await.unwrap();
    let after = alone.list().await.unwrap();
    let told = |entries: &[bellhop_credentials::Entry]| -> Vec<_> {
        entries.iter().map(|entry| (entry.slot.clone().unwrap(), entry.what.clone(), entry.set_at_s)).collect()
    };
    assert_eq!(told(&before), told(&after));
    for number in 0..600 {
        let user = format!("user-{number}");
        assert_eq!(text_of(&alone, &slot("billing", &user)).await, Some(format!("of {user}")));
    }
    assert!(matches!(folder.open(&old, &oldest).await, Err(StoreError::UnknownKey { .. })));
}

#[tokio::test]
async fn what_is_set_again_is_there_once_whatever_key_sealed_it_before() {
    let (folder, old, new) = (Folder::new(), new_key(), new_key());
    folder.open(&old, "").await.unwrap().set_credential(&slot("billing", "alice"), &token("old")).await.unwrap();
    let store = folder.open(&new, &old).await.unwrap();
    store.set_credential(&slot("billing", "alice"), &token("new")).await.unwrap();
    assert_eq!(store.list().await.unwrap().len(), 1);
    assert_eq!(text_of(&store, &slot("billing", "alice")).await.as_deref(), Some("new"));
    assert!(store.remove(&slot("billing", "alice")).await.unwrap());
    assert!(!store.remove(&slot("billing", "alice")).await.unwrap());
}

#[tokio::test]
async fn postgres_keeps_the_same_promises() {
    let server = testkit::postgres::Postgres::shared().await;
    let place = bellhop_credentials::Place::Database(server.create_database("credentials").await.into());
    let (old, new) = (new_key(), new_key());
    let first = open(&place, &old, "").await.unwrap();
    let connection = Slot { kind: RecordKind::Connection, ..slot("billing", "alice") };
    first.set_credential(&slot("billing", "alice"), &token("alice's")).await.unwrap();
    first.put(&connection, "oauth", b"{}").await.unwrap();
    first.set_credential(&slot("billing", "bob"), &token("bob's")).await.unwrap();
    assert!(first.remove(&slot("billing", "bob")).await.unwrap());
    assert!(matches!(open(&place, &new, "").await, Err(StoreError::UnknownKey { .. })));
    let second = open(&place, &new, &old).await.unwrap();
    assert_eq!(second.rotate().await.unwrap(), 2);
    assert!(matches!(first.credential(&slot("billing", "alice")).await, Err(StoreError::UnknownKey { .. })));
    assert_eq!(text_of(&second, &slot("billing", "alice")).await.as_deref(), Some("alice's"));
    let kinds: Vec<_> = second.list().await.unwrap().into_iter().map(|entry| entry.what).collect();
    assert_eq!(kinds, ["token", "oauth"]);
    let lease = second.lease(&connection, super::TIMEOUT).await.unwrap().unwrap();
    assert!(second.lease(&connection, super::TIMEOUT).await.unwrap().is_none());
    assert!(second.put_leased(&lease, "oauth", b"[]").await.unwrap());
}

#[test]
fn only_thirty_two_bytes_in_base64_are_a_key() {
    let key = new_key();
    let url_safe = key.replace('+', "-").replace('/', "_");
    assert_eq!(id_of(&key), id_of(url_safe.trim_end_matches('=')));
    for text in ["", "secret", &key[..40], &format!("{key}{key}"), &"0".repeat(64)] {
        assert!(matches!(StoreKey::parse(text), Err(StoreError::Key)), "{text:?} was taken");
    }
}
