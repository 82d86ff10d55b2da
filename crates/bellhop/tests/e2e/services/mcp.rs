//! Other MCP servers that die in the middle and come back: one over HTTP, and processes of their own for each user.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::mcp::{McpServer, notes_command};

use crate::support::fixtures::{auth, token};
use crate::support::{Bellhop, Mcp, process};

/// How long everything may take to be well again.
const RECOVERY: Duration = Duration::from_secs(60);

fn house(resource: &str) -> String {
    format!(
        "{}\n[limits]\ntools = \"typed\"\ncalls_per_minute_max = 1000000\n\n[resources.notes]\nkind = \"mcp\"\n{resource}",
        auth()
    )
}

/// What became of one note.
struct Answer {
    text: String,
    answer: Value,
}

impl Answer {
    fn is_done(&self) -> bool {
        self.answer["result"]["isError"] != true && self.answer.to_string().contains(&format!("added {}", self.text))
    }
}

/// Adds notes without a pause until it is told to stop.
async fn work(client: Mcp, name: String, stop: Arc<AtomicBool>) -> Vec<Answer> {
    let mut answers = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let text = format!("{name}-{}.", answers.len());
        let answer = client.call_raw("notes_add_note", &json!({"text": text, "wait_ms": 20})).await;
        answers.push(Answer { text, answer });
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    answers
}

fn counted(counter: &Path) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in std::fs::read_to_string(counter).unwrap_or_default().lines() {
        *counts.entry(line.to_owned()).or_default() += 1;
    }
    counts
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + RECOVERY;
    while !is_so().await {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Nothing was done twice, what was told as done is done, and what was not was told so that a program can act on it.
fn judge(answers: &[Answer], counter: &Path) {
    let counts = counted(counter);
    assert!(counts.values().all(|count| *count == 1), "something was done twice: {counts:?}");
    let mut bad = 0;
    for answer in answers {
        if answer.is_done() {
            assert!(counts.contains_key(&answer.text), "{} was told as done and is not", answer.text);
        } else {
            bad += 1;
            let text = answer.answer.to_string();
            assert!(text.contains("unavailable") || text.contains("timeout"), "{text}");
        }
    }
    let done = answers.len() - bad;
    eprintln!("{} calls, {done} done, {bad} told as not, {} at the peer", answers.len(), counts.len());
    assert!(bad > 0, "nobody noticed");
    assert!(done > 10, "only {done} were done");
}

#[tokio::test]
async fn a_server_that_is_killed_is_unavailable_until_it_is_back_and_nothing_is_done_twice() {
    let home = process::home();
    let counter = home.path().join("count");
    let mut server = McpServer::notes(&[("COUNTER", counter.to_str().expect("a path of text"))]).await;
    let bellhop = Bellhop::serve(&house(&format!(
        "url = \"{}\"\nbind.\"header:X-User\" = \"{{caller.id}}\"\nhttp.breaker_ms = 500\n",
        server.url()
    )))
    .await;
    let stop = Arc::new(AtomicBool::new(false));
    let users = ["alice", "bob", "alice", "bob"].into_iter().enumerate();
    let tasks: Vec<_> = users
        .map(|(number, user)| tokio::spawn(work(bellhop.mcp(&token(user)), format!("{user}-{number}"), stop.clone())))
        .collect();
    until("too little is done", async || counted(&counter).len() > 8).await;
    server.kill().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    server.restart(&[]).await;
    let already = counted(&counter).len();
    until("it is not well again", async || counted(&counter).len() > already + 8).await;
    stop.store(true, Ordering::Relaxed);
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await.expect("no caller panicked"));
    }
    judge(&answers, &counter);
}

#[tokio::test]
async fn a_users_process_that_is_killed_comes_back_and_nobody_elses_is_disturbed() {
    let home = process::home();
    let counter = home.path().join("count");
    let (command, env) = (json!(notes_command()), counter.display());
    let bellhop = Bellhop::serve(&house(&format!(
        "command = {command}\nenv.NOTES_USER = \"{{caller.id}}\"\nenv.COUNTER = \"{env}\"\nprocess.restart_wait_ms = 300\n"
    )))
    .await;
    let (alice, bob) = (bellhop.mcp(&token("alice")), bellhop.mcp(&token("bob")));
    let pid = async |client: &Mcp| {
        let answer = client.call_raw("notes_whoami", &json!({})).await;
        answer.pointer("/result/structuredContent/pid").and_then(Value::as_u64)
    };
    let (hers, his) = (pid(&alice).await.expect("a process"), pid(&bob).await.expect("a process"));
    let stop = Arc::new(AtomicBool::new(false));
    let working = tokio::spawn(work(alice.clone(), "alice".into(), stop.clone()));
    let other = tokio::spawn(work(bob.clone(), "bob".into(), stop.clone()));
    until("too little is done", async || counted(&counter).len() > 8).await;
    let killed = std::process::Command::new("kill").args(["-9", &hers.to_string()]).status();
    assert!(killed.expect("kill runs").success());
    until("it is not well again", async || pid(&alice).await.is_some_and(|pid| pid != hers)).await;
    let already = counted(&counter).len();
    until("it does nothing", async || counted(&counter).len() > already + 8).await;
    stop.store(true, Ordering::Relaxed);
    let answers = working.await.expect("no caller panicked");
    judge(&answers, &counter);
    let others = other.await.expect("no caller panicked");
    assert!(others.iter().all(Answer::is_done), "his calls were disturbed");
    assert_eq!(pid(&bob).await, Some(his));
}
