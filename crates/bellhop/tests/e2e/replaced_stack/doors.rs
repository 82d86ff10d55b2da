use serde_json::json;

use super::{chat, folders};
use crate::support::{Bellhop, fixtures};

#[tokio::test]
async fn an_unsigned_bypass_token_opens_nothing_unless_asked_for() {
    let bellhop = Bellhop::demo().await;
    let token = bellhop.token("alice");
    let unsigned = format!("{}.bypass-signature", token.rsplit_once('.').expect("three parts").0);
    assert_eq!(bellhop.mcp(&unsigned).status().await.0, 401);
}

#[tokio::test]
async fn bad_expired_and_missing_tokens_are_401_at_every_door() {
    let (bellhop, _root) = folders().await;
    let good = fixtures::token("alice");
    let expired = fixtures::token_with("alice", &json!({"exp": 1_700_000_000}));
    let bad = format!("{}x", &good[..good.len() - 1]);
    for token in [Some(bad), Some(expired), Some(String::new()), None] {
        for (method, door) in [
            ("POST", "/mcp"),
            ("POST", "/api/agents/chat"),
            ("GET", "/api/tools"),
            ("POST", "/api/tools/notes_files_list"),
        ] {
            let method = method.parse().expect("a method");
            let mut request = crate::support::http().request(method, format!("{}{door}", bellhop.url));
            if let Some(token) = &token {
                request = request.header("authorization", format!("Bearer {token}"));
            }
            let response = request.json(&json!({"message": "hello"})).send().await.expect("the server answers");
            assert_eq!(response.status(), 401, "{door} with {token:?}");
            let challenge =
                response.headers().get("www-authenticate").unwrap_or_else(|| panic!("{door}: no challenge"));
            assert!(challenge.to_str().is_ok_and(|text| text.starts_with("Bearer")), "{challenge:?}");
        }
    }
}

#[tokio::test]
async fn a_token_that_names_no_user_is_refused() {
    let (bellhop, _root) = folders().await;
    for changes in [json!({"sub": null}), json!({"sub": null, "email": "a@example.com"}), json!({"sub": true})] {
        assert_eq!(bellhop.mcp(&fixtures::token_with("alice", &changes)).status().await.0, 401, "{changes}");
    }
}

#[tokio::test]
async fn the_chat_takes_json_and_names_the_tools_it_used() {
    let bellhop = Bellhop::demo().await;
    let answer = chat(&bellhop, &bellhop.token("alice"), "show my last 3 orders").await;
    let response = answer["response"].as_str().expect("a response");
    assert!(["104", "103", "102"].iter().all(|id| response.contains(id)) && !response.contains("203"), "{answer}");
    let used = &answer["tools_used"][0];
    assert!(used["tool"].as_str().is_some_and(|name| name.contains("list")), "{answer}");
    assert_eq!((&used["success"], &used["effect"]), (&json!(true), &json!("read")), "{answer}");
    assert!(
        used["duration_ms"].is_number() && answer["agent_used"].is_string() && answer["request_id"].is_string(),
        "{answer}"
    );
}
