use std::time::Duration;

use agent::RemoteModel;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use super::server::{Answer, Server, failed};

fn ask(server: &Server, user: &str, body: Value) -> reqwest::RequestBuilder {
    server.post("/api/agents/chat").bearer_auth(server.token(user)).json(&body)
}

#[tokio::test]
async fn an_answer_has_the_keys_that_front_ends_know() {
    let server = Server::start().await;
    let answer = Answer::of(ask(&server, "alice", json!({"message": "list notes"}))).await;
    let body = answer.json();
    assert_eq!(answer.status, 200, "{body}");
    assert!(body["response"].is_string() && body["agent_used"].is_string() && body["tools_used"].is_array(), "{body}");
    assert!(body.as_object().unwrap().contains_key("usage"));
    assert_eq!(body["request_id"], answer.header("x-request-id"));
}

#[tokio::test]
async fn what_is_no_question_is_400_with_a_way_out() {
    let server = Server::start().await;
    for body in [
        json!({}),
        json!([]),
        json!("hello"),
        Value::Null,
        json!({"message": ""}),
        json!({"message": "  \n"}),
        json!({"message": 5}),
        json!({"message": ["hello"]}),
        json!({"message": null}),
        json!({"message": "x".repeat(1_000_000)}),
        json!({"message": "x", "history": "y"}),
        json!({"message": "x", "history": [{"role": "system", "content": "y"}]}),
        json!({"message": "x", "history": [{"role": "user"}]}),
    ] {
        let answer = Answer::of(ask(&server, "alice", body.clone())).await;
        assert_eq!(answer.failure(), (400, failed("invalid_argument", false)), "{body}");
    }
    let text = server.post("/api/agents/chat").bearer_auth(server.token("alice")).body("hello");
    assert_eq!(Answer::of(text).await.failure(), (415, failed("unsupported_media_type", false)));
}

#[tokio::test]
async fn history_is_taken_and_other_members_are_left_alone() {
    let server = Server::start().await;
    let history = json!([{"role": "user", "content": "hello"}, {"role": "assistant", "text": "hello"}]);
    for history in [history, Value::Null] {
        let body = json!({"message": "list notes", "history": history, "conversation_id": "x"});
        assert_eq!(Answer::of(ask(&server, "alice", body)).await.status, 200);
    }
}

#[tokio::test]
async fn two_users_get_answers_from_their_own_things() {
    let server = Server::start().await;
    server.call("alice", "desk_notes_create", json!({"data": {"text": "buy milk for alice"}})).await;
    server.call("bob", "desk_notes_create", json!({"data": {"text": "call mother of bob"}})).await;
    for (user, theirs, others) in [("alice", "buy milk", "mother"), ("bob", "call mother", "milk")] {
        let body = Answer::of(ask(&server, user, json!({"message": "list notes"}))).await.json();
        let response = body["response"].as_str().unwrap();
        assert!(response.contains(theirs) && !response.contains(others), "{user}: {response}");
        assert_eq!(
            (&body["agent_used"], body["tools_used"].as_array().unwrap().len()),
            (&json!("built-in"), 1),
            "{body}"
        );
        let used = &body["tools_used"][0];
        let expected =
            json!({"tool": "desk_notes_list", "effect": "read", "success": true, "duration_ms": used["duration_ms"]});
        assert_eq!(used, &expected);
    }
    let metrics = Answer::of(server.get("/metrics")).await.text;
    assert!(metrics.contains("bellhop_tool_calls_total{door=\"chat\",outcome=\"ok\"} 2"), "{metrics}");
}

/// A provider that takes a connection and never answers.
async fn silent_model() -> (RemoteModel, TcpListener) {
    let provider = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v1", provider.local_addr().unwrap());
    let model = RemoteModel {
        name: "silent".into(),
        key: Some("key".into()),
        base_url: Some(base_url),
        ..RemoteModel::default()
    };
    (model, provider)
}

#[tokio::test]
async fn going_away_stops_the_agent() {
    let (model, provider) = silent_model().await;
    let server = Server::with_model(model).await;
    let asking = tokio::spawn(ask(&server, "alice", json!({"message": "hello"})).send());
    let (mut connection, _) = tokio::time::timeout(Duration::from_secs(5), provider.accept()).await.unwrap().unwrap();
    asking.abort();
    let end = async { while connection.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {} };
    tokio::time::timeout(Duration::from_secs(5), end).await.expect("the model is no longer asked");
}

#[tokio::test]
async fn a_model_that_is_away_is_503() {
    let (model, provider) = silent_model().await;
    drop(provider);
    let server = Server::with_model(model).await;
    let answer = Answer::of(ask(&server, "alice", json!({"message": "hello"}))).await;
    assert_eq!(answer.failure(), (503, failed("model_unavailable", true)));
}
