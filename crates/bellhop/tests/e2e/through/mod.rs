//! The MCP project's own suite against a server of the suite's fixtures, straight and through Bellhop: check by check the
//! same, but for what `peers/conformance-through.yml` names, each with its reason.

mod fixture;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};
use testkit::issuer::{SigningKey, now_s};

use crate::support::fixtures::SECRET;
use crate::support::proxy::TokenProxy;
use crate::support::{Bellhop, peers, process};
use fixture::Fixture;

const ISSUER: &str = "https://me.test";
const LISTED: &str = "conformance-through.yml";

/// How each check ended, by scenario and check; a check that is made several times has several ends.
type Ends = BTreeMap<String, Vec<String>>;

#[tokio::test]
async fn a_server_behind_bellhop_is_as_it_is_without_but_for_what_is_named() {
    let fixture = Fixture::start().await;
    let config = format!(
        "[auth]\nissuer = \"{ISSUER}\"\naudience = \"{ISSUER}\"\nsecret = \"{SECRET}\"\n\n[limits]\ntools = \"typed\"\n\n\
         [resources.suite]\nkind = \"mcp\"\nnames = \"bare\"\nurl = \"{}/mcp\"\npins = \"off\"\nshared = true\n",
        fixture.address
    );
    let bellhop = Bellhop::serve(&config).await;
    let claims = json!({"iss": ISSUER, "aud": ISSUER, "sub": "alice", "exp": now_s() + 3600});
    let token = SigningKey::of_secret("HS256", SECRET.as_bytes()).token(&claims);
    let proxy = TokenProxy::start(&bellhop.url, &token).await;
    let straight = suite(&fixture.url).await;
    let through = suite(&proxy.url).await;
    assert!(straight.len() > 100, "the suite made only {} checks", straight.len());
    let checks: BTreeSet<&String> = straight.keys().chain(through.keys()).collect();
    let differing: BTreeSet<String> =
        checks.into_iter().filter(|check| straight.get(*check) != through.get(*check)).cloned().collect();
    let listed = listed();
    let told = |check: &String| format!("{check}: {:?} and through {:?}", straight.get(check), through.get(check));
    let unlisted: Vec<_> = differing.difference(&listed).map(told).collect();
    assert!(unlisted.is_empty(), "these differ, and {LISTED} does not name them:\n{}", unlisted.join("\n"));
    let stale: Vec<_> = listed.difference(&differing).collect();
    assert!(stale.is_empty(), "{LISTED} names these, and they do not differ: {stale:?}");
}

/// Runs the whole suite.
async fn suite(url: &str) -> Ends {
    let folder = process::home();
    let mut node = peers::node();
    node.arg(peers::node_command("conformance"));
    node.args(["server", "--suite", "all", "--spec-version", "2026-07-28", "--url"]).arg(format!("{url}/mcp"));
    let output = peers::finish(node.arg("-o").arg(folder.path())).await;
    let ends = ends(folder.path());
    assert!(!ends.is_empty(), "{}\n{}", String::from_utf8_lossy(&output.stdout), peers::errors(&output));
    ends
}

fn ends(results: &Path) -> Ends {
    let mut ends = Ends::new();
    for folder in std::fs::read_dir(results).expect("the suite wrote results").filter_map(Result::ok) {
        let name = folder.file_name().to_string_lossy().into_owned();
        // `server-NAME-2026-11-22T…`
        let name = name.strip_prefix("server-").unwrap_or(&name);
        let scenario = name.find("-20").map_or(name, |end| scenario(name, end));
        let text = std::fs::read_to_string(folder.path().join("checks.json")).expect("a scenario has checks");
        for check in serde_json::from_str::<Vec<Value>>(&text).expect("checks are JSON") {
            let of = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
            let end = of("status");
            ends.entry(format!("{scenario} {} {}", of("id"), of("name"))).or_default().push(end);
        }
    }
    ends
}

/// The name before its time. Some names have a year in them too.
fn scenario(name: &str, first: usize) -> &str {
    name.rfind('T').and_then(|at| name[..at].rfind("-20")).map_or(&name[..first], |end| &name[..end])
}

/// What the list names: lines of `- scenario id name # reason`.
fn listed() -> BTreeSet<String> {
    let text = std::fs::read_to_string(peers::script(LISTED)).expect("the list can be read");
    let lines = text.lines().filter_map(|line| line.trim_start().strip_prefix("- "));
    lines
        .map(|line| {
            let (check, reason) = line.split_once(" # ").unwrap_or_else(|| panic!("no reason in {line:?}"));
            assert!(reason.trim().len() > 20, "no reason in {line:?}");
            check.trim().to_owned()
        })
        .collect()
}
