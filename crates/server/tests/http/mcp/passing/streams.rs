use std::time::Duration;

use futures::StreamExt;
use gateway::{Names, Options};
use serde_json::{Value, json};

use super::{stage, two_stages};
use crate::mcp::{modern, modern_with_meta};
use crate::server::{Answer, Server};

fn events(text: &str) -> Vec<Value> {
    text.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data:")?.trim()).ok()).collect()
}

#[tokio::test]
async fn lines_and_progress_come_on_the_requests_own_stream_as_far_as_they_are_wanted() {
    let server = two_stages().await;
    let said = async |meta: Value| {
        let call = json!({"name": "talk", "arguments": {}});
        let answer = Answer::of(modern_with_meta(&server, &server.token("alice"), "tools/call", call, meta)).await;
        let events = if answer.text.starts_with('{') { vec![answer.json()] } else { events(&answer.text) };
        let methods = events.iter().map(|event| event["method"].as_str().unwrap_or("answer").to_owned());
        methods.collect::<Vec<_>>().join(" ").replace("notifications/", "")
    };
    let level = |level: &str| json!({"io.modelcontextprotocol/logLevel": level});
    assert_eq!(said(json!({})).await, "answer");
    assert_eq!(said(level("error")).await, "answer");
    assert_eq!(said(level("warning")).await, "message message answer");
    assert_eq!(said(json!({"progressToken": 1})).await, "progress progress progress answer");
    let mut both = level("debug");
    both["progressToken"] = json!(1);
    assert_eq!(said(both).await, "progress message progress message progress message answer");
}

/// Reads a stream until its text says `until`.
async fn read(response: reqwest::Response, until: &str) -> String {
    let (mut text, mut stream) = (String::new(), response.bytes_stream());
    let reading = async {
        while !text.contains(until) {
            text.push_str(std::str::from_utf8(&stream.next().await.unwrap().unwrap()).unwrap());
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reading).await.unwrap();
    text
}

fn listening(server: &Server, token: &str) -> reqwest::RequestBuilder {
    let wanted = json!({"notifications": {"toolsListChanged": true}});
    modern(server, token, "subscriptions/listen", wanted)
}

#[tokio::test]
async fn who_listens_is_told_what_changes_and_nothing_else() {
    let server = two_stages().await;
    let stream = listening(&server, &server.token("alice")).send().await.unwrap();
    let url = server.url("/api/tools/change");
    let (http, token) = (server.http.clone(), server.token("bob"));
    let change = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        http.post(url).bearer_auth(token).json(&json!({})).send().await.unwrap().status()
    });
    let text = read(stream, "tools/list_changed").await;
    assert_eq!(change.await.unwrap(), 200);
    let told = events(&text);
    let methods: Vec<_> = told.iter().map(|event| event["method"].as_str().unwrap()).collect();
    assert_eq!(methods, ["notifications/subscriptions/acknowledged", "notifications/tools/list_changed"]);
    for event in &told {
        assert_eq!(event["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 1, "{event}");
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_users_token_and_there_are_not_too_many() {
    let options = Options { streams_max: 1, ..Options::default() };
    let server = Server::with_gateway(stage::gateway(&[("bare", Names::Bare)], options)).await;
    let short =
        server.issuer.token(json!({"sub": "alice"}).as_object().unwrap().clone(), Duration::from_secs(3)).unwrap();
    let first = listening(&server, &short).send().await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let second = read(listening(&server, &short).send().await.unwrap(), "\"error\"").await;
    assert!(second.contains("Too many streams"), "{second}");
    let first = read(first, "\"result\"").await;
    assert!(!first.contains("list_changed"), "{first}");
}
