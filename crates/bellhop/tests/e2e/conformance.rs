//! The MCP project's own suite against `/mcp`.

use std::path::Path;

use serde_json::Value;

use crate::support::proxy::TokenProxy;
use crate::support::{Bellhop, peers, process};

/// Words that show, in a check's own message, that it missed something of the suite's own making.
const FIXTURE_WORDS: [&str; 6] =
    ["test_", "json_schema_2020_12_tool", "x-mcp-header annotations", "prompts/", "resources/", "completion/"];
/// Scenarios that go on from such a thing, and whose later checks only say that there was none.
const FIXTURE_SCENARIOS: [&str; 2] = ["input-required-result-", "sep-2164-resource-not-found"];

/// Every scenario of the revision that is not in the baseline passes, and every one in it fails; and where one fails,
/// each single check that failed did so for want of a tool, prompt or resource of the suite's own.
#[tokio::test]
async fn nothing_fails_but_what_asks_for_fixtures() {
    let bellhop = Bellhop::demo().await;
    let proxy = TokenProxy::start(&bellhop.url, &bellhop.token("alice")).await;
    let (suite, folder) = (peers::node_command("conformance"), process::home());
    let mut node = peers::node();
    node.arg(suite).args(["server", "--suite", "all", "--spec-version", "2026-07-28", "--url"]);
    node.arg(format!("{}/mcp", proxy.url)).arg("--expected-failures").arg(peers::script("conformance-baseline.yml"));
    let output = peers::finish(node.arg("-o").arg(folder.path())).await;
    let out = String::from_utf8_lossy(&output.stdout);
    let unexplained = unexplained(folder.path());
    assert!(unexplained.is_empty(), "these checks failed, and no fixture explains it:\n{}", unexplained.join("\n"));
    assert!(output.status.success(), "{out}\n{}", peers::errors(&output));
}

/// Failed checks, and warnings, that have nothing to do with fixtures.
fn unexplained(results: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut checks = 0;
    for scenario in std::fs::read_dir(results).expect("the suite wrote results").filter_map(Result::ok) {
        let name = scenario.file_name().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(scenario.path().join("checks.json")).expect("a scenario has checks");
        for check in serde_json::from_str::<Vec<Value>>(&text).expect("checks are JSON") {
            checks += 1;
            let why = check["errorMessage"].as_str().unwrap_or_default();
            let good = matches!(check["status"].as_str(), Some("SUCCESS" | "INFO" | "SKIPPED"));
            let fixture = FIXTURE_WORDS.iter().any(|word| why.contains(word))
                || FIXTURE_SCENARIOS.iter().any(|scenario| name.contains(scenario));
            if !good && !fixture {
                found.push(format!("{name}: {} {}", check["id"], check["errorMessage"]));
            }
        }
    }
    assert!(checks > 100, "the suite made only {checks} checks");
    found
}

/// The baseline is only good while each entry says why.
#[test]
fn every_exception_has_a_reason() {
    let path = peers::script("conformance-baseline.yml");
    let text = std::fs::read_to_string(path).expect("the baseline can be read");
    for line in text.lines().filter(|line| line.trim_start().starts_with("- ")) {
        let reason = line.split_once(" # ").map(|(_, reason)| reason.trim()).unwrap_or_default();
        assert!(reason.len() > 10, "no reason in {line:?}");
    }
}
