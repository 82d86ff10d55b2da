//! What was made for models passes as it is.

mod documents;
mod rounds;
mod stage;
mod streams;
mod tools;

use gateway::{Names, Options};
use serde_json::{Value, json};

use super::{ask, modern, modern_with_meta};
use crate::server::Server;

/// A resource with bare names and one with its own before them.
async fn two_stages() -> Server {
    Server::with_gateway(stage::gateway(&[("bare", Names::Bare), ("west", Names::Prefixed)], Options::default())).await
}

async fn result(server: &Server, user: &str, method: &str, params: Value) -> Value {
    let (status, body) = ask(named(modern(server, &server.token(user), method, params.clone()), &params)).await;
    assert_eq!(status, 200, "{method}: {body}");
    body["result"].clone()
}

async fn error(server: &Server, user: &str, method: &str, params: Value) -> (i64, Value) {
    let (_, body) = ask(named(modern(server, &server.token(user), method, params.clone()), &params)).await;
    (body["error"]["code"].as_i64().unwrap_or_else(|| panic!("{body}")), body["error"]["data"].clone())
}

/// Documents are named in a header too.
fn named(request: reqwest::RequestBuilder, params: &Value) -> reqwest::RequestBuilder {
    match params.get("uri").and_then(Value::as_str) {
        Some(uri) => request.header("mcp-name", uri),
        None => request,
    }
}

/// A call by a client that can show forms.
async fn call(server: &Server, user: &str, params: Value) -> Value {
    let can = json!({"io.modelcontextprotocol/clientCapabilities": {"elicitation": {}}});
    ask(modern_with_meta(server, &server.token(user), "tools/call", params, can)).await.1
}
