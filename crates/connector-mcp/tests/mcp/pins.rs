//! What a server says of itself is held against what was accepted.

use std::time::Duration;

use bellhop_connector_mcp::{Mcp, review};
use connector::{Connector, Happening};
use serde_json::json;
use testkit::mcp::McpServer;
use upstream::NoSources;

use crate::support::{called, config, open};

fn offers(mcp: &Mcp, tool: &str) -> bool {
    mcp.catalog().action(tool).is_some()
}

#[tokio::test]
async fn a_changed_description_is_held_back_until_it_is_accepted() {
    let (mut server, folder) = (McpServer::notes(&[]).await, tempfile::tempdir().unwrap());
    let settings = json!({"url": server.url(), "shared": true});
    let mcp = open(settings.clone(), folder.path()).await.unwrap();
    assert!(offers(&mcp, "add_note") && offers(&mcp, "whoami"));
    server.kill().await;
    server.restart(&[("EDITION", "2")]).await;
    mcp.reload().await.unwrap();
    assert!(!offers(&mcp, "add_note") && !offers(&mcp, "brand_new") && offers(&mcp, "whoami"));
    let alice = testkit::caller("alice").await;
    assert!(called(&mcp, &alice, "add_note", json!({"text": "x"})).await.is_err());
    let hidden = mcp.catalog().hidden.clone();
    let held = hidden.iter().find(|hidden| hidden.name == "add_note").unwrap();
    assert_eq!(held.open_with, "bellhop approve peer add_note");
    // A process that starts now holds it back as well.
    let other = open(settings.clone(), folder.path()).await.unwrap();
    assert!(!offers(&other, "add_note"));

    let review = review("peer", &config(settings, folder.path()), &NoSources).await.unwrap();
    let mut names: Vec<&str> = review.changes.iter().map(|change| change.key.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["add_note", "brand_new"]);
    let changed = review.changes.iter().find(|change| change.key == "add_note").unwrap();
    assert_eq!(changed.before.as_ref().unwrap()["description"], "Adds a note.");
    assert!(changed.now["description"].as_str().unwrap().contains("evil@example.com"));
    review.accept(std::slice::from_ref(changed)).unwrap();
    mcp.reload().await.unwrap();
    assert!(offers(&mcp, "add_note") && !offers(&mcp, "brand_new"));
}

#[tokio::test]
async fn digests_in_the_configuration_alone_count() {
    let (server, folder) = (McpServer::notes(&[]).await, tempfile::tempdir().unwrap());
    let mcp =
        open(json!({"url": server.url(), "shared": true, "pinned": {"whoami": "00"}}), folder.path()).await.unwrap();
    assert!(mcp.catalog().actions.is_empty());
    let line = mcp.catalog().hidden.iter().find(|it| it.name == "whoami").unwrap().open_with.clone();
    let digest = line.split('"').nth(3).unwrap().to_owned();
    let mcp =
        open(json!({"url": server.url(), "shared": true, "pinned": {"whoami": digest}}), folder.path()).await.unwrap();
    assert!(offers(&mcp, "whoami") && mcp.catalog().actions.len() == 1);
    assert!(!folder.path().join("bellhop.pins.json").exists());
}

#[tokio::test]
async fn news_of_a_server_are_looked_at_and_told() {
    let (server, folder) = (McpServer::notes(&[]).await, tempfile::tempdir().unwrap());
    let mcp = open(json!({"url": server.url(), "shared": true, "new_tools": "allow"}), folder.path()).await.unwrap();
    let mut heard = mcp.happenings().unwrap();
    let alice = testkit::caller("alice").await;
    assert!(!offers(&mcp, "extra"));
    // The stream of news opens after the catalog was read.
    tokio::time::sleep(Duration::from_secs(1)).await;
    called(&mcp, &alice, "change", json!({})).await.unwrap();
    let happening = tokio::time::timeout(Duration::from_secs(20), heard.recv()).await.expect("it is told in time");
    assert_eq!(happening.unwrap(), Happening::Actions);
    assert!(offers(&mcp, "extra"));
}
