//! A gRPC server in Python with two users' notes (`peers/grpc`). `cargo xtask install` puts what it needs below the
//! target folder.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::process::free_port;

/// How long it may take to start on a machine that does much else.
const START: Duration = Duration::from_secs(90);

/// The server. It ends with the value.
#[derive(Debug)]
pub struct Notes {
    port: u16,
    home: TempDir,
    job: Map<String, Value>,
    child: Child,
}

/// What is its users' secret: each one's key.
pub fn key(user: &str) -> String {
    format!("key-of-{user}")
}

impl Notes {
    /// With server reflection, without TLS.
    pub async fn start() -> Self {
        Self::with(json!({})).await
    }

    /// With further words for `peers/grpc/server.py`.
    pub async fn with(more: Value) -> Self {
        let home = tempfile::Builder::new().prefix("grpc-test-").tempdir().expect("a folder can be made");
        let port = free_port();
        let mut job = Map::new();
        job.insert("port".into(), port.into());
        job.insert("state".into(), home.path().join("notes.jsonl").to_string_lossy().into());
        job.insert("descriptors".into(), home.path().join("notes.binpb").to_string_lossy().into());
        job.extend(more.as_object().cloned().unwrap_or_default());
        let child = spawn(&home, &job).await;
        Self { port, home, job, child }
    }

    /// Its address, without TLS.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its address with TLS, by a name that a certificate can have.
    pub fn secure_url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// Its descriptor set, with its comments.
    pub fn descriptors(&self) -> PathBuf {
        self.home.path().join("notes.binpb")
    }

    /// Every note that it keeps, by its user, the oldest first: what it wrote down itself.
    pub fn kept(&self, user: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(self.home.path().join("notes.jsonl")).unwrap_or_default();
        let mut notes: Vec<Value> = Vec::new();
        for line in text.lines() {
            let entry: Value = serde_json::from_str(line).expect("a line is JSON");
            if entry[1] != user {
                continue;
            }
            notes.retain(|note| note["id"] != entry[2]["id"]);
            if entry[0] != "delete" {
                notes.push(entry[2].clone());
            }
        }
        notes
    }

    /// Ends it as `kill -9` does.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Starts it again at the same place, with what it kept.
    pub async fn restart(&mut self) {
        self.child = spawn(&self.home, &self.job).await;
    }

    /// Starts it again with other words.
    pub async fn restart_with(&mut self, more: Value) {
        self.job.extend(more.as_object().cloned().unwrap_or_default());
        self.restart().await;
    }

    /// Lets it begin with these notes and no others.
    pub async fn begin_with(&mut self, notes: &[(&str, Value)]) {
        self.kill().await;
        let lines = notes.iter().map(|(user, note)| format!("{}\n", json!(["create", user, note])));
        std::fs::write(self.home.path().join("notes.jsonl"), lines.collect::<String>()).expect("notes can be written");
        self.restart().await;
    }
}

async fn spawn(home: &TempDir, job: &Map<String, Value>) -> Child {
    let log = home.path().join("server.log");
    let mut command = Command::new(installed("grpc/bin/python"));
    command.arg(script()).arg(Value::Object(job.clone()).to_string()).env("PYTHONDONTWRITEBYTECODE", "1");
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command.stderr(std::fs::File::create(&log).expect("the log can be written")).kill_on_drop(true);
    let mut child = command.spawn().expect("Python starts");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is a pipe")).lines();
    let first = timeout(START, lines.next_line()).await;
    let told = || std::fs::read_to_string(&log).unwrap_or_default();
    assert!(matches!(first, Ok(Ok(Some(_)))), "the gRPC server does not start\n{}", told());
    child
}

fn script() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../peers/grpc/server.py");
    path.canonicalize().expect("peers/grpc/server.py is there")
}

/// Below the target folder that the running test lies in.
fn installed(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    let found = test.ancestors().map(|folder| folder.join("peers").join(name)).find(|file| file.exists());
    found.expect("gRPC for Python is missing: run `cargo xtask install`")
}
