use serde_json::{Value, json};

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
