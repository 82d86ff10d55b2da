use std::time::Duration;

use super::{Folder, RecordKind, Slot, new_key, slot};

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_record_is_leased_to_one_at_a_time() {
    let (folder, key) = (Folder::new(), new_key());
    let (one, other) = (folder.open(&key, "").await.unwrap(), folder.open(&key, "").await.unwrap());
    let alice = Slot { kind: RecordKind::Connection, ..slot("billing", "alice") };
    assert!(one.lease(&alice, LONG).await.unwrap().is_none(), "there is nothing to lease yet");
    one.put(&alice, "oauth", b"1").await.unwrap();
    let lease = one.lease(&alice, LONG).await.unwrap().unwrap();
    assert!(other.lease(&alice, LONG).await.unwrap().is_none());
    one.give_back(lease).await.unwrap();
    let lease = other.lease(&alice, LONG).await.unwrap().unwrap();
    assert!(other.put_leased(&lease, "oauth", b"2").await.unwrap());
    assert!(!other.put_leased(&lease, "oauth", b"3").await.unwrap(), "a lease is good for one change");
    assert!(one.lease(&alice, LONG).await.unwrap().is_some());
}

#[tokio::test]
async fn what_was_removed_or_set_anew_meanwhile_is_not_replaced() {
    let (folder, key) = (Folder::new(), new_key());
    let store = folder.open(&key, "").await.unwrap();
    let alice = Slot { kind: RecordKind::Connection, ..slot("billing", "alice") };
    store.put(&alice, "oauth", b"1").await.unwrap();
    let lease = store.lease(&alice, LONG).await.unwrap().unwrap();
    store.remove(&alice).await.unwrap();
    assert!(!store.put_leased(&lease, "oauth", b"2").await.unwrap());
    assert!(store.get(&alice).await.unwrap().is_none());
    store.put(&alice, "oauth", b"3").await.unwrap();
    assert!(!store.put_leased(&lease, "oauth", b"4").await.unwrap());
}

#[tokio::test]
async fn a_lease_of_one_who_died_runs_out() {
    let (folder, key) = (Folder::new(), new_key());
    let store = folder.open(&key, "").await.unwrap();
    let alice = Slot { kind: RecordKind::Connection, ..slot("billing", "alice") };
    store.put(&alice, "oauth", b"1").await.unwrap();
    let dead = store.lease(&alice, Duration::from_millis(50)).await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_millis(80)).await;
    let lease = store.lease(&alice, LONG).await.unwrap().unwrap();
    assert!(!store.put_leased(&dead, "oauth", b"2").await.unwrap());
    assert!(store.put_leased(&lease, "oauth", b"3").await.unwrap());
}

#[tokio::test]
async fn only_what_was_seen_is_removed_and_what_is_taken_is_told() {
    let folder = Folder::new();
    let store = folder.open(&new_key(), "").await.unwrap();
    let alice = slot("notes", "alice");
    store.put(&alice, "oauth", b"first").await.unwrap();
    let seen = store.get(&alice).await.unwrap().unwrap();
    store.put(&alice, "oauth", b"second").await.unwrap();
    assert!(!store.remove_if(&alice, &seen).await.unwrap());
    let seen = store.get(&alice).await.unwrap().unwrap();
    assert!(store.remove_if(&alice, &seen).await.unwrap());
    assert!(!store.remove_if(&alice, &seen).await.unwrap());

    store.put(&alice, "oauth", b"third").await.unwrap();
    let taken = store.take(&alice).await.unwrap().unwrap().unwrap();
    assert!(::secrecy::ExposeSecret::expose_secret(&taken.secret).starts_with(b"third"));
    assert!(store.take(&alice).await.unwrap().is_none());
}
