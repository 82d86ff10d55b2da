//! A real NATS server with JetStream on a free port.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::process::free_port;

/// How long it may take to start on a machine that does much else.
const START: Duration = Duration::from_secs(30);

/// The server, with a folder of its own. It ends with the value.
#[derive(Debug)]
pub struct Nats {
    port: u16,
    monitor: u16,
    home: TempDir,
    child: Child,
}

impl Nats {
    /// One without accounts.
    pub async fn start() -> Self {
        Self::with("").await
    }

    /// The same with these lines of its configuration.
    pub async fn with(lines: &str) -> Self {
        let (port, monitor) = (free_port(), free_port());
        let home = tempfile::Builder::new().prefix("nats-test-").tempdir().expect("a folder can be made");
        let store = home.path().join("store");
        let config = format!(
            "listen: \"127.0.0.1:{port}\"\nhttp: \"127.0.0.1:{monitor}\"\njetstream {{ store_dir: {:?} }}\n{lines}\n",
            store.display().to_string()
        );
        std::fs::write(home.path().join("nats.conf"), config).expect("the configuration can be written");
        let child = spawn(&home);
        let nats = Self { port, monitor, home, child };
        nats.is_up().await;
        nats
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What the server itself says of a bucket's stream: `messages`, `last_seq` and so on. Every write counts one up in
    /// `last_seq`.
    pub async fn bucket(&self, name: &str) -> Value {
        let url = format!("http://127.0.0.1:{}/jsz?accounts=true&streams=true", self.monitor);
        let found: Value = http().get(url).send().await.expect("it answers").json().await.expect("JSON");
        let accounts = found["account_details"].as_array().into_iter().flatten();
        let mut streams = accounts.flat_map(|account| account["stream_detail"].as_array().into_iter().flatten());
        let wanted = format!("KV_{name}");
        let stream = streams.find(|stream| stream["name"] == wanted.as_str());
        stream.unwrap_or_else(|| panic!("there is no bucket {name}: {found}"))["state"].clone()
    }

    /// What a bucket holds below a prefix, by key: the latest of each, as the server has it.
    pub async fn values(&self, name: &str, below: &str) -> BTreeMap<String, String> {
        let client = async_nats::connect(self.url()).await.expect("it connects");
        let stream = async_nats::jetstream::new(client).get_stream(format!("KV_{name}")).await.expect("a bucket");
        let before = format!("$KV.{name}.");
        let mut subjects = stream.info_with_subjects(format!("{before}{below}>")).await.expect("subjects");
        let mut values = BTreeMap::new();
        while let Some((subject, _)) = subjects.try_next().await.expect("a subject") {
            let last = stream.get_last_raw_message_by_subject(&subject).await.expect("a message");
            let value = String::from_utf8_lossy(&last.payload).into_owned();
            values.insert(subject.trim_start_matches(&before).to_owned(), value);
        }
        values
    }

    /// Ends it as `kill -9` does.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Starts it again at the same place, on the same data.
    pub async fn restart(&mut self) {
        self.child = spawn(&self.home);
        self.is_up().await;
    }

    async fn is_up(&self) {
        let deadline = Instant::now() + START;
        loop {
            match http().get(format!("http://127.0.0.1:{}/healthz", self.monitor)).send().await {
                Ok(response) if response.status().is_success() => return,
                _ => {}
            }
            let log = || std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "nats-server does not start\n{}", log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn spawn(home: &TempDir) -> Child {
    let log = File::create(home.path().join("log")).expect("the log can be written");
    let mut nats = Command::new(program());
    nats.arg("-c").arg(home.path().join("nats.conf")).kill_on_drop(true);
    nats.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("nats-server starts")
}

/// Debian keeps it where only root looks.
fn program() -> &'static str {
    let usual = "/usr/sbin/nats-server";
    if Path::new(usual).exists() { usual } else { "nats-server" }
}

fn http() -> reqwest::Client {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).no_proxy();
    client.build().expect("an HTTP client can be made")
}
