use serde_json::json;
use testkit::mcp::McpServer;
use testkit::suite::{Subject, run};

use crate::support::open;

#[tokio::test]
async fn a_server_whose_arguments_are_bound_passes_the_suite() {
    let (server, folder) = (McpServer::notes(&[]).await, tempfile::tempdir().unwrap());
    let config = json!({"url": server.url(), "shared": true, "bind": {"user_id": "{caller.id}"}, "exclude": ["die"]});
    let mcp = open(config, folder.path()).await.unwrap();
    let (alice, bob) = (testkit::caller("alice").await, testkit::caller("bob").await);
    let report = run(Subject::new(mcp, "peer", alice, bob)).await;
    assert!(report.calls > 50, "{report}");
}
