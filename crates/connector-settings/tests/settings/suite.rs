//! The suite that every connector must pass.

use std::collections::BTreeMap;

use bellhop_connector_settings::Config;
use serde_json::json;

use crate::support::{Bench, RESOURCE, object};

pub(crate) async fn passes(config: Config, secrets: &[&str]) {
    let config = Config { defaults: BTreeMap::from([("theme".into(), "light".into())]), ..config };
    let bench = Bench::open(config).await;
    for user in ["alice", "bob"] {
        let initial = &user[..1];
        bench.set(user, initial, format!("what {user} likes").into()).await;
        bench.set(user, &format!("{initial}.b"), json!({"of": format!("what {user} hides"), "n": 1})).await;
        bench.set(user, "both", format!("the same name for {user}").into()).await;
    }
    let (alice, bob) = (testkit::caller("alice").await, testkit::caller("bob").await);
    let mut subject = testkit::suite::Subject::new(bench.settings, RESOURCE, alice, bob);
    subject.secrets = secrets.iter().map(|&secret| secret.to_owned()).collect();
    subject.internals = ["redis", "nats", "$KV", "ERR", "127.0.0.1"].map(str::to_owned).to_vec();
    subject.sample_create = Box::new(|_, number| {
        Some(object(json!({"key": format!("{number}-x"), "value": format!("sample number {number}")})))
    });
    let report = testkit::suite::run(subject).await;
    assert!(report.calls > 100, "{report}");
}
