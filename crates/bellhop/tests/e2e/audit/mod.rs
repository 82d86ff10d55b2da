//! Every tool call of every door leaves exactly one line, in each kind of sink, whatever happens to it.

mod crash;
mod doors;
mod outcomes;
mod rotation;
mod sinks_fail;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::support::fixtures::Shop;

/// How long lines may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where the lines of a test go.
enum Kept {
    File(PathBuf),
    Table(String),
}

impl Kept {
    /// The section `[audit]`, with `more` in it.
    fn config(&self, more: &str) -> String {
        match self {
            Self::File(path) => format!("[audit]\nfile = \"{}\"\n{more}\n", path.display()),
            Self::Table(url) => format!("[audit]\ntable = {{ url = \"{url}\" }}\n{more}\n"),
        }
    }

    /// The lines so far. Each must be one whole object.
    async fn lines(&self) -> Vec<Value> {
        match self {
            Self::File(path) => read(path),
            Self::Table(url) => {
                let keys = ["call_id", "caller", "door", "tool", "effect", "outcome", "arguments"];
                let pairs = keys.map(|key| format!("'{key}', {key}")).join(", ");
                let (sqlite, function) =
                    if url.starts_with("sqlite") { (true, "json_object") } else { (false, "json_build_object") };
                let query = sqlx::AssertSqlSafe(format!("SELECT CAST({function}({pairs}) AS TEXT) FROM bellhop_audit"));
                let rows: Result<Vec<String>, _> = if sqlite {
                    let mut connection = SqliteConnection::connect(url).await.expect("SQLite answers");
                    sqlx::query_scalar(query).fetch_all(&mut connection).await
                } else {
                    let mut connection = PgConnection::connect(url).await.expect("PostgreSQL answers");
                    sqlx::query_scalar(query).fetch_all(&mut connection).await
                };
                let rows = rows.expect("the audit can be read");
                rows.iter().map(|row| serde_json::from_str(row).expect("JSON")).collect()
            }
        }
    }

    /// Waits until there are as many lines as these and then asserts that they are these and stay these: door, tool
    /// and outcome of each call.
    async fn assert(&self, calls: &[(&str, &str, &str)]) -> Vec<Value> {
        let deadline = Instant::now() + PATIENCE;
        while self.lines().await.len() < calls.len() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        let lines = self.lines().await;
        let word = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
        let mut found: Vec<_> =
            lines.iter().map(|line| (word(line, "door"), word(line, "tool"), word(line, "outcome"))).collect();
        let mut expected: Vec<_> = calls
            .iter()
            .map(|(door, tool, outcome)| (door.to_string(), tool.to_string(), outcome.to_string()))
            .collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
        assert_once(&lines);
        lines
    }
}

/// No call has two lines.
fn assert_once(lines: &[Value]) {
    let ids: HashSet<_> = lines.iter().map(|line| line["call_id"].as_str().expect("a call id")).collect();
    assert_eq!(ids.len(), lines.len());
}

/// The lines of a file that ends with a line.
fn read(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    assert!(text.is_empty() || text.ends_with('\n'), "{} ends in the middle of a line", path.display());
    let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
    text.lines().map(line).collect()
}

/// A configuration of the shop alone.
fn config(shop: &Shop, audit: &str, limits: &str, more: &str) -> String {
    let auth = crate::support::fixtures::auth();
    format!(
        "{auth}\n{audit}\n[limits]\ntools = \"typed\"\n{limits}\n\n[resources.shop]\nkind = \"sql\"\nurl = \"{}\"\n{}{more}\n",
        shop.url,
        shop.config()
    )
}
