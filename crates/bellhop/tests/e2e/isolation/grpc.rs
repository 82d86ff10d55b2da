//! The same over gRPC: what ties a call to its user there is each one's own key, and a field of the request.

use serde_json::{Value, json};
use testkit::grpc::Notes;

use super::attack::attack;
use super::judge::Findings;
use super::target::Target;
use crate::support::Bellhop;
use crate::support::grpc::{config, token};

/// Notes of both users; Alice's can be recognised wherever they turn up, but for her numbers: what Bob writes into a
/// field that anybody may fill, he sees again.
fn notes() -> Vec<(&'static str, Value)> {
    let note = |user: &'static str, nth: u32| {
        let (id, title, body) = match user {
            "alice" => ("a11ce000", format!("ALICE-03{nth:02}"), format!("words ALICE-09{nth:02}")),
            _ => ("b0b00000", format!("his {nth:02}"), format!("words of his {nth:02}")),
        };
        let id = format!("{id}-0000-4000-8000-0000000000{nth:02}");
        (user, json!({"id": id, "title": title, "body": body, "revision": 1, "stars": 50 + nth}))
    };
    (1..=8).flat_map(|nth| [note("alice", nth), note("bob", nth)]).collect()
}

fn snapshot(server: &Notes) -> Vec<String> {
    server.kept("alice").iter().map(Value::to_string).collect()
}

async fn attacked(tools: &str) -> Findings {
    let mut server = Notes::start().await;
    server.begin_with(&notes()).await;
    let bellhop = Bellhop::serve(&config(&server, tools)).await;
    let before = snapshot(&server);
    let settle = async |target: &Target, findings: &mut Findings| {
        findings.compare(&target.name(), &before, &snapshot(&server));
        server.begin_with(&notes()).await;
    };
    let findings = attack(&bellhop.mcp(&token("alice")), &bellhop.mcp(&token("bob")), "", settle).await;
    eprintln!("{}", findings.summary());
    findings
}

#[tokio::test]
async fn typed_tools_over_grpc_keep_users_apart() {
    attacked("typed").await.assert_clean_after(500);
}

#[tokio::test]
async fn universal_tools_over_grpc_keep_users_apart() {
    attacked("universal").await.assert_clean_after(500);
}
