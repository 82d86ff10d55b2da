use std::fs::File;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::Mcp;

/// How long a start may take on a machine that does much else.
const START: Duration = Duration::from_secs(60);

/// The built binary, serving. It ends with the value; where a test fails, what it logged is shown.
pub(crate) struct Bellhop {
    /// Where it listens: `http://127.0.0.1:…`.
    pub(crate) url: String,
    /// The first line that it printed.
    pub(crate) hello: Value,
    /// The folder that it runs in.
    pub(crate) home: TempDir,
    child: Child,
}

impl Bellhop {
    /// `bellhop demo` on a free port.
    pub(crate) async fn demo() -> Self {
        Self::start(home(), &["demo", "--port", "0", "--json"], &[]).await
    }

    /// `bellhop serve` of this configuration on a free port.
    pub(crate) async fn serve(config: &str) -> Self {
        Self::serve_in(home(), config).await
    }

    /// The same in a folder that already holds what the configuration speaks of.
    pub(crate) async fn serve_in(home: TempDir, config: &str) -> Self {
        std::fs::write(home.path().join("test.toml"), config).expect("the configuration can be written");
        Self::start(home, &["serve", "--config", "test.toml", "--port", "0", "--json"], &[]).await
    }

    /// `bellhop serve` of the `test.toml` in this folder, under the system's limit on the size of files, in blocks of
    /// 512 bytes.
    pub(crate) async fn limited(home: TempDir, file_blocks_max: usize) -> Self {
        let bellhop = env!("CARGO_BIN_EXE_bellhop");
        let script = format!(
            "trap '' XFSZ; ulimit -f {file_blocks_max}; exec '{bellhop}' serve --config test.toml --port 0 --json"
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(home.path());
        Self::spawn(home, shell, "sh").await
    }

    /// Any command that prints `{"url": …}` first, with these variables and no others.
    pub(crate) async fn start(home: TempDir, words: &[&str], variables: &[(&str, &str)]) -> Self {
        let command = command(home.path(), words, variables);
        Self::spawn(home, command, &words.join(" ")).await
    }

    async fn spawn(home: TempDir, mut command: Command, said: &str) -> Self {
        let log = File::create(home.path().join("stderr.log")).expect("the log can be written");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let mut child = command.spawn().expect("the binary starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is a pipe")).lines();
        let first = timeout(START, lines.next_line()).await;
        let Ok(Ok(Some(first))) = first else {
            panic!("`bellhop {said}` printed no first line ({first:?})\n{}", log_of(home.path()));
        };
        // What it prints later must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let hello: Value = serde_json::from_str(&first).unwrap_or_else(|_| panic!("not JSON: {first}"));
        let url = hello["url"].as_str().unwrap_or_else(|| panic!("no url in {first}")).to_owned();
        Self { url, hello, home, child }
    }

    /// A user's token, where the command printed some.
    pub(crate) fn token(&self, user: &str) -> String {
        self.hello["users"][user].as_str().unwrap_or_else(|| panic!("no token of {user}")).to_owned()
    }

    /// An MCP client that holds this token.
    pub(crate) fn mcp(&self, token: &str) -> Mcp {
        Mcp::new(&self.url, Some(token))
    }

    /// What it logged so far.
    pub(crate) fn log(&self) -> String {
        log_of(self.home.path())
    }

    /// Ends it as `kill -9` does and gives its folder.
    pub(crate) async fn killed(mut self) -> TempDir {
        self.child.kill().await.expect("it can be killed");
        std::mem::replace(&mut self.home, home())
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().expect("it still runs")
    }
}

impl Drop for Bellhop {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- what bellhop logged ---\n{}", self.log());
        }
    }
}

/// An empty folder to run in.
pub(crate) fn home() -> TempDir {
    tempfile::Builder::new().prefix("bellhop-test-").tempdir().expect("a folder can be made")
}

/// A command that ends by itself.
pub(crate) async fn run(home: &Path, words: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = command(home, words, variables);
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output();
    timeout(START, output).await.expect("the command ends in time").expect("the binary starts")
}

/// A start that must fail, and what it said.
pub(crate) async fn refused(home: &Path, words: &[&str], variables: &[(&str, &str)]) -> String {
    let output = run(home, words, variables).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "`bellhop {}` did not fail\n{said}", words.join(" "));
    said
}

/// The binary, with nothing of this process's environment but where programs are.
pub(crate) fn command(home: &Path, words: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
    command.args(words).current_dir(home).env_clear().env("HOME", home);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.envs(variables.iter().copied());
    command
}

fn log_of(home: &Path) -> String {
    std::fs::read_to_string(home.join("stderr.log")).unwrap_or_default()
}
