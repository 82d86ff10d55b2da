//! Tokens of identity providers that nobody here wrote, and every way in which a token can be wrong.

mod better_auth;
mod better_auth_mcp;
mod canaille;
mod challenge;
mod faults;
mod guides;
mod issuers;
mod mcp_flow;
mod oidc_provider;
mod start;

use serde_json::json;
use tempfile::TempDir;

use crate::support::{Bellhop, process};

/// Serves a folder for each user to whoever has a token of this issuer.
async fn bellhop(auth: &str) -> Bellhop {
    serve(&format!("[auth]\n{auth}"), "").await
}

/// The same with whole sections, and rules for the folders.
async fn serve(sections: &str, rules: &str) -> Bellhop {
    let home = process::home();
    let config = config(&home, sections, rules);
    Bellhop::serve_in(home, &config).await
}

/// The configuration of a folder for each user.
fn config(home: &TempDir, sections: &str, rules: &str) -> String {
    let root = home.path().join("users");
    std::fs::create_dir_all(&root).expect("a folder can be made");
    format!("{sections}\n\n[resources.notes]\nkind = \"files\"\nroot = \"{}\"\n{rules}\n", root.display())
}

/// The same on a port that is known before the start: what tokens are for has it in its name.
async fn serve_at(port: u16, sections: &str, rules: &str) -> Bellhop {
    let home = process::home();
    let config = config(&home, sections, rules);
    std::fs::write(home.path().join("test.toml"), config).expect("the configuration can be written");
    let port = port.to_string();
    Bellhop::start(home, &["serve", "--config", "test.toml", "--port", &port, "--json"], &[]).await
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}

fn jwks(issuer: &str, audience: &str, jwks: &str) -> String {
    format!("issuer = \"{issuer}\"\naudience = \"{audience}\"\njwks = \"{jwks}\"")
}

/// Writes a note and reads it back. It lies in the folder of the user that the token was taken for.
async fn writes_a_note(bellhop: &Bellhop, token: &str, user: &str) {
    let mcp = bellhop.mcp(token);
    let text = format!("a note of {user}");
    mcp.data("notes_files_create", &json!({"data": {"path": "note.txt", "content": text}})).await;
    let note = mcp.data("notes_files_get", &json!({"identifier": "note.txt"})).await;
    assert_eq!(note["content"], text.as_str(), "{note}");
    let file = bellhop.home.path().join("users").join(connector_files::folder_name(user)).join("note.txt");
    assert_eq!(std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{} is missing", file.display())), text);
}

/// The challenge that a refused token gets, as RFC 6750 section 3 and RFC 9728 section 5.1 have it.
async fn is_refused(bellhop: &Bellhop, token: &str, why: &str) {
    let (status, challenge) = bellhop.mcp(token).status().await;
    assert_eq!(status, 401, "{why}: {token}");
    let challenge = challenge.unwrap_or_else(|| panic!("{why}: no challenge"));
    assert!(challenge.starts_with("Bearer "), "{why}: {challenge}");
    assert!(challenge.contains("error=\"invalid_token\""), "{why}: {challenge}");
    let metadata = format!("resource_metadata=\"{}/.well-known/oauth-protected-resource/mcp\"", bellhop.url);
    assert!(challenge.contains(&metadata), "{why}: {challenge}");
    for door in ["/api/tools", "/api/agents/chat"] {
        let request = crate::support::http().post(format!("{}{door}", bellhop.url)).bearer_auth(token);
        let request = if door == "/api/tools" {
            crate::support::http().get(format!("{}{door}", bellhop.url)).bearer_auth(token)
        } else {
            request.json(&json!({"message": "hello"}))
        };
        let response = request.send().await.expect("the server answers");
        assert_eq!(response.status(), 401, "{why} at {door}");
        assert!(response.headers().contains_key("www-authenticate"), "{why} at {door}: no challenge");
    }
}
