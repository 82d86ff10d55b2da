//! The suite that every connector must pass.

use std::sync::Arc;

use serde_json::json;

use crate::support::{RESOURCE, bench, object};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_of_every_connector_passes() {
    let bench = bench().await;
    // Users name files as they like, also as somebody else names his. Names this short are not taken for a mark of
    // their owner; the contents are.
    for user in ["alice", "bob"] {
        let initial = &user[..1];
        bench.put(user, &format!("{initial}.md"), format!("what {user} thinks"));
        bench.put(user, &format!("{initial}/b.c"), format!("what {user} hides"));
        bench.put(user, "both.md", format!("the same name for {user}"));
    }
    let (alice, bob) = (testkit::caller("alice").await, testkit::caller("bob").await);
    let root = bench.root.path().to_str().unwrap().to_owned();
    let mut subject = testkit::suite::Subject::new(Arc::new(bench.files), RESOURCE, alice, bob);
    subject.secrets = vec![root.clone()];
    subject.internals = vec![root, "os error".into()];
    subject.sample_create = Box::new(|_, number| {
        Some(object(json!({"path": format!("{number}-x"), "content": format!("sample number {number}")})))
    });
    let report = testkit::suite::run(subject).await;
    assert!(report.calls > 100, "{report}");
}
