//! The MCP project's own suite against `/mcp`.

use crate::support::proxy::TokenProxy;
use crate::support::{Bellhop, peers};

/// Every scenario of the revision that is not in the baseline passes, and every one in it fails. The baseline says
/// why for each; there are only scenarios in it that ask for tools, prompts or resources of the suite's own.
#[tokio::test]
async fn only_scenarios_that_need_fixtures_fail() {
    let bellhop = Bellhop::demo().await;
    let proxy = TokenProxy::start(&bellhop.url, &bellhop.token("alice")).await;
    let suite = peers::node_command("conformance");
    let mut node = peers::node();
    node.arg(suite).args(["server", "--suite", "all", "--spec-version", "2026-07-28", "--url"]);
    node.arg(format!("{}/mcp", proxy.url)).arg("--expected-failures").arg(peers::script("conformance-baseline.yml"));
    let output = peers::finish(&mut node).await;
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{out}\n{}", peers::errors(&output));
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
