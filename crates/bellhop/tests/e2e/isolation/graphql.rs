//! The same over a GraphQL API: what ties a call to its user there is each one's own key.

use serde_json::{Value, json};
use testkit::graphql::GraphqlServer;

use super::attack::attack;
use super::judge::Findings;
use super::target::Target;
use crate::support::Bellhop;
use crate::support::graphql::{config, token};

/// Notes of both users; Alice's can be recognised wherever they turn up.
fn notes(user: &str) -> Vec<Value> {
    let note = |nth: u32| match user {
        "alice" => {
            json!({"id": format!("a11ce000-0000-4000-8000-0000000000{nth:02}"), "title": format!("ALICE-03{nth:02}"),
            "text": format!("words ALICE-09{nth:02}"), "state": "OPEN", "tags": [format!("ALICE-05{nth:02}")]})
        }
        _ => json!({"id": format!("b0b00000-0000-4000-8000-0000000000{nth:02}"), "title": format!("his {nth:02}"),
            "text": format!("words of his {nth:02}"), "state": "OPEN", "tags": [format!("tag {nth:02}")]}),
    };
    (1..=7).map(note).collect()
}

async fn refill(server: &GraphqlServer) {
    for user in ["alice", "bob"] {
        server.put(user, &notes(user)).await;
    }
}

async fn snapshot(server: &GraphqlServer) -> Vec<String> {
    server.notes("alice").await.iter().map(Value::to_string).collect()
}

async fn attacked(tools: &str) -> Findings {
    let server = GraphqlServer::start().await;
    refill(&server).await;
    let bellhop = Bellhop::serve(&config(&server, tools)).await;
    let before = snapshot(&server).await;
    let settle = async |target: &Target, findings: &mut Findings| {
        findings.compare(&target.name(), &before, &snapshot(&server).await);
        refill(&server).await;
    };
    let findings = attack(&bellhop.mcp(&token("alice")), &bellhop.mcp(&token("bob")), "", settle).await;
    eprintln!("{}", findings.summary());
    findings
}

#[tokio::test]
async fn typed_tools_over_graphql_keep_users_apart() {
    attacked("typed").await.assert_clean_after(300);
}

#[tokio::test]
async fn universal_tools_over_graphql_keep_users_apart() {
    attacked("universal").await.assert_clean_after(300);
}
