//! A process for each caller.

use std::path::Path;
use std::time::Duration;

use access::Caller;
use bellhop_connector_mcp::Mcp;
use connector::{Connector, ErrorKind};
use serde_json::{Value, json};
use testkit::mcp::{filesystem_command, notes_command};

use crate::support::{called, open};

async fn whoami(mcp: &Mcp, caller: &Caller) -> Value {
    called(mcp, caller, "whoami", json!({})).await.unwrap().structured.unwrap()
}

fn is_running(pid: &Value) -> bool {
    Path::new(&format!("/proc/{pid}/stat")).exists()
}

fn notes(more: Value) -> Value {
    let mut config = json!({"command": notes_command(), "env": {"NOTES_USER": "{caller.id}"}});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}

#[tokio::test]
async fn each_users_files_are_served_by_a_process_of_their_own() {
    let base = tempfile::tempdir().unwrap();
    let config = json!({"command": filesystem_command("{folder}"), "folder": "users/{caller.id}"});
    let mcp = open(config, base.path()).await.unwrap();
    assert!(mcp.catalog().action("read_text_file").is_some(), "{:?}", mcp.catalog().hidden);
    let (alice, bob) = (testkit::caller("alice").await, testkit::caller("bob").await);
    let base = base.path().canonicalize().unwrap();
    let hers = base.join("users/alice/secret.txt");
    let write = json!({"path": hers, "content": "ALICE-0001"});
    assert!(!called(&mcp, &alice, "write_file", write.clone()).await.unwrap().failed);
    assert_eq!(std::fs::read_to_string(&hers).unwrap(), "ALICE-0001");
    let read = called(&mcp, &alice, "read_text_file", json!({"path": hers})).await.unwrap();
    assert_eq!(read.blocks[0]["text"], "ALICE-0001");
    for tool in ["read_text_file", "list_directory"] {
        for path in [hers.display().to_string(), "../alice/secret.txt".into(), base.join("users").display().to_string()]
        {
            let answer = called(&mcp, &bob, tool, json!({"path": path})).await.unwrap();
            assert!(answer.failed && !format!("{answer:?}").contains("ALICE-0001"), "{tool} {path}: {answer:?}");
        }
    }
    assert!(called(&mcp, &bob, "write_file", write).await.unwrap().failed);
    // Whatever somebody is called, they stay below the folder.
    let climber = testkit::caller("../alice").await;
    let allowed = called(&mcp, &climber, "list_allowed_directories", json!({})).await.unwrap();
    assert!(allowed.blocks[0]["text"].as_str().unwrap().ends_with("users/=2e.=2falice"), "{allowed:?}");
}

#[tokio::test]
async fn a_process_has_a_clean_environment_and_is_kept_until_it_is_idle() {
    let base = tempfile::tempdir().unwrap();
    let more = json!({"folder": "work/{caller.id}", "process": {"idle_s": 2}});
    let mcp = open(notes(more), base.path()).await.unwrap();
    let (alice, bob) = (testkit::caller("alice").await, testkit::caller("bob").await);
    let (first, second, his) = (whoami(&mcp, &alice).await, whoami(&mcp, &alice).await, whoami(&mcp, &bob).await);
    assert_eq!((&first["user"], &his["user"]), (&json!("alice"), &json!("bob")));
    assert_eq!(first["pid"], second["pid"]);
    assert_ne!(first["pid"], his["pid"]);
    assert!(first["folder"].as_str().unwrap().ends_with("work/alice"), "{first}");
    let known = ["HOME", "LANG", "LC_CTYPE", "NOTES_USER", "PATH"];
    let names = first["environment"].as_array().unwrap();
    assert!(names.iter().all(|name| known.contains(&name.as_str().unwrap())), "{names:?}");
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(!is_running(&first["pid"]) && !is_running(&his["pid"]));
    let third = whoami(&mcp, &alice).await;
    assert_ne!(third["pid"], first["pid"]);
    drop(mcp);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!is_running(&third["pid"]));
}

#[tokio::test]
async fn a_process_that_dies_is_started_again_after_a_pause_and_nothing_is_done_twice() {
    let base = tempfile::tempdir().unwrap();
    let counter = base.path().join("count");
    let env = json!({"NOTES_USER": "{caller.id}", "COUNTER": counter});
    let mcp = open(notes(json!({"env": env, "process": {"restart_wait_ms": 1500}})), base.path()).await.unwrap();
    let alice = testkit::caller("alice").await;
    let add = async |text: &str| called(&mcp, &alice, "add_note", json!({"text": text})).await;
    add("one").await.unwrap();
    let died = called(&mcp, &alice, "die", json!({})).await.unwrap_err();
    assert_eq!(died.kind(), ErrorKind::Unavailable);
    assert!(died.message().contains("not known"), "{died:?}");
    let resting = add("never").await.unwrap_err();
    assert_eq!((resting.kind(), resting.retry_after().is_some()), (ErrorKind::Unavailable, true));
    assert!(resting.message().contains("Nothing was sent"), "{resting:?}");
    tokio::time::sleep(Duration::from_millis(1600)).await;
    add("two").await.unwrap();
    assert_eq!(std::fs::read_to_string(counter).unwrap(), "one\ntwo\n");
}

#[tokio::test]
async fn the_process_that_nobody_used_for_longest_makes_room() {
    let base = tempfile::tempdir().unwrap();
    let mcp = open(notes(json!({"process": {"at_once_max": 1}})), base.path()).await.unwrap();
    let (alice, bob) = (testkit::caller("alice").await, testkit::caller("bob").await);
    let hers = whoami(&mcp, &alice).await;
    let his = whoami(&mcp, &bob).await;
    assert_eq!(his["user"], "bob");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!is_running(&hers["pid"]) && is_running(&his["pid"]));
}

#[tokio::test]
async fn a_process_that_nothing_ties_to_its_caller_offers_nothing() {
    let base = tempfile::tempdir().unwrap();
    let mcp = open(json!({"command": notes_command()}), base.path()).await.unwrap();
    let catalog = mcp.catalog();
    assert!(catalog.actions.is_empty() && catalog.prompts.is_empty() && !catalog.hidden.is_empty());
}
