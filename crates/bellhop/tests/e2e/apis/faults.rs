//! An API that dies in the middle and comes back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use testkit::kinto::Kinto;
use testkit::postgres::Postgres;

use crate::support::kinto::{config, token};
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

/// Lists and creates without a pause until it is told to stop.
async fn work(client: Mcp, user: &'static str, number: usize, stop: Arc<AtomicBool>) -> Vec<Answer> {
    let mut answers = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let title = format!("{user} {number} {}", answers.len());
        for (tool, arguments, title) in [
            ("kinto_articles_create", json!({"data": {"title": title}}), Some(title.clone())),
            ("kinto_articles_list", json!({"limit": 2}), None),
        ] {
            let started = Instant::now();
            let envelope = client.call(tool, &arguments).await;
            answers.push(Answer { title, envelope, took: started.elapsed() });
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    answers
}

/// Waits until there are so many articles, on a machine that does much else.
async fn written(kinto: &Kinto, count: usize) {
    let deadline = Instant::now() + 2 * RECOVERY;
    while kinto.articles("alice").await.len() + kinto.articles("bob").await.len() < count {
        assert!(Instant::now() < deadline, "too little is written");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Kinto's own answer where two writes of one user fall into the same millisecond: its times of change are unique.
fn collided(envelope: &Map<String, Value>) -> bool {
    let said = envelope.get("error").and_then(Value::as_str).unwrap_or_default();
    envelope["code"] == "conflict" && said.contains("Integrity constraint violated, please retry")
}

#[tokio::test]
async fn an_api_that_is_killed_is_unavailable_until_it_is_back_and_nothing_is_written_twice() {
    let database = Postgres::start().await;
    let mut kinto = Kinto::over(&database.url()).await;
    let bellhop = Bellhop::serve(&config(&kinto, "typed")).await;
    // Kinto makes a user's bucket at the first use: not while two callers race to be the first.
    for user in ["alice", "bob"] {
        let first = json!({"id": "00000000-0000-4000-8000-000000000001", "title": format!("{user} is first")});
        kinto.put(user, &[first]).await;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let mut tasks = Vec::new();
    for (number, user) in ["alice", "bob", "alice", "bob"].into_iter().enumerate() {
        tasks.push(tokio::spawn(work(bellhop.mcp(&token(user)), user, number, Arc::clone(&stop))));
    }
    written(&kinto, 8).await;
    kinto.kill().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    kinto.restart().await;
    let client = bellhop.mcp(&token("alice"));
    let deadline = Instant::now() + RECOVERY;
    loop {
        let envelope = client.call("kinto_articles_list", &json!({})).await;
        if envelope["success"] == true {
            break;
        }
        assert!(Instant::now() < deadline, "still not well: {envelope:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let already = kinto.articles("alice").await.len() + kinto.articles("bob").await.len();
    written(&kinto, already + 8).await;
    stop.store(true, Ordering::Relaxed);
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await.expect("no caller panicked"));
    }
    let mut bad = 0;
    for Answer { envelope, took, .. } in &answers {
        assert!(*took < PATIENCE, "{envelope:?} took {took:?}");
        if envelope["success"] != true && !collided(envelope) {
            bad += 1;
            assert_eq!(
                (&envelope["code"], &envelope["retryable"]),
                (&json!("unavailable"), &json!(true)),
                "{envelope:?}"
            );
        }
    }
    assert!(bad > 0, "nobody noticed");
    let mut written: BTreeMap<String, usize> = BTreeMap::new();
    for user in ["alice", "bob"] {
        for article in kinto.articles(user).await {
            let title = article["title"].as_str().expect("a title").to_owned();
            assert!(title.starts_with(user), "{title} is {user}'s");
            *written.entry(title).or_default() += 1;
        }
    }
    assert!(written.values().all(|count| *count == 1), "something was written twice: {written:?}");
    let told = answers.iter().filter(|it| it.envelope["success"] == true).filter_map(|it| it.title.as_ref());
    let told: Vec<&String> = told.collect();
    assert!(told.len() > 10, "only {} were written", told.len());
    for title in told {
        assert!(written.contains_key(title), "{title} was told as written and is not there");
    }
}
