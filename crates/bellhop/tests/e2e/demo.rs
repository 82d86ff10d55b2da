//! The first minutes: what the commands of the README print works when it is followed.

use std::process::Stdio;

use serde_json::{Value, json};
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
    let [chat, sentence, tool] = lines.as_slice() else { panic!("not three curl commands in\n{text}") };
    let token = |user: &str| text.lines().find_map(|line| line.strip_prefix(user)).expect("a token").to_owned();
    let (alice, bob) = (token("ALICE="), token("BOB="));
    assert!(chat.contains("/api/agents/chat") && chat.contains(&alice), "{chat}");

    let hers: Value = serde_json::from_str(&curl(chat).await).expect("JSON");
    let his: Value = serde_json::from_str(&curl(&chat.replace(&alice, &bob)).await).expect("JSON");
    let said = |answer: &Value| answer["response"].as_str().expect("a response").to_owned();
    assert!(said(&hers).contains("104") && !said(&hers).contains("203"), "{hers}");
    assert!(said(&his).contains("203") && !said(&his).contains("104"), "{his}");
    assert_eq!(hers["tools_used"][0]["success"], true, "{hers}");

    let all: Value = serde_json::from_str(&curl(sentence).await).expect("JSON");
    let used = all["tools_used"].as_array().expect("tools");
    let of = |resource: &str| used.iter().any(|it| it["tool"].as_str().is_some_and(|tool| tool.starts_with(resource)));
    assert!(["shop_", "weather_", "notes_", "preferences_", "home_write_property"].into_iter().all(of), "{all}");
    assert!(is_done(&all), "{all}");

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

/// Whether each step was: of its calls only a look-up may have found nothing.
fn is_done(answer: &Value) -> bool {
    let used = answer["tools_used"].as_array().expect("tools");
    let response = answer["response"].as_str().expect("a response");
    used.len() >= 5
        && used.iter().all(|it| it["success"] == true || it["effect"] == "read")
        && response.contains("\n\n5. “")
        && !response.contains("steps done.")
}

/// What the model is told to do, and the words that must be found at each kind of resource afterwards.
struct Turn {
    user: &'static str,
    message: &'static str,
    /// A tool, its arguments, what its answer must hold, and what must never be in it.
    then: [(&'static str, Value, &'static str, &'static str); 5],
}

#[tokio::test]
async fn one_sentence_changes_its_users_own_things_while_anothers_does_the_same() {
    let bellhop = Bellhop::demo().await;
    let turn = |user, message, task: u32, city, note, theme, target, others: [&'static str; 5]| Turn {
        user,
        message,
        then: [
            ("shop_tasks_get", json!({"identifier": task}), "done", others[0]),
            ("weather_places_list", json!({}), city, others[1]),
            ("notes_files_get", json!({"identifier": "diary.md"}), note, others[2]),
            ("preferences_settings_get", json!({"identifier": "theme"}), theme, others[3]),
            ("home_read_property", json!({"thing": "urn:demo:thermostat", "property": "target"}), target, others[4]),
        ],
    };
    let hers = turn(
        "alice",
        "update task 1 set status=done, set my theme to dark, set the thermostat to 25, add a place with \
         city=\"Oslo\" and create a note called diary with \"hers alone\"",
        1,
        "Oslo",
        "hers alone",
        "dark",
        "\"value\":25",
        ["knife", "Paris", "his alone", "light", "\"value\":17"],
    );
    let his = turn(
        "bob",
        "update task 5 set status=done, set my theme to light, set the thermostat to 17, add a place with \
         city=\"Paris\" and create a note called diary with \"his alone\"",
        5,
        "Paris",
        "his alone",
        "light",
        "\"value\":17",
        ["library", "Oslo", "hers alone", "dark", "\"value\":25"],
    );
    let ask = |turn: &Turn| {
        let token = bellhop.token(turn.user);
        let body = json!({"message": turn.message}).to_string();
        let line = format!(
            "curl {}/api/agents/chat -H 'Content-Type: application/json' -H 'Authorization: Bearer {token}' -d '{body}'",
            bellhop.url
        );
        async move { serde_json::from_str::<Value>(&curl(&line).await).expect("JSON") }
    };
    let (she_is_told, he_is_told) = tokio::join!(ask(&hers), ask(&his));
    for (turn, told) in [(&hers, she_is_told), (&his, he_is_told)] {
        assert!(is_done(&told), "{}: {told}", turn.user);
        let mcp = bellhop.mcp(&bellhop.token(turn.user));
        for (tool, arguments, wanted, never) in &turn.then {
            let answer = Value::from(mcp.call(tool, arguments).await).to_string();
            assert!(answer.contains(wanted) && !answer.contains(never), "{} {tool}: {answer}", turn.user);
        }
    }
}
