use serde_json::{Value, json};

use super::{MODERN, ask, modern, modern_with_meta, refused};
use crate::server::{Answer, Server};

#[tokio::test]
async fn discover_says_what_there_is() {
    let server = Server::start().await;
    let (status, body) = ask(modern(&server, &server.token("alice"), "server/discover", json!({}))).await;
    let result = &body["result"];
    assert_eq!(status, 200, "{body}");
    assert_eq!(result["resultType"], "complete");
    assert_eq!(result["supportedVersions"], json!(["2025-06-18", "2025-11-25", MODERN]));
    assert_eq!(result["capabilities"], json!({"tools": {}}));
    assert_eq!(result["cacheScope"], "private");
    assert!(result["ttlMs"].is_u64(), "{result}");
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "bellhop");
}

#[tokio::test]
async fn tools_are_listed_privately_in_a_fixed_order_with_everything_said_of_them() {
    let server = Server::start().await;
    let token = server.token("alice");
    let (_, first) = ask(modern(&server, &token, "tools/list", json!({}))).await;
    let (_, second) = ask(modern(&server, &token, "tools/list", json!({}))).await;
    assert_eq!(first, second);
    let result = &first["result"];
    assert_eq!((&result["resultType"], &result["cacheScope"]), (&json!("complete"), &json!("private")));
    assert!(result["ttlMs"].is_u64() && result.get("nextCursor").is_none(), "{result}");
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "bellhop");
    let tools = result["tools"].as_array().unwrap();
    let of = |name: &str| tools.iter().find(|tool| tool["name"] == name).unwrap_or_else(|| panic!("{name}"));
    for tool in tools {
        assert!(tool["title"].is_string() && tool["description"].is_string(), "{tool}");
        assert_eq!((&tool["inputSchema"]["type"], &tool["outputSchema"]["type"]), (&json!("object"), &json!("object")));
        assert!(!tool.to_string().contains("x-mcp-header"));
    }
    let hints = |name: &str| {
        let hints = &of(name)["annotations"];
        ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"]
            .map(|hint| hints[hint].as_bool().unwrap())
    };
    assert_eq!(hints("desk_notes_list"), [true, false, true, false]);
    assert_eq!(hints("desk_notes_create"), [false, false, false, false]);
    assert_eq!(hints("desk_notes_delete"), [false, true, true, false]);
}

#[tokio::test]
async fn a_call_gives_the_envelope_as_structured_content_and_as_text() {
    let server = Server::start().await;
    let call = |user: &str, tool: &str, arguments: Value| {
        modern(&server, &server.token(user), "tools/call", json!({"name": tool, "arguments": arguments}))
    };
    let (status, body) = ask(call("alice", "desk_notes_create", json!({"data": {"text": "milk"}}))).await;
    let result = &body["result"];
    assert_eq!((status, &body["id"]), (200, &json!(1)));
    let envelope = json!({"success": true, "data": {"id": 1, "text": "milk"}, "id": 1});
    assert_eq!((&result["structuredContent"], &result["isError"]), (&envelope, &json!(false)));
    assert_eq!(result["resultType"], "complete");
    assert_eq!(result["content"].as_array().unwrap().len(), 1);
    assert_eq!(serde_json::from_str::<Value>(result["content"][0]["text"].as_str().unwrap()).unwrap(), envelope);
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "bellhop");

    let (_, hers) = ask(call("alice", "desk_notes_list", json!({}))).await;
    let (_, his) = ask(call("bob", "desk_notes_list", json!({}))).await;
    assert_eq!(hers["result"]["structuredContent"]["count"], 1);
    assert_eq!(his["result"]["structuredContent"]["count"], 0);
}

#[tokio::test]
async fn a_failed_call_is_the_tools_error_and_not_the_protocols() {
    let server = Server::start().await;
    for (tool, arguments, code) in [
        ("desk_notes_list", json!({"colour": "red"}), "invalid_argument"),
        ("desk_notes_list", json!({"user_id": "bob"}), "identity_mismatch"),
        ("desk_notes_list", json!({"cursor": "made up"}), "invalid_argument"),
        ("desk_notes_get", json!({"identifier": 9}), "not_found"),
        ("desk_fail", json!({"kind": "unavailable"}), "unavailable"),
    ] {
        let call = modern(&server, &server.token("alice"), "tools/call", json!({"name": tool, "arguments": arguments}));
        let answer = Answer::of(call).await;
        let result = &answer.json()["result"];
        let envelope = &result["structuredContent"];
        assert_eq!((answer.status, &result["isError"], &envelope["code"]), (200, &json!(true), &json!(code)));
        assert_eq!(envelope["request_id"], answer.header("x-request-id"));
        assert!(!answer.text.contains("secret"));
    }
}

#[tokio::test]
async fn an_unknown_tool_and_one_of_others_are_invalid_params() {
    let server = Server::start().await;
    let call =
        |name: &str| modern(&server, &server.token("alice"), "tools/call", json!({"name": name, "arguments": {}}));
    let (status, code, id) = refused(call("nothing_at_all")).await;
    assert_eq!((status, code, id), (200, -32602, json!(1)));
}

#[tokio::test]
async fn what_is_not_declared_is_not_there() {
    let server = Server::start().await;
    for (method, params) in [
        ("prompts/list", json!({})),
        ("prompts/get", json!({"name": "x"})),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({"uri": "file:///x"})),
        (
            "completion/complete",
            json!({"ref": {"type": "ref/prompt", "name": "x"}, "argument": {"name": "a", "value": "b"}}),
        ),
        ("subscriptions/listen", json!({"notifications": {"toolsListChanged": true}})),
        ("resources/subscribe", json!({"uri": "file:///x"})),
        ("resources/unsubscribe", json!({"uri": "file:///x"})),
        ("logging/setLevel", json!({"level": "info"})),
        ("tasks/get", json!({"taskId": "x"})),
        ("skills/list", json!({})),
        ("ping", json!({})),
        ("initialize", json!({})),
        ("no/such/method", json!({})),
    ] {
        let mut request = modern(&server, &server.token("alice"), method, params.clone());
        for key in ["uri", "taskId"] {
            if let Some(value) = params.get(key).and_then(Value::as_str) {
                request = request.header("mcp-name", value);
            }
        }
        assert_eq!(refused(request).await, (404, -32601, json!(1)), "{method}");
    }
}

#[tokio::test]
async fn there_is_one_page_so_every_cursor_is_made_up() {
    let server = Server::start().await;
    for cursor in ["x", ""] {
        let list = modern(&server, &server.token("alice"), "tools/list", json!({"cursor": cursor}));
        assert_eq!(refused(list).await, (200, -32602, json!(1)), "{cursor:?}");
    }
}

#[tokio::test]
async fn headers_must_agree_with_the_body() {
    let server = Server::start().await;
    let token = server.token("alice");
    let meta =
        json!({"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {}});
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "desk_notes_list", "arguments": {}, "_meta": meta}});
    let post = |headers: &[(&'static str, &'static str)]| {
        let request = super::raw(&server, &token, call.to_string());
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    };
    let version = ("mcp-protocol-version", MODERN);
    let (method, name) = (("mcp-method", "tools/call"), ("mcp-name", "desk_notes_list"));
    assert_eq!(ask(post(&[version, method, name])).await.0, 200);
    assert_eq!(ask(post(&[version, method, ("mcp-name", "=?base64?ZGVza19ub3Rlc19saXN0?=")])).await.0, 200);
    assert_eq!(ask(post(&[version, method, name, ("mcp-param-anything", "x")])).await.0, 200);
    for wrong in [
        &[method, name][..],
        &[version, name],
        &[version, method],
        &[("mcp-protocol-version", "2025-11-25"), method, name],
        &[version, ("mcp-method", "tools/list"), name],
        &[version, method, ("mcp-name", "desk_notes_create")],
        &[version, method, name, name],
        &[version, method, method, name],
        &[version, version, method, name],
    ] {
        assert_eq!(refused(post(wrong)).await, (400, -32020, json!(1)), "{wrong:?}");
    }
}

#[tokio::test]
async fn another_revision_is_refused_with_those_there_are() {
    let server = Server::start().await;
    for version in ["2024-11-05", "2025-03-26", "2099-01-01"] {
        let meta = json!({"io.modelcontextprotocol/protocolVersion": version, "io.modelcontextprotocol/clientCapabilities": {}});
        let body = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": {"_meta": meta}});
        let request = super::raw(&server, &server.token("alice"), body.to_string())
            .header("mcp-protocol-version", version)
            .header("mcp-method", "tools/list");
        let (status, body) = ask(request).await;
        assert_eq!((status, &body["error"]["code"], &body["id"]), (400, &json!(-32022), &json!(7)), "{version} {body}");
        let data = json!({"supported": ["2025-06-18", "2025-11-25", MODERN], "requested": version});
        assert_eq!(body["error"]["data"], data);
    }
}

#[tokio::test]
async fn required_metadata_must_be_there_and_client_info_need_not() {
    let server = Server::start().await;
    let list = |meta: Value| {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}});
        super::raw(&server, &server.token("alice"), body.to_string())
            .header("mcp-protocol-version", MODERN)
            .header("mcp-method", "tools/list")
    };
    let (version, capabilities) =
        ("io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities");
    assert_eq!(ask(list(json!({version: MODERN, capabilities: {}}))).await.0, 200);
    for meta in [json!({version: MODERN}), json!({capabilities: {}}), json!({}), json!({version: 5, capabilities: {}})]
    {
        assert_eq!(refused(list(meta.clone())).await, (400, -32602, json!(1)), "{meta}");
    }
}

#[tokio::test]
async fn there_are_no_sessions() {
    let server = Server::start().await;
    let list = modern(&server, &server.token("alice"), "tools/list", json!({}))
        .header("mcp-session-id", "made-up")
        .header("last-event-id", "5");
    let answer = Answer::of(list).await;
    assert_eq!((answer.status, answer.header("mcp-session-id")), (200, ""));
}

#[tokio::test]
async fn traces_and_unknown_metadata_are_let_through() {
    let server = Server::start().await;
    let more =
        json!({"traceparent": "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01", "com.example/own": {"a": 1}});
    let list = modern_with_meta(&server, &server.token("alice"), "tools/list", json!({}), more);
    assert_eq!(ask(list).await.0, 200);
}
