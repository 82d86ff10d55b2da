//! MCP over two streams, for the one user whose toolbox it is.

use std::time::Duration;

use bellhop_server::serve_io;
use gateway::Door;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;

pub(super) struct Client {
    input: Option<WriteHalf<DuplexStream>>,
    output: Lines<BufReader<ReadHalf<DuplexStream>>>,
    serving: JoinHandle<Result<(), bellhop_server::StdioError>>,
    seen: std::sync::Arc<super::resource::Seen>,
}

impl Client {
    pub(super) async fn of(user: &str) -> Self {
        let (gateway, seen) = super::server::gateway(gateway::Options::default());
        let toolbox = gateway.toolbox(testkit::caller(user).await, Door::Stdio);
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let (input, output) = tokio::io::split(theirs);
        let serving = tokio::spawn(serve_io(toolbox, input, output));
        let (output, input) = tokio::io::split(ours);
        Self { input: Some(input), output: BufReader::new(output).lines(), serving, seen }
    }

    async fn say(&mut self, message: Value) {
        let line = format!("{message}\n");
        self.input.as_mut().unwrap().write_all(line.as_bytes()).await.unwrap();
    }

    async fn hear(&mut self) -> Value {
        let line = tokio::time::timeout(Duration::from_secs(10), self.output.next_line()).await.expect("an answer");
        serde_json::from_str(&line.unwrap().expect("a line")).unwrap()
    }

    pub(super) async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.say(json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})).await;
        self.hear().await
    }

    async fn greet(&mut self) {
        self.greet_with("2025-11-25", json!({})).await;
    }

    pub(super) async fn greet_with(&mut self, version: &str, capabilities: Value) {
        let client = json!({"name": "t", "version": "1"});
        let params = json!({"protocolVersion": version, "capabilities": capabilities, "clientInfo": client});
        let answer = self.ask("initialize", params).await;
        assert_eq!(answer["result"]["protocolVersion"], version);
        self.say(json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
    }

    pub(super) async fn end(mut self) {
        let mut input = self.input.take().unwrap();
        input.shutdown().await.unwrap();
        drop(input);
        // Calls under way have five seconds to be answered.
        let ended = tokio::time::timeout(Duration::from_secs(10), self.serving).await.expect("it ends with its input");
        ended.unwrap().unwrap();
    }
}

fn modern(mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {}
    });
    params
}

#[tokio::test]
async fn both_beginnings_lead_to_the_users_own_tools() {
    let call = || json!({"name": "desk_notes_create", "arguments": {"data": {"text": "milk"}}});
    let mut old = Client::of("alice").await;
    old.greet().await;
    let tools = old.ask("tools/list", json!({})).await;
    assert!(tools["result"]["tools"].as_array().unwrap().iter().any(|tool| tool["name"] == "desk_notes_list"));
    assert_eq!(old.ask("tools/call", call()).await["result"]["structuredContent"]["id"], 1);
    old.end().await;

    let mut new = Client::of("alice").await;
    let discovered = new.ask("server/discover", modern(json!({}))).await;
    assert_eq!(discovered["result"]["capabilities"], json!({"tools": {}}), "{discovered}");
    let called = new.ask("tools/call", modern(call())).await;
    assert_eq!(called["result"]["structuredContent"]["id"], 1);
    assert_eq!(called["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "bellhop");
    new.end().await;
}

#[tokio::test]
async fn a_missing_scope_is_said_in_the_envelope_where_there_is_no_http() {
    let mut client = Client::of("alice").await;
    client.greet().await;
    let call = json!({"name": "vault_notes_list", "arguments": {}});
    let result = &client.ask("tools/call", call).await["result"];
    assert_eq!(
        (&result["isError"], &result["structuredContent"]["code"]),
        (&json!(true), &json!("insufficient_scope"))
    );
    assert!(result["structuredContent"]["error"].as_str().unwrap().contains("vault:read"));
    client.end().await;
}

#[tokio::test]
async fn a_request_that_is_taken_back_is_cancelled() {
    let mut client = Client::of("alice").await;
    client.greet().await;
    let call = json!({"name": "desk_slow", "arguments": {"ms": 20_000}});
    client.say(json!({"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": call})).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    client.say(json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}})).await;
    assert_eq!(client.ask("ping", json!({})).await["result"], json!({}));
    super::server::wait_until_dropped(&client.seen, 1).await;
    client.end().await;
}

#[tokio::test]
async fn the_end_of_the_input_ends_it_whenever_it_comes() {
    Client::of("alice").await.end().await;
    let mut client = Client::of("alice").await;
    client.greet().await;
    let call = json!({"name": "desk_slow", "arguments": {"ms": 20_000}});
    client.say(json!({"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": call})).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let seen = client.seen.clone();
    client.end().await;
    super::server::wait_until_dropped(&seen, 1).await;
}

#[tokio::test]
async fn what_was_asked_before_the_end_of_the_input_is_answered() {
    let mut client = Client::of("alice").await;
    client.greet().await;
    let call = json!({"name": "desk_slow", "arguments": {"ms": 300}});
    client.say(json!({"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": call})).await;
    client.input.take().unwrap().shutdown().await.unwrap();
    assert_eq!(client.hear().await["result"]["structuredContent"]["data"], "done");
    client.serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_line_that_is_no_message_does_no_harm() {
    let mut client = Client::of("alice").await;
    client.greet().await;
    client.input.as_mut().unwrap().write_all(b"nonsense\n{\n[]\n\n").await.unwrap();
    client.say(json!({"jsonrpc": "2.0", "id": 9, "method": "ping"})).await;
    let mut answer = client.hear().await;
    while answer["id"] != 9 {
        answer = client.hear().await;
    }
    assert_eq!(answer["result"], json!({}));
    client.end().await;
}
