//! Clients that people really use list and call tools as one user, over HTTP and over stdio.

use serde_json::{Value, json};

use crate::support::fixtures::{self, Shop};
use crate::support::model::FakeModel;
use crate::support::{Bellhop, peers, process};

/// Alice's and Bob's orders in the demo's shop.
const ALICE: [i64; 4] = [101, 102, 103, 104];
const BOB: [i64; 3] = [201, 202, 203];
const TOOL: &str = "shop_orders_list";

fn order_ids(envelope: &Value) -> Vec<i64> {
    let rows = envelope["data"].as_array().unwrap_or_else(|| panic!("no rows in {envelope}"));
    let mut ids: Vec<_> = rows.iter().map(|row| row["id"].as_i64().expect("an order has an id")).collect();
    ids.sort_unstable();
    ids
}

/// The job of a client that lists the tools and then the orders, over HTTP.
fn over_http(bellhop: &Bellhop, token: &str) -> Value {
    json!({"url": format!("{}/mcp", bellhop.url), "token": token, "tool": TOOL, "arguments": {"limit": 50}})
}

fn assert_answer(answer: &Value, protocol: &str, ids: &[i64]) {
    assert_eq!(answer["protocol"], protocol, "{answer}");
    assert_eq!(answer["is_error"], false, "{answer}");
    assert!(answer["tools"].as_array().expect("tools").iter().any(|name| name == TOOL), "{answer}");
    assert_eq!(order_ids(&answer["structured"]), ids);
    // Clients without structured content read the same from the text.
    let text: Value = serde_json::from_str(answer["text"].as_str().expect("text")).expect("the text is JSON");
    assert_eq!(text, answer["structured"]);
}

/// Runs one Python client over HTTP as both users and as nobody.
async fn python_over_http(venv: &str, script: &str, mode: &str, protocol: &str) {
    let bellhop = Bellhop::demo().await;
    for (user, ids) in [("alice", ALICE.as_slice()), ("bob", &BOB)] {
        let mut job = over_http(&bellhop, &bellhop.token(user));
        job["mode"] = mode.into();
        assert_answer(&peers::python(venv, script, &job).await, protocol, ids);
    }
    let mut job = over_http(&bellhop, "");
    job["mode"] = mode.into();
    let answer = peers::python(venv, script, &job).await;
    assert_refused(&answer);
}

#[tokio::test]
async fn mcp_2_speaks_2026_07_28_as_one_user() {
    python_over_http("mcp2", "mcp2.py", "auto", "2026-07-28").await;
}

#[tokio::test]
async fn mcp_2_in_legacy_mode_speaks_2025_11_25_as_one_user() {
    python_over_http("mcp2", "mcp2.py", "legacy", "2025-11-25").await;
}

#[tokio::test]
async fn mcp_1_speaks_2025_11_25_as_one_user() {
    python_over_http("mcp1", "mcp1.py", "", "2025-11-25").await;
}

/// A house of its own, and the job of a client that starts `bellhop mcp` in it.
async fn with_stdio(user: &str, work: impl AsyncFnOnce(Value)) {
    let (shop, home) = (Shop::sqlite().await, process::home());
    let (config, root) = (home.path().join("bellhop.toml"), home.path().join("users"));
    fixtures::furnish(&root);
    std::fs::write(&config, fixtures::config(&shop.url, &root, "typed", shop.config())).expect("a file can be written");
    let words = ["mcp", "--config", config.to_str().expect("a path")];
    let variables = json!({"BELLHOP_TOKEN": fixtures::token(user)});
    let job = json!({
        "command": env!("CARGO_BIN_EXE_bellhop"), "args": words, "env": variables,
        "tool": TOOL, "arguments": {"limit": 50}, "mode": "auto",
    });
    work(job).await;
}

#[tokio::test]
async fn mcp_2_over_stdio_acts_for_the_user_of_the_token() {
    for (user, ids) in [("alice", [700_001, 700_002]), ("bob", [800_001, 800_002])] {
        with_stdio(user, async |mut job: Value| {
            assert_answer(&peers::python("mcp2", "mcp2.py", &job).await, "2026-07-28", &ids);
            job["mode"] = "legacy".into();
            assert_answer(&peers::python("mcp2", "mcp2.py", &job).await, "2025-11-25", &ids);
        })
        .await;
    }
}

#[tokio::test]
async fn mcp_1_over_stdio_acts_for_the_user_of_the_token() {
    for (user, ids) in [("alice", [700_001, 700_002]), ("bob", [800_001, 800_002])] {
        with_stdio(user, async |job: Value| {
            assert_answer(&peers::python("mcp1", "mcp1.py", &job).await, "2025-11-25", &ids);
        })
        .await;
    }
}

#[tokio::test]
async fn over_stdio_nothing_starts_without_a_token() {
    with_stdio("alice", async |mut job: Value| {
        job["env"] = json!({});
        let answer = peers::python("mcp1", "mcp1.py", &job).await;
        assert!(answer["failed"].is_array(), "{answer}");
    })
    .await;
}

#[tokio::test]
async fn an_openai_agent_answers_with_the_users_rows_over_http() {
    let bellhop = Bellhop::demo().await;
    for (user, own, foreign) in [("alice", "103", "203"), ("bob", "203", "103")] {
        let model = FakeModel::calling(TOOL, json!({"limit": 50})).await;
        let mut job = over_http(&bellhop, &bellhop.token(user));
        job["model_url"] = model.url.as_str().into();
        job["message"] = "show my orders".into();
        let answer = peers::python("mcp2", "openai_agents.py", &job).await;
        assert_turn(&answer, own, foreign);
        assert_eq!(model.seen().len(), 2, "one question and one tool result");
    }
}

#[tokio::test]
async fn an_openai_agent_answers_with_the_users_rows_over_stdio() {
    for (user, own, foreign) in [("alice", "700001", "800001"), ("bob", "800001", "700001")] {
        with_stdio(user, async |mut job: Value| {
            let model = FakeModel::calling(TOOL, json!({"limit": 50})).await;
            job["model_url"] = model.url.as_str().into();
            job["message"] = "show my orders".into();
            assert_turn(&peers::python("mcp2", "openai_agents.py", &job).await, own, foreign);
        })
        .await;
    }
}

#[tokio::test]
async fn an_openai_agent_without_a_token_is_told_401() {
    let bellhop = Bellhop::demo().await;
    let mut job = over_http(&bellhop, "");
    job["model_url"] = "http://127.0.0.1:9/v1".into();
    job["message"] = "show my orders".into();
    let answer = peers::python("mcp2", "openai_agents.py", &job).await;
    assert_refused(&answer);
}

/// A client that was answered 401 fails; 1.x of the SDK tells the status, 2.x the words that came with it.
fn assert_refused(answer: &Value) {
    let failed = answer["failed"].to_string();
    let told = ["401", "Server returned an error response", "Sign in first"].iter().any(|words| failed.contains(words));
    assert!(told && !failed.contains("Timeout"), "a client without a token should be refused, not {answer}");
}

fn assert_turn(answer: &Value, own: &str, foreign: &str) {
    let said = answer["answer"].as_str().unwrap_or_else(|| panic!("no answer in {answer}"));
    assert!(said.contains(own), "{said}");
    assert!(!said.contains(foreign), "{said}");
}

/// Runs the inspector's command line with a home of its own.
async fn inspector(words: &[&str]) -> (bool, Value, String) {
    let home = process::home();
    let mut node = peers::node();
    // What follows `--` is the server's command, so these words come first.
    node.arg(peers::node_command("mcp-inspector")).args(["--cli", "--format", "json", "--quiet"]).args(words);
    let output = peers::finish(node.env("HOME", home.path())).await;
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), serde_json::from_str(&out).unwrap_or_default(), out + &peers::errors(&output))
}

#[tokio::test]
async fn the_inspector_lists_and_calls_in_every_era() {
    let bellhop = Bellhop::demo().await;
    let url = format!("{}/mcp", bellhop.url);
    for era in ["legacy", "auto", "modern"] {
        for (user, ids) in [("alice", ALICE.as_slice()), ("bob", &BOB)] {
            let header = format!("Authorization: Bearer {}", bellhop.token(user));
            let base = [url.as_str(), "--transport", "http", "--protocol-era", era, "--header", &header];
            let (ok, listed, all) = inspector(&[&base[..], &["--method", "tools/list", "--strict"]].concat()).await;
            assert!(ok, "{era}: {all}");
            let tools = listed["result"]["tools"].as_array().unwrap_or_else(|| panic!("{all}"));
            assert!(tools.iter().any(|tool| tool["name"] == TOOL), "{all}");
            let call = ["--method", "tools/call", "--tool-name", TOOL, "--tool-arg", "limit=50"];
            let (ok, called, all) = inspector(&[&base[..], &call].concat()).await;
            assert!(ok, "{era}: {all}");
            assert_eq!(order_ids(&called["result"]["structuredContent"]), ids);
        }
    }
    let (ok, _, all) = inspector(&[&url, "--transport", "http", "--method", "tools/list"]).await;
    assert!(!ok && all.contains("auth_required"), "without a token: {all}");
}

#[tokio::test]
async fn the_inspector_calls_over_stdio() {
    with_stdio("bob", async |job: Value| {
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let (program, words) = (text(&job["command"]), job["args"].as_array().expect("words").iter().map(text));
        let token = format!("BELLHOP_TOKEN={}", text(&job["env"]["BELLHOP_TOKEN"]));
        let command: Vec<String> = [program].into_iter().chain(words).collect();
        let mut all: Vec<&str> = vec!["--transport", "stdio", "-e", &token];
        all.extend(["--method", "tools/call", "--tool-name", TOOL, "--tool-arg", "limit=50", "--"]);
        all.extend(command.iter().map(String::as_str));
        let (ok, called, said) = inspector(&all).await;
        assert!(ok, "{said}");
        assert_eq!(order_ids(&called["result"]["structuredContent"]), [800_001, 800_002]);
    })
    .await;
}
