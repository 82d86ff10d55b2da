use reqwest::{Client, Response, StatusCode};
use serde_json::{Map, Value, json};

const REVISION: &str = "2026-07-28";

/// A client of `/mcp` that says exactly what a test wants, by the revision 2026-07-28.
#[derive(Clone)]
pub(crate) struct Mcp {
    url: String,
    token: Option<String>,
    http: Client,
}

impl Mcp {
    pub(crate) fn new(base: &str, token: Option<&str>) -> Self {
        Self { url: format!("{base}/mcp"), token: token.map(str::to_owned), http: super::http() }
    }

    /// Posts one request and gives the HTTP answer.
    pub(crate) async fn post(&self, method: &str, params: &Value) -> Response {
        let mut params = params.clone();
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": REVISION,
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": "bellhop-tests", "version": "1"},
        });
        let mut request = self.http.post(&self.url).header("accept", "application/json, text/event-stream");
        request = request.header("mcp-protocol-version", REVISION).header("mcp-method", method);
        if let Some(name) = params["name"].as_str() {
            request = request.header("mcp-name", name);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        request.json(&body).send().await.expect("the server answers")
    }

    /// The JSON-RPC answer, result or error.
    pub(crate) async fn ask(&self, method: &str, params: &Value) -> Value {
        let response = self.post(method, params).await;
        let (status, text) = (response.status(), response.text().await.expect("an answer has a body"));
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{method} answered {status}: {text}"))
    }

    /// All tools, page by page.
    pub(crate) async fn tools(&self) -> Vec<Value> {
        let (mut all, mut params) = (Vec::new(), json!({}));
        loop {
            let answer = self.ask("tools/list", &params).await;
            let Some(page) = answer["result"]["tools"].as_array() else { panic!("no tools in {answer}") };
            all.extend(page.iter().cloned());
            match answer["result"].get("nextCursor").and_then(Value::as_str) {
                Some(cursor) => params = json!({"cursor": cursor}),
                None => return all,
            }
        }
    }

    /// The names of all tools.
    pub(crate) async fn tool_names(&self) -> Vec<String> {
        self.tools().await.iter().map(|tool| tool["name"].as_str().expect("a tool has a name").to_owned()).collect()
    }

    /// Calls a tool and gives the whole JSON-RPC answer.
    pub(crate) async fn call_raw(&self, tool: &str, arguments: &Value) -> Value {
        self.ask("tools/call", &json!({"name": tool, "arguments": arguments})).await
    }

    /// Calls a tool and gives its envelope: `{"success": …}`.
    pub(crate) async fn call(&self, tool: &str, arguments: &Value) -> Map<String, Value> {
        let answer = self.call_raw(tool, arguments).await;
        match &answer["result"]["structuredContent"] {
            Value::Object(envelope) => envelope.clone(),
            _ => panic!("{tool} answered no envelope: {answer}"),
        }
    }

    /// The same where it must succeed: its data.
    pub(crate) async fn data(&self, tool: &str, arguments: &Value) -> Value {
        let mut envelope = self.call(tool, arguments).await;
        assert_eq!(envelope["success"], true, "{tool} failed: {envelope:?}");
        envelope.remove("data").unwrap_or_default()
    }

    /// The status that a tool call without further ado gets.
    pub(crate) async fn status(&self) -> (StatusCode, Option<String>) {
        let response = self.post("tools/list", &json!({})).await;
        let challenge = response.headers().get("www-authenticate");
        (response.status(), challenge.map(|value| value.to_str().expect("a challenge is text").to_owned()))
    }
}
