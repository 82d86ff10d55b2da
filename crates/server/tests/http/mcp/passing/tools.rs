use gateway::{GatewayError, Names, Options};
use serde_json::{Value, json};

use super::{error, result, stage, two_stages};
use crate::mcp::{MODERN, ask, modern, raw};
use crate::server::Server;

#[tokio::test]
async fn a_tool_is_listed_as_its_resource_shows_it() {
    let server = two_stages().await;
    let listed = result(&server, "alice", "tools/list", json!({})).await;
    let tool = |name: &str| listed["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == name).cloned();
    let draw = json!({
        "name": "draw",
        "title": "To draw",
        "description": "draw:\nin two lines.",
        "inputSchema": {"type": "object", "properties": {}, "$comment": "kept"},
        "outputSchema": {"type": "object", "properties": {"n": {"type": "integer"}}},
        "annotations": {"readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": true},
        "icons": [{"src": "https://stage.test/icon.png", "mimeType": "image/png"}],
        "_meta": {"stage/act": 1}
    });
    assert_eq!(tool("draw"), Some(draw));
    assert_eq!(tool("west_fail").unwrap().get("outputSchema"), None);
    assert_eq!(tool("book").unwrap()["inputSchema"]["properties"]["region"]["x-mcp-header"], "Region");
    assert!(tool("bare_draw").is_none() && tool("west_draw").is_some());
}

#[tokio::test]
async fn an_answer_is_the_resources_own_but_for_what_is_unsafe_and_what_only_we_can_say() {
    let server = two_stages().await;
    for (name, link) in [("draw", "stage://act/1"), ("west_draw", "bellhop://west/stage://act/1")] {
        let mut drawn = result(&server, "alice", "tools/call", json!({"name": name, "arguments": {}})).await;
        let info = drawn["_meta"].as_object_mut().unwrap().remove("io.modelcontextprotocol/serverInfo").unwrap();
        assert_eq!(info["name"], "bellhop");
        let expected = json!({
            "resultType": "complete",
            "content": [
                {"type": "text", "text": "drawn for alice"},
                {"type": "image", "data": "AAAA", "mimeType": "image/png"},
                {"type": "resource_link", "uri": link, "name": "act 1"}
            ],
            "structuredContent": {"n": 7},
            "isError": false,
            "_meta": {"stage/act": 2}
        });
        assert_eq!(drawn, expected);
    }
    let failed = result(&server, "alice", "tools/call", json!({"name": "fail"})).await;
    let words = json!([{"type": "text", "text": "The curtain is stuck."}]);
    assert_eq!((&failed["isError"], &failed["content"], failed.get("structuredContent")), (&json!(true), &words, None));
}

#[tokio::test]
async fn other_doors_have_the_envelope() {
    let server = two_stages().await;
    let drawn = server.call("alice", "draw", json!({})).await;
    assert_eq!((drawn.status, drawn.json()), (200, json!({"success": true, "data": {"n": 7}})));
    let failed = server.call("alice", "fail", json!({})).await;
    assert_eq!((failed.status, &failed.json()["error"]), (422, &json!("The curtain is stuck.")));
    assert_eq!(failed.json()["code"], "failed");
    let asked = server.call("alice", "ask", json!({})).await;
    assert_eq!((asked.status, &asked.json()["code"]), (422, &json!("input_required")));
    assert!(!asked.text.contains("round one"), "{}", asked.text);
}

#[tokio::test]
async fn the_universal_tool_gives_both() {
    let options = Options { tools: gateway::ToolsMode::Universal, ..Options::default() };
    let server = Server::with_gateway(stage::gateway(&[("bare", Names::Bare)], options)).await;
    let call = json!({"name": "invoke", "arguments": {"action": "draw", "input": {}}});
    let drawn = result(&server, "alice", "tools/call", call).await;
    assert_eq!(drawn["structuredContent"], json!({"success": true, "data": {"n": 7}}));
    assert_eq!(drawn["content"][1], json!({"type": "image", "data": "AAAA", "mimeType": "image/png"}));
}

#[tokio::test]
async fn arguments_that_are_repeated_in_headers_must_agree() {
    let server = two_stages().await;
    let call = json!({"name": "book", "arguments": {"region": "north"}});
    let ask_with = async |header: Option<&str>| {
        let request = modern(&server, &server.token("alice"), "tools/call", call.clone());
        ask(header.into_iter().fold(request, |request, value| request.header("mcp-param-region", value))).await
    };
    let (status, booked) = ask_with(Some("north")).await;
    assert_eq!((status, &booked["result"]["content"][0]["text"]), (200, &json!("north")), "{booked}");
    for header in [None, Some("south")] {
        let (status, refused) = ask_with(header).await;
        assert_eq!((status, &refused["error"]["code"]), (400, &json!(-32020)), "{header:?}: {refused}");
    }
}

#[tokio::test]
async fn a_capability_that_the_client_lacks_is_named() {
    let server = two_stages().await;
    let (code, data) = error(&server, "alice", "tools/call", json!({"name": "need"})).await;
    assert_eq!((code, data), (-32021, json!({"requiredCapabilities": {"sampling": {}}})));
}

#[tokio::test]
async fn what_there_is_is_declared() {
    let server = two_stages().await;
    let list = json!({"listChanged": true});
    let declared = json!({"logging": {}, "completions": {}, "prompts": list, "resources": list, "tools": list});
    let found = result(&server, "alice", "server/discover", json!({})).await;
    assert_eq!(found["capabilities"], declared);
    let broken: Value = json!({"jsonrpc": "2.0", "id": 1, "method": "prompts/get", "params": {"name": 7, "_meta": {
        "io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {}
    }}});
    let request = raw(&server, &server.token("alice"), broken.to_string());
    let (_, body) = ask(request.header("mcp-protocol-version", MODERN).header("mcp-method", "prompts/get")).await;
    assert_eq!(body["error"]["code"], -32602, "{body}");
}

#[test]
fn two_things_with_one_name_are_told_before_anything_is_served() {
    let twins = stage::gateway(&[("one", Names::Bare), ("two", Names::Bare)], Options::default());
    let Err(GatewayError::Clash(clash)) = twins.check_names() else { panic!("nothing clashes") };
    assert!(clash.contains("\"draw\""), "{clash}");
    let kept_apart = stage::gateway(&[("one", Names::Bare), ("two", Names::Prefixed)], Options::default());
    assert!(kept_apart.check_names().is_ok());
}
