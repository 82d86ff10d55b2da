use serde_json::{Value, json};

use super::{ask, legacy, raw, refused};
use crate::server::{Answer, Server};

const VERSIONS: [&str; 2] = ["2025-06-18", "2025-11-25"];

fn initialize(server: &Server, version: &str) -> reqwest::RequestBuilder {
    let params =
        json!({"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
    let body = json!({"jsonrpc": "2.0", "id": "a", "method": "initialize", "params": params});
    raw(server, &server.token("alice"), body.to_string())
}

#[tokio::test]
async fn the_handshake_settles_a_revision_that_both_speak_and_makes_no_session() {
    let server = Server::start().await;
    let asked = ["2025-06-18", "2025-11-25", "2026-07-28", "2024-11-05", "2025-03-26", "2099-01-01"];
    let agreed = ["2025-06-18", "2025-11-25", "2025-11-25", "2025-11-25", "2025-11-25", "2025-11-25"];
    for (asked, agreed) in asked.into_iter().zip(agreed) {
        let answer = Answer::of(initialize(&server, asked)).await;
        let body = answer.json();
        assert_eq!((answer.status, answer.header("mcp-session-id"), &body["id"]), (200, "", &json!("a")));
        assert_eq!(body["result"]["protocolVersion"], agreed, "{asked}");
        assert_eq!(body["result"]["capabilities"], json!({"tools": {}}));
        assert_eq!(body["result"]["serverInfo"]["name"], "bellhop");
    }
    let answer = Answer::of(raw(
        &server,
        &server.token("alice"),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string(),
    ))
    .await;
    assert_eq!((answer.status, answer.text.as_str()), (202, ""));
}

#[tokio::test]
async fn tools_are_listed_and_called_in_the_shape_of_the_revision() {
    let server = Server::start().await;
    let token = server.token("alice");
    for version in VERSIONS {
        let (status, list) = ask(legacy(&server, &token, version, "tools/list", json!({}))).await;
        let result = &list["result"];
        assert_eq!(status, 200);
        assert!(result["tools"].as_array().unwrap().iter().any(|tool| tool["name"] == "desk_notes_list"));
        assert_eq!((result.get("resultType"), result.get("_meta")), (None, None), "{result}");
        let call = json!({"name": "desk_notes_list", "arguments": {}});
        let (status, called) = ask(legacy(&server, &token, version, "tools/call", call)).await;
        assert_eq!(status, 200);
        let envelope = json!({"success": true, "data": [], "count": 0, "has_more": false});
        assert_eq!(called["result"]["structuredContent"], envelope);
        assert_eq!(
            serde_json::from_str::<Value>(called["result"]["content"][0]["text"].as_str().unwrap()).unwrap(),
            envelope
        );
        assert_eq!(called["result"].get("resultType"), None);
        assert_eq!(
            ask(legacy(&server, &token, version, "ping", json!({}))).await,
            (200, json!({"jsonrpc": "2.0", "id": 1, "result": {}}))
        );
    }
}

#[tokio::test]
async fn a_call_without_arguments_is_a_call() {
    let server = Server::start().await;
    let call = legacy(&server, &server.token("alice"), VERSIONS[0], "tools/call", json!({"name": "desk_notes_list"}));
    assert_eq!(ask(call).await.1["result"]["isError"], false);
}

#[tokio::test]
async fn what_is_not_declared_is_not_there() {
    let server = Server::start().await;
    let token = server.token("alice");
    for version in VERSIONS {
        for (method, params) in [
            ("prompts/list", json!({})),
            ("prompts/get", json!({"name": "x"})),
            ("resources/list", json!({})),
            ("resources/templates/list", json!({})),
            ("resources/read", json!({"uri": "file:///x"})),
            ("resources/subscribe", json!({"uri": "file:///x"})),
            (
                "completion/complete",
                json!({"ref": {"type": "ref/prompt", "name": "x"}, "argument": {"name": "a", "value": "b"}}),
            ),
            ("logging/setLevel", json!({"level": "info"})),
            ("no/such/method", json!({})),
        ] {
            let (_, code, id) = refused(legacy(&server, &token, version, method, params)).await;
            assert_eq!((code, id), (-32601, json!(1)), "{version} {method}");
        }
    }
}

#[tokio::test]
async fn a_revision_that_only_the_header_names_is_refused_too() {
    let server = Server::start().await;
    for version in ["2024-11-05", "2025-03-26", "nonsense"] {
        let list = legacy(&server, &server.token("alice"), version, "tools/list", json!({}));
        assert_eq!(refused(list).await, (400, -32022, json!(1)), "{version}");
    }
}

#[tokio::test]
async fn a_client_that_names_no_revision_is_served() {
    let server = Server::start().await;
    let list =
        raw(&server, &server.token("alice"), json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string());
    assert_eq!(ask(list).await.0, 200);
}

#[tokio::test]
async fn an_unknown_tool_is_invalid_params_and_a_bad_argument_the_tools_error() {
    let server = Server::start().await;
    let call = |name: &str, arguments: Value| {
        legacy(
            &server,
            &server.token("alice"),
            VERSIONS[1],
            "tools/call",
            json!({"name": name, "arguments": arguments}),
        )
    };
    assert_eq!(refused(call("nothing", json!({}))).await, (200, -32602, json!(1)));
    let (_, body) = ask(call("desk_notes_list", json!({"colour": 1}))).await;
    assert_eq!(body["result"]["isError"], true);
}
