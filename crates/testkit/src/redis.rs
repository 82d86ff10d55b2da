//! A real Redis server on a free port.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::process::free_port;

/// How long it may take to start on a machine that does much else.
const START: Duration = Duration::from_secs(30);

/// The server, with a folder of its own. Every write is on disk before it is answered. It ends with the value.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    home: TempDir,
    child: Child,
}

impl Redis {
    /// One without accounts.
    pub async fn start() -> Self {
        Self::with("").await
    }

    /// The same with these lines of its configuration.
    pub async fn with(lines: &str) -> Self {
        let port = free_port();
        let home = tempfile::Builder::new().prefix("redis-test-").tempdir().expect("a folder can be made");
        let config = format!(
            "bind 127.0.0.1\nport {port}\ndir {}\nsave \"\"\nappendonly yes\nappendfsync always\n{lines}\n",
            home.path().display()
        );
        std::fs::write(home.path().join("redis.conf"), config).expect("the configuration can be written");
        let child = spawn(&home);
        let redis = Self { port, home, child };
        redis.is_up().await;
        redis
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Asks Redis itself, as its own client program does, and gives the lines of the answer.
    pub async fn ask(&self, words: &[&str]) -> Vec<String> {
        let mut command = Command::new("redis-cli");
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]).args(words);
        let output = command.stdin(Stdio::null()).output().await.expect("redis-cli starts");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
    }

    /// The hashes whose names begin so, as the server has them.
    pub async fn hashes(&self, below: &str) -> BTreeMap<String, Vec<String>> {
        let mut hashes = BTreeMap::new();
        for name in self.ask(&["KEYS", &format!("{below}*")]).await {
            hashes.insert(name.clone(), self.ask(&["HGETALL", &name]).await);
        }
        hashes
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
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = || std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "redis-server does not start\n{}", log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn spawn(home: &TempDir) -> Child {
    let log = File::create(home.path().join("log")).expect("the log can be written");
    let mut redis = Command::new("redis-server");
    redis.arg(home.path().join("redis.conf")).kill_on_drop(true);
    redis.stdin(Stdio::null()).stdout(log).stderr(Stdio::null()).spawn().expect("redis-server starts")
}
