//! What is not a message is answered in the words of JSON-RPC, with 400, and never with a panic.

use serde_json::{Value, json};

use super::{ask, legacy, modern, raw, refused};
use crate::server::{Answer, Server};

#[tokio::test]
async fn a_body_that_is_no_message_is_400_with_the_code_of_json_rpc() {
    let server = Server::start().await;
    let token = server.token("alice");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_params = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{"a":{deep}}}}}"#);
    for (body, code, id) in [
        ("", -32700, Value::Null),
        ("{", -32700, Value::Null),
        ("nonsense", -32700, Value::Null),
        ("[1,", -32700, Value::Null),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"} x", -32700, Value::Null),
        (&deep_params, -32600, json!(1)),
        ("[]", -32600, Value::Null),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600, Value::Null),
        ("1", -32600, Value::Null),
        ("null", -32600, Value::Null),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600, Value::Null),
        (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600, Value::Null),
        (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600, Value::Null),
        (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600, json!(1)),
        (r#"{"id":"x","method":"ping"}"#, -32600, json!("x")),
        (r#"{"jsonrpc":"2.0","id":1}"#, -32600, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":5}"#, -32600, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}"#, -32600, Value::Null),
        (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, -32600, Value::Null),
        (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, -32600, Value::Null),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[1]}"#, -32602, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":null}"#, 0, json!(1)),
    ] {
        if code == 0 {
            assert_eq!(ask(raw(&server, &token, body.to_owned())).await.0, 200, "{body}");
            continue;
        }
        let shown: String = body.chars().take(80).collect();
        assert_eq!(refused(raw(&server, &token, body.to_owned())).await, (400, code, id), "{shown}");
    }
}

#[tokio::test]
async fn bytes_that_are_not_utf8_are_not_json() {
    let server = Server::start().await;
    let request = raw(&server, &server.token("alice"), String::new())
        .body(b"{\"jsonrpc\":\"2.0\",\"id\":\"\xff\",\"method\":\"ping\"}".to_vec());
    assert_eq!(refused(request).await.1, -32700);
}

#[tokio::test]
async fn parameters_that_the_method_does_not_take_are_invalid_params() {
    let server = Server::start().await;
    let token = server.token("alice");
    for params in [
        json!({}),
        json!({"name": 5}),
        json!({"arguments": {}}),
        json!({"name": "desk_notes_list", "arguments": [1]}),
        json!({"name": "desk_notes_list", "arguments": "x"}),
    ] {
        let (_, code, id) = refused(legacy(&server, &token, "2025-11-25", "tools/call", params.clone())).await;
        assert_eq!((code, id), (-32602, json!(1)), "{params}");
    }
    let call = json!({"name": "desk_notes_list", "arguments": [1]});
    assert_eq!(refused(modern(&server, &token, "tools/call", call)).await.1, -32602);
    let (_, code, _) =
        refused(raw(&server, &token, r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#.into())).await;
    assert_eq!(code, -32602);
    let (_, code, _) = refused(legacy(&server, &token, "2025-11-25", "tools/list", json!({"cursor": 5}))).await;
    assert_eq!(code, -32602);
    for cursor in [json!(5), Value::Null] {
        let list = modern(&server, &token, "tools/list", json!({"cursor": cursor}));
        assert_eq!(refused(list).await.1, -32602, "{cursor}");
    }
}

#[tokio::test]
async fn get_and_delete_are_405() {
    let server = Server::start().await;
    for method in [reqwest::Method::GET, reqwest::Method::DELETE, reqwest::Method::PUT] {
        let request = server.http.request(method, server.url("/mcp")).bearer_auth(server.token("alice"));
        let answer = Answer::of(request.header("accept", "text/event-stream")).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
        assert_eq!(answer.json()["code"], "method_not_allowed");
    }
}

#[tokio::test]
async fn whatever_can_be_read_may_be_accepted() {
    let server = Server::start().await;
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string();
    let post = || {
        server
            .post("/mcp")
            .bearer_auth(server.token("alice"))
            .header("content-type", "application/json")
            .body(list.clone())
    };
    assert_eq!(ask(post()).await.0, 200);
    for accept in ["*/*", "application/json", "text/event-stream", "application/*", "text/html, application/json;q=0.5"]
    {
        assert_eq!(ask(post().header("accept", accept)).await.0, 200, "{accept}");
    }
    for accept in ["text/html", "application/json;q=0"] {
        assert_eq!(ask(post().header("accept", accept)).await.0, 406, "{accept}");
    }
    let text =
        server.post("/mcp").bearer_auth(server.token("alice")).header("content-type", "text/plain").body(list.clone());
    assert_eq!(ask(text).await.0, 415);
}

#[tokio::test]
async fn a_page_or_a_name_that_is_not_ours_is_forbidden() {
    let server = Server::start().await;
    let list = || legacy(&server, &server.token("alice"), "2025-11-25", "tools/list", json!({}));
    let port = server.address.port();
    for origin in ["http://evil.example", "https://localhost.evil.example", "null", "nonsense", "file://"] {
        let (status, body) = ask(list().header("origin", origin)).await;
        assert_eq!((status, &body["error"]["code"]), (403, &json!(-32600)), "{origin} {body}");
    }
    for host in ["evil.example", "evil.example:8000", "localhost.evil.example"] {
        assert_eq!(ask(list().header("host", host)).await.0, 403, "{host}");
    }
    for origin in ["http://localhost", "http://localhost:3000", "http://127.0.0.1:9", "http://[::1]:5173"] {
        assert_eq!(ask(list().header("origin", origin)).await.0, 200, "{origin}");
    }
    for host in [format!("localhost:{port}"), "127.0.0.1".into(), "[::1]:80".into()] {
        assert_eq!(ask(list().header("host", &host)).await.0, 200, "{host}");
    }
}

#[tokio::test]
async fn what_configuration_names_is_let_in() {
    let config = bellhop_server::Config {
        public_url: Some("https://mcp.example.com".into()),
        cors_origins: vec!["https://app.example.com".into()],
        allowed_hosts: vec!["inside:8000".into()],
        ..Default::default()
    };
    let server = Server::with(config, Default::default()).await;
    let list = || legacy(&server, &server.token("alice"), "2025-11-25", "tools/list", json!({}));
    for origin in ["https://app.example.com", "https://mcp.example.com"] {
        assert_eq!(ask(list().header("origin", origin)).await.0, 200, "{origin}");
    }
    for origin in ["https://app.example.com:8443", "http://app.example.com", "https://example.com"] {
        assert_eq!(ask(list().header("origin", origin)).await.0, 403, "{origin}");
    }
    for (host, status) in [("mcp.example.com", 200), ("MCP.example.com", 200), ("inside:8000", 200), ("inside:9", 403)]
    {
        assert_eq!(ask(list().header("host", host)).await.0, status, "{host}");
    }
}
