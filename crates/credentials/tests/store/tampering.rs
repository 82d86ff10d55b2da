use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use super::{Folder, Store, StoreError, new_key, slot, token};

/// Alice's and Bob's, and a hand that can write into the file.
async fn tampered(folder: &Folder, key: &str, sql: &str) -> Store {
    let store = folder.open(key, "").await.unwrap();
    store.set_credential(&slot("billing", "alice"), &token("alice's")).await.unwrap();
    store.set_credential(&slot("tickets", "alice"), &token("alice's other")).await.unwrap();
    store.set_credential(&slot("billing", "bob"), &token("bob's")).await.unwrap();
    let keys: Vec<(String, Vec<u8>)> = {
        let url = format!("sqlite://{}", folder.file().display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let rows: Vec<(Vec<u8>, i64)> =
            sqlx::query_as("SELECT row_key, rowid FROM bellhop_credentials").fetch_all(&mut connection).await.unwrap();
        let rows = rows
            .into_iter()
            .map(|(row_key, rowid)| (["alice", "other", "bob"][rowid as usize - 1].to_owned(), row_key))
            .collect();
        let changed = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        assert!(changed.rows_affected() > 0);
        connection.close().await.unwrap();
        rows
    };
    assert_eq!(keys.len(), 3);
    store
}

/// `(1, 2, 3)` are Alice's, Alice's for another resource, Bob's.
#[tokio::test]
async fn a_changed_or_moved_record_is_an_error_and_never_anothers() {
    let changes = [
        // A byte of the secret; of the label.
        "UPDATE bellhop_credentials SET secret = substr(secret, 1, 60) || x'00' || substr(secret, 62) WHERE rowid = 1",
        "UPDATE bellhop_credentials SET label = substr(label, 1, 60) || x'00' || substr(label, 62) WHERE rowid = 1",
        // Bob's secret, and all of Bob's record, in Alice's place; her own for another resource.
        "UPDATE bellhop_credentials SET secret = (SELECT secret FROM bellhop_credentials WHERE rowid = 3) WHERE rowid = 1",
        "UPDATE bellhop_credentials SET (secret, label) = (SELECT secret, label FROM bellhop_credentials WHERE rowid = 3) WHERE rowid = 1",
        "UPDATE bellhop_credentials SET (secret, label) = (SELECT secret, label FROM bellhop_credentials WHERE rowid = 2) WHERE rowid = 1",
        // Cut, and emptied.
        "UPDATE bellhop_credentials SET secret = substr(secret, 1, 20) WHERE rowid = 1",
        "UPDATE bellhop_credentials SET secret = x'' WHERE rowid = 1",
        // Another form.
        "UPDATE bellhop_credentials SET secret = x'02' || substr(secret, 2) WHERE rowid = 1",
    ];
    for sql in changes {
        let (folder, key) = (Folder::new(), new_key());
        let store = tampered(&folder, &key, sql).await;
        let error = store.credential(&slot("billing", "alice")).await.unwrap_err();
        assert!(matches!(error, StoreError::Changed { .. }), "{sql}: {error}");
        assert_eq!(super::text_of(&store, &slot("billing", "bob")).await.as_deref(), Some("bob's"), "{sql}");
        // No rotation passes over it, and nothing of what it began stays.
        let newer = folder.open(&new_key(), &key).await.unwrap();
        assert!(matches!(newer.rotate().await, Err(StoreError::Changed { .. })), "{sql}");
        assert_eq!(super::text_of(&store, &slot("billing", "bob")).await.as_deref(), Some("bob's"), "{sql}");
    }
}

#[tokio::test]
async fn a_changed_record_is_listed_as_such_and_can_be_removed() {
    let (folder, key) = (Folder::new(), new_key());
    let sql = "UPDATE bellhop_credentials SET label = secret WHERE rowid = 1";
    let store = tampered(&folder, &key, sql).await;
    let error = store.credential(&slot("billing", "alice")).await.unwrap_err();
    let entries = store.list().await.unwrap();
    let changed: Vec<_> = entries.iter().filter(|entry| entry.slot.is_none()).collect();
    assert_eq!((entries.len(), changed.len()), (3, 1));
    assert!(error.to_string().contains(&format!("--id {}", changed[0].id)), "{error}");
    assert!(store.remove_by_id(&changed[0].id).await.unwrap());
    assert!(!store.remove_by_id(&changed[0].id).await.unwrap());
    assert!(store.credential(&slot("billing", "alice")).await.unwrap().is_none());
    assert_eq!(store.list().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_caller_learns_nothing_internal_of_it() {
    let (folder, key) = (Folder::new(), new_key());
    let store = tampered(&folder, &key, "UPDATE bellhop_credentials SET secret = x'01' WHERE rowid = 1").await;
    let error = store.credential(&slot("billing", "alice")).await.unwrap_err().for_user();
    assert_eq!(
        (error.kind(), error.message()),
        (
            connector::ErrorKind::Internal,
            "What is stored for you here cannot be opened and is not used. Set it again, or ask the operator."
        )
    );
}
