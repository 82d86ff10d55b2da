//! What a client is told that may not come in yet.

use serde_json::{Value, json};
use testkit::issuer::{AUDIENCE, Issuer};

use super::{jwks, serve};
use crate::support::Mcp;

const RULES: &str = "access.read.scopes = [\"notes:read\"]\naccess.write.scopes = [\"notes:read\", \"notes:write\"]";

#[tokio::test]
async fn the_challenge_asks_for_what_reading_needs_and_a_write_for_more() {
    let issuer = Issuer::start("EdDSA").await;
    let auth = format!("[auth]\n{}", jwks(&issuer.url(), AUDIENCE, &issuer.jwks_url()));
    let bellhop = serve(&auth, RULES).await;
    let metadata = format!("{}/.well-known/oauth-protected-resource/mcp", bellhop.url);
    let (status, challenge) = Mcp::new(&bellhop.url, None).status().await;
    let expected = format!("Bearer resource_metadata=\"{metadata}\", scope=\"notes:read\"");
    assert_eq!((status.as_u16(), challenge.as_deref()), (401, Some(expected.as_str())));
    for door in ["/api/tools", "/api/tools/notes_files_list", "/api/agents/chat"] {
        let request = crate::support::http().request(
            if door == "/api/tools" { reqwest::Method::GET } else { reqwest::Method::POST },
            format!("{}{door}", bellhop.url),
        );
        let response = request.json(&json!({})).send().await.unwrap();
        assert_eq!(response.headers()["www-authenticate"], expected.as_str(), "{door}");
    }
    let reader = issuer.token_with("alice", &json!({"scope": "notes:read"}));
    let create = json!({"name": "notes_files_create", "arguments": {"data": {"path": "a", "content": "x"}}});
    let refused = bellhop.mcp(&reader).post("tools/call", &create).await;
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap().to_owned();
    assert_eq!(refused.status(), 403);
    assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
    assert!(challenge.contains("scope=\"notes:read notes:write\""), "{challenge}");
}

#[tokio::test]
async fn behind_a_reverse_proxy_the_public_address_counts_and_is_the_audience() {
    let issuer = Issuer::start("EdDSA").await;
    let sections = format!(
        "[server]\npublic_url = \"https://api.example.com/agents/\"\nscopes_supported = [\"api://x/notes.read\"]\n\
         [auth]\nissuer = \"{}\"\njwks = \"{}\"\n",
        issuer.url(),
        issuer.jwks_url()
    );
    let bellhop = serve(&sections, RULES).await;
    let resource = "https://api.example.com/agents/mcp";
    let rights = json!({"aud": resource, "scope": "notes:read notes:write"});
    super::writes_a_note(&bellhop, &issuer.token_with("alice", &rights), "alice").await;
    let (status, challenge) = bellhop.mcp(&issuer.token("alice")).status().await;
    let challenge = challenge.unwrap();
    assert_eq!(status, 401, "a token for anybody else");
    let metadata = "https://api.example.com/.well-known/oauth-protected-resource/agents/mcp";
    assert!(challenge.contains(&format!("resource_metadata=\"{metadata}\"")), "{challenge}");
    assert!(challenge.contains("scope=\"api://x/notes.read\""), "{challenge}");
    let address = format!("{}/.well-known/oauth-protected-resource/agents/mcp", bellhop.url);
    let document: Value = crate::support::http().get(address).send().await.unwrap().json().await.unwrap();
    assert_eq!(document["resource"], resource, "{document}");
    assert_eq!(document["scopes_supported"], json!(["api://x/notes.read"]), "{document}");
}
