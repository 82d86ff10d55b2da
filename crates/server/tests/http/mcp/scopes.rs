use serde_json::json;

use super::{ask, legacy, modern};
use crate::server::{Answer, Server};

#[tokio::test]
async fn a_missing_scope_is_403_in_every_revision_and_names_all_that_the_call_needs() {
    let server = Server::start().await;
    let token = server.token("alice");
    let call = || json!({"name": "vault_notes_create", "arguments": {"data": {"text": "x"}}});
    for request in [
        modern(&server, &token, "tools/call", call()),
        legacy(&server, &token, "2025-11-25", "tools/call", call()),
        legacy(&server, &token, "2025-06-18", "tools/call", call()),
    ] {
        let answer = Answer::of(request).await;
        let challenge = answer.header("www-authenticate");
        assert_eq!(answer.status, 403, "{}", answer.text);
        assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
        assert!(challenge.contains("scope=\"vault:read vault:write\""), "{challenge}");
        assert!(challenge.contains("/.well-known/oauth-protected-resource/mcp\""), "{challenge}");
        assert_eq!(answer.json()["id"], 1);
    }
}

#[tokio::test]
async fn with_the_scopes_the_same_call_is_done() {
    let server = Server::start().await;
    let token = server.token_with(json!({"sub": "alice", "scope": "vault:read vault:write"}));
    let call = json!({"name": "vault_notes_create", "arguments": {"data": {"text": "x"}}});
    let (status, body) = ask(modern(&server, &token, "tools/call", call)).await;
    assert_eq!((status, &body["result"]["isError"]), (200, &json!(false)));
}
