//! The whole of MCP authorization with the Python SDK: from a 401 to a tool call, and no token is given by hand.

use serde_json::{Value, json};

use super::{free_port, serve_at};
use crate::support::peers::python;
use crate::support::providers::{BetterAuthMcp, OidcProvider, part};

const RULES: &str = "access.read.scopes = [\"notes:read\"]\naccess.write.scopes = [\"notes:read\", \"notes:write\"]";

async fn signs_in_and_calls(mut job: Value, url: &str, tool: &str, arguments: Value) -> Value {
    for (name, value) in
        [("url", json!(url)), ("user", json!("alice")), ("tool", json!(tool)), ("arguments", arguments)]
    {
        job[name] = value;
    }
    let answer = python("mcp2", "oauth.py", &job).await;
    assert!(answer.get("failed").is_none(), "{answer}");
    answer
}

fn note() -> Value {
    json!({"data": {"path": "note.txt", "content": "hello"}})
}

/// What both must have in common: asked for what the challenge names, a token for this server alone, and a result.
fn went_well(answer: &Value, resource: &str, issuer: &str) {
    assert_eq!((&answer["is_error"], &answer["structured"]["success"]), (&json!(false), &json!(true)), "{answer}");
    assert_eq!(answer["asked_resource"], resource, "{answer}");
    assert!(answer["asked_scope"].as_str().is_some_and(|asked| asked.contains("notes:read")), "{answer}");
    let claims = part(answer["token"].as_str().expect("a token"), 1);
    assert_eq!(claims["iss"], issuer);
    let aud = &claims["aud"];
    assert!(*aud == resource || aud.as_array().is_some_and(|aud| aud.contains(&json!(resource))), "{aud}");
}

#[tokio::test]
async fn with_oidc_provider() {
    let port = free_port();
    let resource = format!("http://127.0.0.1:{port}/mcp");
    let provider = OidcProvider::start(&json!({resource.as_str(): "ES256"})).await;
    let auth = format!("[auth]\nissuer = \"{}\"\naudience = \"{resource}\"", provider.url());
    let _bellhop = serve_at(port, &auth, RULES).await;
    let job = json!({"sign_in": "oidc-provider"});
    let answer = signs_in_and_calls(job, &resource, "notes_files_list", json!({})).await;
    went_well(&answer, &resource, provider.url());
    let granted = answer["granted_scope"].as_str().expect("scopes");
    assert!(!granted.contains("notes:write"), "no more than the challenge asked for: {granted}");
}

#[tokio::test]
async fn a_write_steps_up_to_the_scope_that_it_needs() {
    let port = free_port();
    let resource = format!("http://127.0.0.1:{port}/mcp");
    let provider = OidcProvider::start(&json!({resource.as_str(): "EdDSA"})).await;
    let auth = format!("[auth]\nissuer = \"{}\"\naudience = \"{resource}\"", provider.url());
    let bellhop = serve_at(port, &auth, RULES).await;
    let job = json!({"sign_in": "oidc-provider", "client": {"client_id": "app", "issuer": provider.url()}});
    let answer = signs_in_and_calls(job, &resource, "notes_files_create", note()).await;
    went_well(&answer, &resource, provider.url());
    assert_eq!(answer["sign_ins"], 2, "{answer}");
    assert!(answer["granted_scope"].as_str().is_some_and(|granted| granted.contains("notes:write")), "{answer}");
    assert!(bellhop.home.path().join("users/alice/note.txt").exists());
}

/// oidc-provider holds a client to the scopes that it registered with, and the SDK registers with those of the first
/// challenge. So a client that registers itself must be told of all that it will need.
#[tokio::test]
async fn a_client_that_registers_itself_asks_for_what_configuration_names() {
    let port = free_port();
    let resource = format!("http://127.0.0.1:{port}/mcp");
    let provider = OidcProvider::start(&json!({resource.as_str(): "RS256"})).await;
    let sections = format!(
        "[auth]\nissuer = \"{}\"\naudience = \"{resource}\"\n[server]\nscopes_supported = [\"notes:read\", \"notes:write\"]",
        provider.url()
    );
    let bellhop = serve_at(port, &sections, RULES).await;
    let job = json!({"sign_in": "oidc-provider"});
    let answer = signs_in_and_calls(job, &resource, "notes_files_create", note()).await;
    went_well(&answer, &resource, provider.url());
    assert_eq!(answer["sign_ins"], 1, "{answer}");
    assert!(bellhop.home.path().join("users/alice/note.txt").exists());
}

#[tokio::test]
async fn with_better_auth() {
    let port = free_port();
    let resource = format!("http://127.0.0.1:{port}/mcp");
    let provider = BetterAuthMcp::start(&resource).await;
    let auth = format!("[auth]\nissuer = \"{}\"\naudience = \"{resource}\"", provider.issuer());
    let _bellhop = serve_at(port, &auth, RULES).await;
    let job = json!({"sign_in": "better-auth"});
    let answer = signs_in_and_calls(job, &resource, "notes_files_list", json!({})).await;
    went_well(&answer, &resource, &provider.issuer());
}
