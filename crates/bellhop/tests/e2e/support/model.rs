use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A model behind an OpenAI-compatible address that calls the tools it was told to, one in each turn, and then repeats
/// what the last one said.
pub(crate) struct FakeModel {
    /// Its base address, `…/v1`.
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

/// One request that it got.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The header `Authorization`.
    pub(crate) authorization: String,
    /// The body.
    pub(crate) body: Value,
}

/// Tools, by how their names end, and their arguments.
type Calls = Vec<(String, Value)>;

struct Plan {
    /// What to call for a message that ends so; for any where it is empty.
    scripts: Vec<(String, Calls)>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl FakeModel {
    /// A model that calls the first tool whose name ends in `tool`.
    pub(crate) async fn calling(tool: &str, arguments: Value) -> Self {
        Self::scripted(vec![(String::new(), vec![(tool.to_owned(), arguments)])]).await
    }

    /// A model that answers each of these messages by these calls, one after the other.
    pub(crate) async fn following(scripts: impl IntoIterator<Item = (String, Vec<(&str, Value)>)>) -> Self {
        let owned = |calls: Vec<(&str, Value)>| calls.into_iter().map(|(tool, data)| (tool.to_owned(), data)).collect();
        Self::scripted(scripts.into_iter().map(|(message, calls)| (message, owned(calls))).collect()).await
    }

    async fn scripted(scripts: Vec<(String, Calls)>) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let plan = Arc::new(Plan { scripts, seen: Arc::clone(&seen) });
        let router = Router::new().route("/v1/chat/completions", post(answer)).with_state(plan);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let url = format!("http://{}/v1", listener.local_addr().expect("a bound port has an address"));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("the server runs") });
        Self { url, seen, task }
    }

    /// What it was asked so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no test panicked here").clone()
    }
}

impl Drop for FakeModel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(plan): State<Arc<Plan>>, headers: HeaderMap, Json(body): Json<Value>) -> Json<Value> {
    let authorization = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let seen = Seen { authorization: authorization.to_owned(), body: body.clone() };
    plan.seen.lock().expect("no test panicked here").push(seen);
    let messages = || body["messages"].as_array().into_iter().flatten();
    let asked = messages().rfind(|message| message["role"] == "user").map(|message| said(&message["content"]));
    let asked = asked.unwrap_or_default();
    let script = plan.scripts.iter().find(|(message, _)| asked.ends_with(message.as_str())).map(|(_, calls)| calls);
    let done = messages().filter(|message| message["role"] == "tool").count();
    let next = script.and_then(|calls| calls.get(done));
    let tools = || body["tools"].as_array().into_iter().flatten().filter_map(|tool| tool["function"]["name"].as_str());
    let call = next.and_then(|(wanted, arguments)| Some((tools().find(|name| name.ends_with(wanted))?, arguments)));
    let told = messages().rfind(|message| message["role"] == "tool");
    let (message, finish) = match (told, call) {
        (_, Some((tool, arguments))) => {
            let function = json!({"name": tool, "arguments": arguments.to_string()});
            let call = json!({"id": format!("call_{done}"), "type": "function", "function": function});
            (json!({"role": "assistant", "content": null, "tool_calls": [call]}), "tool_calls")
        }
        (Some(told), _) => {
            (json!({"role": "assistant", "content": format!("The tool said: {}", told["content"])}), "stop")
        }
        (None, None) => (json!({"role": "assistant", "content": "There is no such tool."}), "stop"),
    };
    Json(json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }))
}

/// The text of a message, which may be in parts.
fn said(content: &Value) -> String {
    match content {
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        one => one.as_str().unwrap_or_default().to_owned(),
    }
}
