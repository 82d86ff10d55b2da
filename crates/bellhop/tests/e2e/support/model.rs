use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A model behind an OpenAI-compatible address that calls one tool and then repeats what the tool said.
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

struct Plan {
    tool: String,
    arguments: Value,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl FakeModel {
    /// A model that calls the first tool whose name ends in `tool`.
    pub(crate) async fn calling(tool: &str, arguments: Value) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let plan = Arc::new(Plan { tool: tool.to_owned(), arguments, seen: Arc::clone(&seen) });
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
    let tools = body["tools"].as_array().into_iter().flatten().filter_map(|tool| tool["function"]["name"].as_str());
    let tool = tools.into_iter().find(|name| name.ends_with(&plan.tool)).map(str::to_owned);
    let told = body["messages"].as_array().into_iter().flatten().rfind(|message| message["role"] == "tool").cloned();
    let (message, finish) = match (told, tool) {
        (None, Some(tool)) => {
            let function = json!({"name": tool, "arguments": plan.arguments.to_string()});
            let call = json!({"id": "call_1", "type": "function", "function": function});
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
