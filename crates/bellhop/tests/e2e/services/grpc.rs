//! A gRPC server that dies in the middle of calls and comes back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use testkit::grpc::Notes;

use crate::support::grpc::{config, token};
use crate::support::{Bellhop, Mcp};

/// How long everything may take to be well again.
const RECOVERY: Duration = Duration::from_secs(30);
/// The longest that a call may take while the server is away.
const PATIENCE: Duration = Duration::from_secs(30);

struct Answer {
    title: Option<String>,
    envelope: Map<String, Value>,
    took: Duration,
}

/// Creates, lists and watches without a pause until it is told to stop.
async fn work(client: Mcp, user: &'static str, number: usize, stop: Arc<AtomicBool>) -> Vec<Answer> {
    let mut answers = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let title = format!("{user} {number} {}", answers.len());
        for (tool, arguments, title) in [
            ("rpc_Notes_CreateNote", json!({"title": title}), Some(title.clone())),
            ("rpc_Notes_ListNotes", json!({"pageSize": 2}), None),
            ("rpc_Notes_WatchNotes", json!({"count": 3, "pauseMs": 20}), None),
        ] {
            let started = Instant::now();
            let envelope = client.call(tool, &arguments).await;
            answers.push(Answer { title, envelope, took: started.elapsed() });
        }
    }
    answers
}

fn all(server: &Notes) -> usize {
    server.kept("alice").len() + server.kept("bob").len()
}

/// Waits until there are so many notes, on a machine that does much else.
async fn written(server: &Notes, count: usize) {
    let deadline = Instant::now() + 2 * RECOVERY;
    while all(server) < count {
        assert!(Instant::now() < deadline, "too little is written");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_grpc_server_that_is_killed_is_unavailable_until_it_is_back_and_nothing_is_done_twice() {
    let mut server = Notes::start().await;
    let bellhop = Bellhop::serve(&config(&server, "typed")).await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut tasks = Vec::new();
    for (number, user) in ["alice", "bob", "alice", "bob"].into_iter().enumerate() {
        tasks.push(tokio::spawn(work(bellhop.mcp(&token(user)), user, number, Arc::clone(&stop))));
    }
    written(&server, 12).await;
    for _ in 0..2 {
        server.kill().await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        server.restart().await;
        let client = bellhop.mcp(&token("alice"));
        let deadline = Instant::now() + RECOVERY;
        while client.call("rpc_Notes_ListNotes", &json!({})).await["success"] != true {
            assert!(Instant::now() < deadline, "still not well");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let already = all(&server);
        written(&server, already + 12).await;
    }
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
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for user in ["alice", "bob"] {
        for note in server.kept(user) {
            let title = note["title"].as_str().expect("a title").to_owned();
            assert!(title.starts_with(user), "{title} is {user}'s");
            *counted.entry(title).or_default() += 1;
        }
    }
    assert!(counted.values().all(|count| *count == 1), "something was done twice: {counted:?}");
    let told: Vec<&String> =
        answers.iter().filter(|it| it.envelope["success"] == true).filter_map(|it| it.title.as_ref()).collect();
    assert!(told.len() > 20, "only {} were written", told.len());
    for title in told {
        assert!(counted.contains_key(title), "{title} was told as written and is not there");
    }
}
