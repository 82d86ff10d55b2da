//! A GraphQL API that dies in the middle and comes back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use testkit::graphql::GraphqlServer;

use crate::support::graphql::{config, token};
use crate::support::{Bellhop, Mcp};

/// How long everything may take to be well again.
const RECOVERY: Duration = Duration::from_secs(30);
/// The longest that a call may take while the API is away.
const PATIENCE: Duration = Duration::from_secs(30);

struct Answer {
    title: Option<String>,
    envelope: Map<String, Value>,
    took: Duration,
}

/// Writes and reads without a pause until it is told to stop.
async fn work(client: Mcp, user: &'static str, number: usize, stop: Arc<AtomicBool>) -> Vec<Answer> {
    let mut answers = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let title = format!("{user} {number} {}", answers.len());
        for (tool, arguments, title) in [
            ("notes_createNote", json!({"input": {"title": title}}), Some(title.clone())),
            ("notes_notes", json!({"first": 2}), None),
        ] {
            let started = Instant::now();
            let envelope = client.call(tool, &arguments).await;
            answers.push(Answer { title, envelope, took: started.elapsed() });
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    answers
}

/// Waits until so much is written, on a machine that does much else.
async fn written(server: &GraphqlServer, count: usize) {
    let deadline = Instant::now() + 2 * RECOVERY;
    while server.written().await.len() < count {
        assert!(Instant::now() < deadline, "too little is written");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_graphql_api_that_is_killed_is_unavailable_until_it_is_back_and_nothing_is_written_twice() {
    let mut server = GraphqlServer::start().await;
    let bellhop = Bellhop::serve(&config(&server, "typed")).await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut tasks = Vec::new();
    for (number, user) in ["alice", "bob", "alice", "bob"].into_iter().enumerate() {
        tasks.push(tokio::spawn(work(bellhop.mcp(&token(user)), user, number, Arc::clone(&stop))));
    }
    written(&server, 8).await;
    server.kill().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    server.restart().await;
    let client = bellhop.mcp(&token("alice"));
    let deadline = Instant::now() + RECOVERY;
    loop {
        let envelope = client.call("notes_me", &json!({})).await;
        if envelope["success"] == true {
            break;
        }
        assert!(Instant::now() < deadline, "still not well: {envelope:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let already = server.written().await.len();
    written(&server, already + 8).await;
    stop.store(true, Ordering::Relaxed);
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await.expect("no caller panicked"));
    }
    let mut bad = 0;
    for Answer { envelope, took, .. } in &answers {
        assert!(*took < PATIENCE, "{envelope:?} took {took:?}");
        if envelope["success"] != true {
            bad += 1;
            assert_eq!(
                (&envelope["code"], &envelope["retryable"]),
                (&json!("unavailable"), &json!(true)),
                "{envelope:?}"
            );
        }
    }
    assert!(bad > 0, "nobody noticed");
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for (owner, title) in server.written().await {
        assert!(title.starts_with(&owner), "{title} is {owner}'s");
        *times.entry(title).or_default() += 1;
    }
    assert!(times.values().all(|count| *count == 1), "something was written twice: {times:?}");
    let told = answers.iter().filter(|it| it.envelope["success"] == true).filter_map(|it| it.title.as_ref());
    let told: Vec<&String> = told.collect();
    assert!(told.len() > 10, "only {} were written", told.len());
    for title in told {
        assert!(times.contains_key(title), "{title} was told as written and is not there");
    }
}
