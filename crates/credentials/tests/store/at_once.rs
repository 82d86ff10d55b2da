use std::sync::Arc;

use super::{Folder, new_key, slot, text_of, token};

/// Several that open the same file anew are what several processes are.
#[tokio::test(flavor = "multi_thread")]
async fn several_write_read_and_rotate_at_once_and_nothing_is_lost() {
    let (folder, old, new) = (Arc::new(Folder::new()), new_key(), new_key());
    folder.open(&old, "").await.unwrap().set_credential(&slot("billing", "all"), &token("first")).await.unwrap();
    let writers = (0..4).map(|writer| {
        let (folder, old, new) = (folder.clone(), old.clone(), new.clone());
        tokio::spawn(async move {
            let store = folder.open(&new, &old).await.unwrap();
            for number in 0..25 {
                let user = format!("user-{writer}-{number}");
                store.set_credential(&slot("billing", &user), &token(&user)).await.unwrap();
                store.set_credential(&slot("billing", "all"), &token(&user)).await.unwrap();
                assert_eq!(text_of(&store, &slot("billing", &user)).await, Some(user));
            }
        })
    });
    let reader = {
        let (folder, old, new) = (folder.clone(), old.clone(), new.clone());
        tokio::spawn(async move {
            let store = folder.open(&new, &old).await.unwrap();
            for _ in 0..100 {
                assert!(text_of(&store, &slot("billing", "all")).await.is_some(), "it was there all the time");
            }
        })
    };
    let rotator = {
        let (folder, old, new) = (folder.clone(), old.clone(), new.clone());
        tokio::spawn(async move {
            let store = folder.open(&new, &old).await.unwrap();
            for _ in 0..5 {
                store.rotate().await.unwrap();
            }
        })
    };
    for task in writers.chain([reader, rotator]).collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let store = folder.open(&new, "").await.unwrap();
    let entries = store.list().await.unwrap();
    assert_eq!(entries.len(), 101);
    assert!(entries.iter().all(|entry| entry.slot.is_some()));
}
