//! The first minutes: what the commands of the README print works when it is followed.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::support::fixtures::Shop;
use crate::support::{Bellhop, Mcp, process};

/// What `bellhop demo` prints for a person, up to its last line.
async fn printed() -> (tokio::process::Child, tempfile::TempDir, String) {
    let home = process::home();
    let mut command = process::command(home.path(), &["demo", "--port", "0"], &[]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().expect("the binary starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut text = String::new();
    while let Some(line) = lines.next_line().await.expect("text") {
        text += &line;
        text += "\n";
        if line.starts_with("Ctrl-C") {
            break;
        }
    }
    (child, home, text)
}

/// Runs a curl command line as a shell would have it, without needing curl.
async fn curl(line: &str) -> String {
    let mut words = Vec::new();
    let mut rest = line;
    while let Some(start) = rest.find(|c: char| !c.is_whitespace()) {
        rest = &rest[start..];
        let (word, after) = match rest.strip_prefix('\'') {
            Some(quoted) => quoted.split_once('\'').expect("a closing quote"),
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        words.push(word);
        rest = after;
    }
    let url = words.iter().find(|word| word.starts_with("http")).expect("an address");
    let mut request = crate::support::http().post(*url);
    for pair in words.windows(2) {
        match pair[0] {
            "-H" => {
                let (name, value) = pair[1].split_once(": ").expect("a header");
                request = request.header(name, value);
            }
            "-d" => request = request.body(pair[1].to_owned()),
            _ => {}
        }
    }
    let response = request.send().await.expect("the demo answers");
    assert_eq!(response.status(), 200, "{line}");
    response.text().await.expect("a body")
}

#[tokio::test]
async fn the_printed_commands_answer_with_the_callers_own_rows() {
    let (_child, _home, text) = printed().await;
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("curl ")).collect();
    let [chat, tool] = lines.as_slice() else { panic!("not two curl commands in\n{text}") };
    let token = |user: &str| text.lines().find_map(|line| line.strip_prefix(user)).expect("a token").to_owned();
    let (alice, bob) = (token("ALICE="), token("BOB="));
    assert!(chat.contains("/api/agents/chat") && chat.contains(&alice), "{chat}");

    let hers: Value = serde_json::from_str(&curl(chat).await).expect("JSON");
    let his: Value = serde_json::from_str(&curl(&chat.replace(&alice, &bob)).await).expect("JSON");
    let said = |answer: &Value| answer["response"].as_str().expect("a response").to_owned();
    assert!(said(&hers).contains("104") && !said(&hers).contains("203"), "{hers}");
    assert!(said(&his).contains("203") && !said(&his).contains("104"), "{his}");
    assert_eq!(hers["tools_used"][0]["success"], true, "{hers}");

    let rows = curl(tool).await;
    assert!(rows.contains("plumber") && !rows.contains("ferry"), "{rows}");
}

#[tokio::test]
async fn a_database_is_served_in_two_commands() {
    let (shop, home) = (Shop::sqlite().await, process::home());
    let variables = [("DATABASE_URL", shop.url.as_str())];
    let bellhop = Bellhop::start(home, &["serve", "--dev", "--port", "0", "--json"], &variables).await;
    let output = process::run(bellhop.home.path(), &["token", "--user", "bob"], &[]).await;
    let token = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let rows = Mcp::new(&bellhop.url, Some(&token));
    let rows = rows.call("list", &serde_json::json!({"resource_type": "orders"})).await;
    assert_eq!(rows["count"], 2, "{rows:?}");
    let said = process::refused(bellhop.home.path(), &["serve", "--dev", "--host", "0.0.0.0"], &variables).await;
    assert!(said.contains("loopback"), "{said}");
}
