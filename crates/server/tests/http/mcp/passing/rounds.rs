use serde_json::{Value, json};

use super::{call, error, two_stages};

const STATE: &str = "requestState";

#[tokio::test]
async fn what_a_resource_asks_passes_and_what_it_wants_back_is_sealed() {
    let server = two_stages().await;
    let params = json!({"name": "ask", "arguments": {"what": "tea", "more": 1}});
    let asked = call(&server, "alice", params).await["result"].clone();
    assert_eq!(asked["resultType"], "input_required");
    assert_eq!(asked["inputRequests"]["which"]["params"]["message"], "Which?");
    let state = asked[STATE].as_str().unwrap();
    assert!(!state.contains("round"), "{state}");
    let answers = json!({"which": {"action": "accept", "content": {"which": "green"}}});
    // The order of the arguments says nothing.
    let next = json!({"name": "ask", "arguments": {"more": 1, "what": "tea"}, "inputResponses": answers, STATE: state});
    let done = call(&server, "alice", next).await;
    let text = done["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{done}"));
    assert!(text.starts_with("alice: ") && text.contains("green") && text.ends_with(" after round one"), "{text}");
}

#[tokio::test]
async fn a_state_is_worth_nothing_to_anybody_else_and_for_anything_else() {
    let server = two_stages().await;
    let first = json!({"name": "ask", "arguments": {"what": "tea"}});
    let state = call(&server, "alice", first).await["result"][STATE].as_str().unwrap().to_owned();
    let next = |name: &str, what: &str, state: &str| json!({"name": name, "arguments": {"what": what}, "inputResponses": {}, STATE: state});
    let mut tampered = state.clone();
    let last = if tampered.pop() == Some('A') { 'B' } else { 'A' };
    tampered.push(last);
    for (user, params) in [
        ("bob", next("ask", "tea", &state)),
        ("alice", next("ask", "coffee", &state)),
        ("alice", next("west_ask", "tea", &state)),
        ("alice", next("ask", "tea", &tampered)),
        ("alice", next("ask", "tea", "made up")),
    ] {
        let refused = call(&server, user, params.clone()).await;
        assert_eq!(refused["error"]["code"], -32602, "{user} {params}: {refused}");
    }
    assert!(call(&server, "alice", next("ask", "tea", &state)).await["result"]["content"].is_array());
}

#[tokio::test]
async fn a_client_that_cannot_answer_is_not_asked() {
    let server = two_stages().await;
    let (code, data) = error(&server, "alice", "tools/call", json!({"name": "ask"})).await;
    assert_eq!((code, data), (-32021, json!({"requiredCapabilities": {"elicitation": {}}})));
    let call = json!({"name": "ask", "arguments": {}});
    let old = crate::mcp::legacy(&server, &server.token("alice"), "2025-11-25", "tools/call", call);
    let (_, body): (u16, Value) = crate::mcp::ask(old).await;
    let result = &body["result"];
    assert_eq!((&result["isError"], &result["structuredContent"]["code"]), (&json!(true), &json!("input_required")));
}
