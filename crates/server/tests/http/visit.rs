//! A call that needs the user to open an address first, at every door.

use serde_json::{Value, json};

use super::mcp::{ask, legacy, modern, modern_with_meta};
use super::resource::VISIT;
use super::server::{Answer, Server};
use super::stdio::Client;

fn call() -> Value {
    json!({"name": "desk_fail", "arguments": {"kind": "not_connected"}})
}

fn url_mode() -> Value {
    let meta = "io.modelcontextprotocol/clientCapabilities";
    json!({meta: {"elicitation": {"url": {}}}})
}

/// The tool's own failure, which every client understands.
fn assert_said(result: &Value) {
    let envelope = &result["structuredContent"];
    assert_eq!(result["isError"], true, "{result}");
    assert_eq!((&envelope["code"], &envelope["visit"]), (&json!("not_connected"), &json!(VISIT)));
    assert!(result["content"][0]["text"].as_str().unwrap().contains(VISIT));
}

#[tokio::test]
async fn a_client_that_opens_addresses_is_asked_to() {
    let server = Server::start().await;
    let token = server.token("alice");
    let (status, body) = ask(modern_with_meta(&server, &token, "tools/call", call(), url_mode())).await;
    let mut result = body["result"].clone();
    result.as_object_mut().unwrap().remove("_meta");
    let request = json!({"method": "elicitation/create", "params": {
        "mode": "url", "message": "It failed as it was told to.", "url": VISIT,
        // The SDK writes this member of the revision before; 2026-07-28 has none and lets others be.
        "elicitationId": ""
    }});
    assert_eq!((status, result), (200, json!({"resultType": "input_required", "inputRequests": {"visit": request}})));
}

#[tokio::test]
async fn who_was_asked_and_comes_back_without_is_told_and_not_asked_for_ever() {
    let server = Server::start().await;
    let token = server.token("alice");
    for action in ["accept", "decline", "cancel"] {
        let mut params = call();
        params["inputResponses"] = json!({"visit": {"action": action}});
        let (status, body) = ask(modern_with_meta(&server, &token, "tools/call", params, url_mode())).await;
        assert_eq!(status, 200, "{body}");
        assert_said(&body["result"]);
    }
}

#[tokio::test]
async fn a_client_that_cannot_open_addresses_is_told_in_words() {
    let server = Server::start().await;
    let token = server.token("alice");
    let (_, body) = ask(modern(&server, &token, "tools/call", call())).await;
    assert_said(&body["result"]);
    let form = json!({"io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}}});
    let (_, body) = ask(modern_with_meta(&server, &token, "tools/call", call(), form)).await;
    assert_said(&body["result"]);
    for version in ["2025-06-18", "2025-11-25"] {
        let (_, body) = ask(legacy(&server, &token, version, "tools/call", call())).await;
        assert_said(&body["result"]);
    }
}

#[tokio::test]
async fn an_older_client_that_opens_addresses_gets_the_error_of_its_revision() {
    let mut client = Client::of("alice").await;
    client.greet_with("2025-11-25", json!({"elicitation": {"url": {}}})).await;
    let mut error = client.ask("tools/call", call()).await["error"].clone();
    let id = error["data"]["elicitations"][0]["elicitationId"].take();
    assert!(id.as_str().is_some_and(|id| !id.is_empty()), "{error}");
    let asked = json!({"mode": "url", "elicitationId": null, "url": VISIT, "message": "It failed as it was told to."});
    let data = json!({"elicitations": [asked]});
    assert_eq!(error, json!({"code": -32042, "message": "It failed as it was told to.", "data": data}));
    client.end().await;
    let mut client = Client::of("alice").await;
    client.greet_with("2025-06-18", json!({"elicitation": {"url": {}}})).await;
    assert_said(&client.ask("tools/call", call()).await["result"]);
    client.end().await;
}

#[tokio::test]
async fn the_chat_names_the_address_in_its_words_and_apart() {
    let server = Server::start().await;
    let message = json!({"message": "run fail with kind=not_connected"});
    let answer = Answer::of(server.post("/api/agents/chat").bearer_auth(server.token("alice")).json(&message)).await;
    let body = answer.json();
    assert_eq!(body["visit"], VISIT, "{body}");
    assert!(body["response"].as_str().unwrap().ends_with(VISIT), "{body}");
}
