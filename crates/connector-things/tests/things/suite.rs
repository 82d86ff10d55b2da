use std::sync::Arc;

use testkit::suite;

use crate::support::{HOME, config, home};

#[tokio::test(flavor = "multi_thread")]
async fn things_pass_the_suite_that_all_connectors_pass() {
    // A device that tells of itself is not the same from one look to the next.
    let mut quiet = config();
    quiet.history.items_max = 0;
    let connector: Arc<dyn connector::Connector> = Arc::new(home(quiet).await);
    let (alice, bob) = (testkit::caller("alice").await, testkit::caller("bob").await);
    let report = suite::run(suite::Subject::new(connector, HOME, alice, bob)).await;
    assert!(report.calls > 100, "{report:?}");
}
