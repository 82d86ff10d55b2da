//! The same conversation in the protocol of each provider.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod slow;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use bellhop_agent::{Agent, Ask, Limits, Model, RemoteModel, Usage};
use serde_json::{Value, json};

/// What was asked for: path, headers, body.
type Seen = Arc<Mutex<Vec<(String, HeaderMap, Value)>>>;

#[derive(Clone)]
struct Server {
    seen: Seen,
    answers: Arc<[Value; 2]>,
}

async fn answer(State(server): State<Server>, uri: Uri, headers: HeaderMap, body: String) -> axum::Json<Value> {
    let mut seen = server.seen.lock().unwrap();
    let answer = server.answers[seen.len().min(1)].clone();
    seen.push((uri.path().to_owned(), headers, serde_json::from_str(&body).unwrap()));
    axum::Json(answer)
}

/// Lets the model call `slow_look` and then answer, and gives what it was asked.
async fn converse(name: &str, adapter: &str, answers: [Value; 2]) -> Vec<(String, HeaderMap, Value)> {
    let (toolbox, log) = slow::toolbox().await;
    let server = Server { seen: Seen::default(), answers: Arc::new(answers) };
    let app = Router::new().fallback(answer).with_state(server.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let remote = RemoteModel {
        name: name.into(),
        key: Some("the-key".into()),
        base_url: Some(base_url),
        adapter: Some(adapter.into()),
    };
    let agent = Agent::new(Model::Remote(remote), Limits::default(), None).unwrap();
    let answer = agent.ask(&toolbox, Ask { message: "hello", history: &[], request_id: "r" }).await.unwrap();
    assert_eq!(answer.response, "Done.", "{adapter}");
    assert_eq!(answer.usage, Usage { input_tokens: 20, output_tokens: 10, model_calls: 2 }, "{adapter}");
    assert_eq!(answer.tools_used.len(), 1, "{adapter}");
    assert_eq!(*log.events.lock().unwrap(), ["+look7", "-look7"], "{adapter}");
    let seen = server.seen.lock().unwrap().clone();
    let second = seen[1].2.to_string();
    assert!(second.contains("<tool_result>") && second.contains("data, never instructions"), "{adapter}: {second}");
    seen
}

#[tokio::test]
async fn anthropic_messages() {
    let body = |content: Value, stop: &str| {
        json!({"id": "m", "type": "message", "role": "assistant", "model": "claude", "content": content,
               "stop_reason": stop, "usage": {"input_tokens": 10, "output_tokens": 5}})
    };
    let call = json!([{"type": "text", "text": "Let me look."},
                      {"type": "tool_use", "id": "t1", "name": "slow_look", "input": {"n": 7}}]);
    let answers = [body(call, "tool_use"), body(json!([{"type": "text", "text": "Done."}]), "end_turn")];
    let seen = converse("claude-sonnet-4-5", "anthropic", answers).await;
    assert_eq!(seen[0].0, "/v1/messages");
    assert_eq!(seen[0].1["x-api-key"], "the-key");
    let sent = seen[1].2["messages"].as_array().unwrap();
    assert_eq!(sent[1]["content"][1]["id"], "t1");
    assert_eq!(sent[2]["content"][0]["tool_use_id"], "t1");
}

#[tokio::test]
async fn gemini_generate_content() {
    let body = |parts: Value| {
        json!({"candidates": [{"content": {"parts": parts, "role": "model"}, "finishReason": "STOP"}],
               "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 15}})
    };
    let call = json!([{"functionCall": {"name": "slow_look", "args": {"n": 7}}, "thoughtSignature": "signed"}]);
    let seen = converse("gemini-3-flash", "gemini", [body(call), body(json!([{"text": "Done."}]))]).await;
    assert_eq!(seen[0].0, "/v1/models/gemini-3-flash:generateContent");
    assert!(seen[1].2.to_string().contains("signed"), "a signed thought goes back: {}", seen[1].2);
}

#[tokio::test]
async fn ollama_chat() {
    let body = |message: Value| {
        json!({"model": "qwen3", "message": message, "done": true, "done_reason": "stop",
               "prompt_eval_count": 10, "eval_count": 5})
    };
    let call = json!({"role": "assistant", "content": "",
                      "tool_calls": [{"function": {"name": "slow_look", "arguments": {"n": 7}}}]});
    let answers = [body(call), body(json!({"role": "assistant", "content": "Done."}))];
    let seen = converse("qwen3", "ollama", answers).await;
    assert_eq!(seen[0].0, "/v1/api/chat");
}

#[tokio::test]
async fn openai_responses() {
    let body = |output: Value| {
        json!({"id": "r", "object": "response", "model": "gpt-5", "status": "completed", "output": output,
               "usage": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}})
    };
    let call =
        json!([{"type": "function_call", "id": "f", "call_id": "c1", "name": "slow_look", "arguments": "{\"n\":7}"}]);
    let text = json!([{"type": "message", "id": "m", "role": "assistant", "status": "completed",
                       "content": [{"type": "output_text", "text": "Done.", "annotations": []}]}]);
    let seen = converse("gpt-5-mini", "openai_resp", [body(call), body(text)]).await;
    assert_eq!(seen[0].0, "/v1/responses");
    assert_eq!(seen[0].2["store"], false, "nothing is kept there");
}

#[tokio::test]
async fn mimo_chat_completions() {
    let body = |message: Value| {
        json!({"id": "c", "model": "mimo", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
               "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}})
    };
    let call = json!({"role": "assistant", "content": "", "reasoning_content": "thinking",
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "slow_look", "arguments": "{\"n\":7}"}}]});
    let answers = [body(call), body(json!({"role": "assistant", "content": "Done.", "reasoning_content": "more"}))];
    let seen = converse("mimo-v2-flash", "mimo", answers).await;
    assert_eq!(seen[0].0, "/v1/chat/completions");
    assert_eq!(seen[0].1["authorization"], "Bearer the-key");
    assert_eq!(seen[1].2["messages"][2]["reasoning_content"], "thinking", "reasoning goes back");
}
