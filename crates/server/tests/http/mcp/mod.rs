//! `/mcp`, in raw JSON-RPC.

mod faults;
mod legacy;
mod modern;
mod passing;
mod progress;
mod scopes;

use serde_json::{Value, json};

use super::server::{Answer, Server};

pub const MODERN: &str = "2026-07-28";

/// A request of the revision 2026-07-28, with all that it asks for.
pub fn modern(server: &Server, token: &str, method: &str, params: Value) -> reqwest::RequestBuilder {
    modern_with_meta(server, token, method, params, json!({}))
}

pub fn modern_with_meta(
    server: &Server,
    token: &str,
    method: &str,
    mut params: Value,
    more: Value,
) -> reqwest::RequestBuilder {
    let mut meta = json!({
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"}
    });
    meta.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params["_meta"] = meta;
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let request =
        raw(server, token, body.to_string()).header("mcp-protocol-version", MODERN).header("mcp-method", method);
    match params.get("name").and_then(Value::as_str) {
        Some(name) => request.header("mcp-name", name),
        None => request,
    }
}

/// A request of an earlier revision, after its handshake.
pub fn legacy(server: &Server, token: &str, version: &str, method: &str, params: Value) -> reqwest::RequestBuilder {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    raw(server, token, body.to_string()).header("mcp-protocol-version", version)
}

/// Any body.
pub fn raw(server: &Server, token: &str, body: String) -> reqwest::RequestBuilder {
    server
        .post("/mcp")
        .bearer_auth(token)
        .header("accept", "application/json, text/event-stream")
        .header("content-type", "application/json")
        .body(body)
}

/// The status and the JSON of an answer.
pub async fn ask(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = Answer::of(request).await;
    (answer.status, answer.json())
}

/// The status, and the code of the JSON-RPC error with the request's id.
pub async fn refused(request: reqwest::RequestBuilder) -> (u16, i64, Value) {
    let (status, body) = ask(request).await;
    assert!(body["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    (status, body["error"]["code"].as_i64().unwrap_or_else(|| panic!("{body}")), body["id"].clone())
}
