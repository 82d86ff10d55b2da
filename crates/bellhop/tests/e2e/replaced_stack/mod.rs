//! The stack of scripts that Bellhop replaces failed in these ways. Each is a claim here.

mod answers;
mod doors;
mod folders;
mod identity;
mod process;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Bellhop, fixtures};

/// Folders for each user, in a house whose tokens the test signs.
async fn folders() -> (Bellhop, TempDir) {
    let root = crate::support::process::home();
    fixtures::furnish(root.path());
    let config =
        format!("{}\n[resources.notes]\nkind = \"files\"\nroot = \"{}\"\n", fixtures::auth(), root.path().display());
    (Bellhop::serve(&config).await, root)
}

async fn chat(bellhop: &Bellhop, token: &str, message: &str) -> Value {
    let request = crate::support::http().post(format!("{}/api/agents/chat", bellhop.url)).bearer_auth(token);
    let response = request.json(&json!({"message": message})).send().await.expect("the server answers");
    let (status, text) = (response.status(), response.text().await.expect("a body"));
    assert_eq!(status, 200, "{message}: {text}");
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}
