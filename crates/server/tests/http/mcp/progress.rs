use std::time::Duration;

use serde_json::{Value, json};

use super::{legacy, modern_with_meta};
use crate::server::{Answer, Server};

fn events(answer: &Answer) -> Vec<Value> {
    assert!(answer.header("content-type").starts_with("text/event-stream"), "{answer:?}");
    answer.text.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data:")?.trim()).ok()).collect()
}

#[tokio::test]
async fn progress_only_grows_comes_before_the_answer_and_carries_the_token() {
    let server = Server::start().await;
    let call = json!({"name": "desk_steps", "arguments": {"apart_ms": 130}});
    let modern =
        modern_with_meta(&server, &server.token("alice"), "tools/call", call.clone(), json!({"progressToken": "p"}));
    let mut params = call;
    params["_meta"] = json!({"progressToken": 7});
    let legacy = legacy(&server, &server.token("alice"), "2025-11-25", "tools/call", params);
    for (request, token) in [(modern, json!("p")), (legacy, json!(7))] {
        let answer = Answer::of(request).await;
        let mut events = events(&answer);
        let last = events.pop().unwrap();
        assert_eq!((&last["id"], &last["result"]["structuredContent"]["data"]), (&json!(1), &json!("done")), "{last}");
        let done: Vec<f64> = events
            .iter()
            .map(|event| {
                let params = &event["params"];
                assert_eq!((&event["method"], &params["progressToken"]), (&json!("notifications/progress"), &token));
                assert_eq!((&params["total"], &params["message"]), (&json!(100.0), &json!("working")));
                params["progress"].as_f64().unwrap()
            })
            .collect();
        assert_eq!(done, [0.0, 10.0, 50.0, 100.0]);
    }
}

#[tokio::test]
async fn notifications_are_kept_apart() {
    let server = Server::start().await;
    let call = json!({"name": "desk_steps", "arguments": {"apart_ms": 1}});
    let request = modern_with_meta(&server, &server.token("alice"), "tools/call", call, json!({"progressToken": "p"}));
    // Three may come at once, then the answer: the fourth would have come too soon.
    assert_eq!(events(&Answer::of(request).await).len(), 4);
}

#[tokio::test]
async fn without_a_token_or_a_client_that_reads_streams_there_is_none() {
    let server = Server::start().await;
    let call = json!({"name": "desk_steps", "arguments": {"apart_ms": 1}});
    let silent = legacy(&server, &server.token("alice"), "2025-11-25", "tools/call", call.clone());
    assert_eq!(Answer::of(silent).await.json()["result"]["isError"], false);
    let mut params = call;
    params["_meta"] = json!({"progressToken": 7});
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    let only_json =
        server.post("/mcp").bearer_auth(server.token("alice")).header("accept", "application/json").json(&body);
    assert_eq!(Answer::of(only_json).await.json()["result"]["isError"], false);
}

#[tokio::test]
async fn going_away_cancels_the_call() {
    let server = Server::start().await;
    for (tool, meta, arguments) in [
        ("desk_slow", json!({}), json!({"ms": 20_000})),
        ("desk_steps", json!({"progressToken": "p"}), json!({"apart_ms": 5_000})),
    ] {
        let call = json!({"name": tool, "arguments": arguments});
        let modern = modern_with_meta(&server, &server.token("alice"), "tools/call", call.clone(), meta.clone());
        let mut params = call;
        params["_meta"] = meta;
        let legacy = legacy(&server, &server.token("alice"), "2025-11-25", "tools/call", params);
        for request in [modern, legacy] {
            let before = server.seen.dropped.load(std::sync::atomic::Ordering::SeqCst);
            let asked =
                tokio::time::timeout(Duration::from_millis(400), async { request.send().await.unwrap().text().await });
            assert!(asked.await.is_err());
            server.wait_until_dropped(before + 1).await;
        }
    }
}

#[tokio::test]
async fn a_call_that_panics_is_an_internal_error() {
    let server = Server::start().await;
    let call = legacy(
        &server,
        &server.token("alice"),
        "2025-11-25",
        "tools/call",
        json!({"name": "desk_panics", "arguments": {}}),
    );
    assert_eq!(super::refused(call).await.1, -32603);
    assert_eq!(
        server.call("alice", "desk_panics", json!({})).await.failure(),
        (500, crate::server::failed("internal", false))
    );
    assert_eq!(server.call("alice", "desk_notes_list", json!({})).await.status, 200);
}
