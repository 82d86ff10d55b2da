//! What the list of tools costs a model, whatever is behind it.

use serde_json::{Value, json};
use testkit::grpc::Notes;
use testkit::mcp::McpServer;

use crate::support::fixtures::{Shop, auth, token};
use crate::support::{Bellhop, process};

/// What the shop needs beside: an action, so that the tool for actions is there in both lists.
const QUERY: &str = "queries.mine = { description = \"Whose this is.\", sql = \"SELECT :caller_id AS id\" }";

/// One more resource of each kind; `GRPC` and `MCP` stand for the servers' addresses.
const MORE: &str = r#"
[resources.notes]
kind        = "files"
root        = "files"
create_root = true

[resources.weather]
kind     = "openapi"
url      = "http://127.0.0.1:9"
document = "weather.json"
bind     = { user_id = "{caller.id}" }

[resources.preferences]
kind     = "settings"
url      = "memory:"
defaults = { theme = "light", language = "en" }

[resources.home]
kind         = "things"
descriptions = ["lamp.json"]

[resources.remote_notes]
kind = "grpc"
url  = "GRPC"
credential = { claim = "notes" }

[resources.graph]
kind   = "graphql"
url    = "http://127.0.0.1:9/graphql"
schema = "graph.graphql"
shared = true

[resources.helper]
kind   = "mcp"
url    = "MCP"
pins   = "off"
shared = true
"#;

const FILES: [(&str, &str); 3] = [
    ("graph.graphql", "type Query { book(id: ID!): Book }\ntype Book { id: ID! title: String }\n"),
    (
        "weather.json",
        r#"{"openapi": "3.1.0", "info": {"title": "Weather", "version": "1"}, "paths": {"/users/{user_id}/places": {
            "parameters": [{"name": "user_id", "in": "path", "required": true, "schema": {"type": "string"}}],
            "get": {"operationId": "listPlaces", "parameters": [{"name": "near", "in": "query", "schema": {"type": "string"}}],
                "responses": {"200": {"description": "ok"}}}}}}"#,
    ),
    (
        "lamp.json",
        r#"{"@context": "https://www.w3.org/2022/wot/td/v1.1", "id": "urn:test:lamp", "title": "Lamp", "security": "none",
            "securityDefinitions": {"none": {"scheme": "nosec"}}, "base": "virtual:users/{caller.id}",
            "properties": {"on": {"type": "boolean", "forms": [{"href": ""}]}}}"#,
    ),
];

/// Tokens of the tools as a model gets them, and how many tools.
async fn tokens(config: &str, home: tempfile::TempDir) -> (usize, usize) {
    let bellhop = Bellhop::serve_in(home, config).await;
    let listed = bellhop.mcp(&token("alice")).ask("tools/list", &json!({})).await;
    let tools = listed["result"]["tools"].as_array().unwrap_or_else(|| panic!("no tools: {listed}"));
    let shown: Vec<Value> = tools
        .iter()
        .map(|tool| json!({"name": tool["name"], "description": tool["description"], "inputSchema": tool["inputSchema"]}))
        .collect();
    let vocabulary = tiktoken_rs::o200k_base().expect("the vocabulary comes with the library");
    let text = serde_json::to_string(&shown).expect("JSON");
    (vocabulary.encode_with_special_tokens(&text).len(), tools.len())
}

#[tokio::test]
async fn the_universal_list_does_not_grow_with_the_kinds_of_resources() {
    let shop = Shop::sqlite().await;
    let (grpc, mcp) = tokio::join!(Notes::start(), McpServer::everything());
    let head = format!(
        "{}[limits]\ntools = \"universal\"\n\n[resources.shop]\nkind = \"sql\"\nurl = \"{}\"\n{}{QUERY}\n",
        auth(),
        shop.url,
        shop.config()
    );
    let home = process::home();
    for (name, text) in FILES {
        std::fs::write(home.path().join(name), text).expect("a file can be written");
    }
    let all = format!("{head}\n{}", MORE.replace("GRPC", &grpc.url()).replace("MCP", &mcp.url()));
    let (alone, tools_alone) = tokens(&head, process::home()).await;
    let (together, tools_together) = tokens(&all, home).await;
    println!(
        "one kind: {alone} tokens in {tools_alone} tools; eight kinds: {together} tokens in {tools_together} tools"
    );
    assert_eq!(tools_together, tools_alone);
    assert!(together <= alone, "{alone} tokens became {together}");
}
