//! How much of a model's attention the list of tools takes.

use std::path::Path;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::process::Process;
use crate::users::Users;

pub(crate) async fn run(programs: &Path) {
    let tokens = tiktoken_rs::o200k_base().expect("the vocabulary comes with the library");
    println!("tokens of tools/list (o200k_base), tables of eight columns");
    println!("{:>8} {:>12} {:>12} {:>14}", "tables", "typed", "universal", "start, s");
    for tables in [10, 100, 1000] {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("many.db").display());
        let mut connection = SqliteConnection::connect(&url).await.expect("a database");
        let schema: String = (0..tables).map(table).collect();
        sqlx::raw_sql(AssertSqlSafe(schema)).execute(&mut connection).await.expect("the tables can be made");
        let users = Users::new();
        let (mut counts, mut start) = (Vec::new(), 0.0);
        for projection in ["typed", "universal"] {
            let section = format!("tools = \"{projection}\"\n[resources.many]\nkind = \"sql\"\nurl = \"{url}\"\n");
            let config = users.config(folder.path(), &section);
            let started = std::time::Instant::now();
            let server = Process::bellhop(programs, &config);
            start = started.elapsed().as_secs_f64();
            let listed = list(&server.url, &users.token("user-1")).await;
            counts.push(tokens.encode_ordinary(&Value::from(listed).to_string()).len());
        }
        println!("{tables:>8} {:>12} {:>12} {start:>14.2}", counts[0], counts[1]);
    }
}

fn table(number: usize) -> String {
    format!(
        "CREATE TABLE thing_{number} (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, title TEXT NOT NULL, body TEXT,
         status TEXT CHECK (status IN ('open', 'closed')), price DECIMAL(10,2), due DATE, created_at DATETIME);"
    )
}

async fn list(base: &str, token: &str) -> Vec<Value> {
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let mut params = json!({"_meta": meta});
        if let Some(cursor) = &cursor {
            params["cursor"] = cursor.clone().into();
        }
        let request = http
            .post(format!("{base}/mcp"))
            .bearer_auth(token)
            .header("Accept", "application/json, text/event-stream")
            .header("MCP-Protocol-Version", "2026-07-28")
            .header("Mcp-Method", "tools/list")
            .json(&json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": params}));
        let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        all.extend(answer["result"]["tools"].as_array().unwrap_or_else(|| panic!("{answer}")).clone());
        match answer["result"]["nextCursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return all,
        }
    }
}
