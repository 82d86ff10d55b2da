//! HTTP APIs that nobody here wrote, with accounts of their own: two users, each of whom sees and changes what is
//! theirs, through MCP and chat.

mod better_auth;
mod faults;
mod kinto;

use serde_json::{Value, json};

use crate::support::{Bellhop, http};

/// What the built-in model answers to this user.
async fn chat(bellhop: &Bellhop, token: &str, message: &str) -> Value {
    let request = http().post(format!("{}/api/agents/chat", bellhop.url)).bearer_auth(token);
    let response = request.json(&json!({"message": message})).send().await.expect("an answer");
    assert_eq!(response.status(), 200, "{message}");
    response.json().await.expect("JSON")
}
