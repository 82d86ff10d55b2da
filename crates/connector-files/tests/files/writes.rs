//! create, update, delete.

use crate::support::{Ask, bench, bench_with, data, not_found, refusal, snapshot, update};
use serde_json::json;

const TAKEN: &str = "There is already something at `path`. Choose another path, or change what is there.";

#[tokio::test]
async fn a_new_file_is_there_with_its_folders() {
    let bench = bench().await;
    let outcome = bench.create("alice", "a/b/c.md", "hello").await.unwrap();
    assert_eq!(outcome.id, Some(json!("a/b/c.md")));
    let made = data(&outcome);
    assert_eq!((&made["path"], &made["size"]), (&json!("a/b/c.md"), &json!(5)));
    assert_eq!(std::fs::read_to_string(bench.home("alice").join("a/b/c.md")).unwrap(), "hello");
    let listed = data(&bench.list("alice", Ask::default()).await.unwrap());
    assert_eq!(listed, json!([made]));
}

#[tokio::test]
async fn bytes_are_written_from_base64_and_folders_can_be_made() {
    let bench = bench().await;
    let values = json!({"path": "x.bin", "content": "AP+A", "encoding": "base64"});
    bench.create_with("alice", values).await.unwrap();
    assert_eq!(std::fs::read(bench.home("alice").join("x.bin")).unwrap(), [0, 255, 128]);
    bench.create_with("alice", json!({"path": "new/folder", "kind": "folder"})).await.unwrap();
    assert!(bench.home("alice").join("new/folder").is_dir());
    let again = bench.create_with("alice", json!({"path": "new/folder", "kind": "folder"})).await;
    assert_eq!(refusal(again), ("conflict", TAKEN.to_owned()));
}

#[tokio::test]
async fn creating_what_exists_is_a_conflict_and_changes_nothing() {
    let bench = bench().await;
    bench.put("alice", "a.md", "old");
    bench.put("alice", "folder/b.md", "old");
    let before = snapshot(bench.root.path());
    for path in ["a.md", "folder"] {
        assert_eq!(refusal(bench.create("alice", path, "new").await), ("conflict", TAKEN.to_owned()));
    }
    let through = "A name on the way in `path` is not a folder. Choose another path.";
    assert_eq!(refusal(bench.create("alice", "a.md/b", "new").await), ("conflict", through.to_owned()));
    assert_eq!(snapshot(bench.root.path()), before);
}

#[tokio::test]
async fn an_update_replaces_the_content() {
    let bench = bench().await;
    bench.put("alice", "a.md", "old and longer");
    let before = data(&bench.get("alice", "a.md").await.unwrap());
    let after = data(&bench.update("alice", "a.md", json!({"content": "new"})).await.unwrap());
    assert_eq!(bench.text("alice", "a.md").await, "new");
    assert_ne!(before["version"], after["version"]);
    assert_eq!(after["version"], data(&bench.get("alice", "a.md").await.unwrap())["version"]);
}

#[tokio::test]
async fn an_update_of_another_version_is_a_conflict() {
    let bench = bench().await;
    bench.put("alice", "a.md", "one");
    let version = data(&bench.get("alice", "a.md").await.unwrap())["version"].clone();
    let write = |content: &str| update("a.md", json!({"content": content}), json!({"if_version": version}));
    bench.run("alice", write("two")).await.unwrap();
    let (code, _) = refusal(bench.run("alice", write("three")).await);
    assert_eq!((code, bench.text("alice", "a.md").await.as_str()), ("conflict", "two"));
    let (code, _) = refusal(bench.delete("alice", "a.md", json!({"if_version": version})).await);
    assert_eq!((code, bench.text("alice", "a.md").await.as_str()), ("conflict", "two"));
}

#[tokio::test]
async fn an_update_makes_a_missing_file_only_when_said() {
    let bench = bench().await;
    let write = |text: &str, options| bench.run("alice", update("new/a.md", json!({"content": text}), options));
    let (code, _) = refusal(write("x", json!({"create_missing": true, "if_version": "1"})).await);
    assert_eq!((code, bench.home("alice").exists()), ("not_found", false));
    let made = data(&write("x", json!({"create_missing": true})).await.unwrap());
    assert_eq!((&made["path"], bench.text("alice", "new/a.md").await), (&json!("new/a.md"), "x".into()));
    let again = data(&write("y", json!({"create_missing": true})).await.unwrap());
    assert_ne!(made["version"], again["version"]);
}

#[tokio::test]
async fn an_update_makes_nothing_and_needs_content() {
    let bench = bench().await;
    bench.put("alice", "folder/a.md", "old");
    assert_eq!(refusal(bench.update("alice", "b.md", json!({"content": "x"})).await), not_found());
    assert_eq!(refusal(bench.update("alice", "no/b.md", json!({"content": "x"})).await), not_found());
    assert_eq!(refusal(bench.update("carol", "a.md", json!({"content": "x"})).await), not_found());
    let cases = [
        ("folder", json!({"content": "x"}), "That is a folder, which has no content. To rename it, use move."),
        (
            "folder/a.md",
            json!({"encoding": "text"}),
            "Give the file's new `content`. To give it another path, use move.",
        ),
    ];
    for (path, values, wanted) in cases {
        assert_eq!(refusal(bench.update("alice", path, values).await), ("invalid_argument", wanted.to_owned()));
    }
    assert!(!bench.home("carol").exists());
    assert_eq!(bench.text("alice", "folder/a.md").await, "old");
}

#[tokio::test]
async fn a_file_and_an_empty_folder_are_deleted_and_a_full_one_only_when_said() {
    let bench = bench().await;
    bench.put("alice", "keep.md", "");
    bench.put("alice", "folder/a.md", "");
    bench.put("alice", "folder/deep/er/b.md", "");
    bench.create_with("alice", json!({"path": "empty", "kind": "folder"})).await.unwrap();
    assert_eq!(bench.delete("alice", "empty", json!({})).await.unwrap().id, Some(json!("empty")));
    let (code, message) = refusal(bench.delete("alice", "folder", json!({})).await);
    assert_eq!(code, "conflict");
    assert!(message.starts_with("That folder is not empty"), "{message}");
    bench.delete("alice", "folder/a.md", json!({})).await.unwrap();
    bench.delete("alice", "folder", json!({"recursive": true})).await.unwrap();
    let all = Ask { options: json!({"folders": true}), ..Ask::default() };
    assert_eq!(bench.paths("alice", all).await, ["keep.md"]);
    assert_eq!(refusal(bench.delete("alice", "folder", json!({"recursive": true})).await), not_found());
}

#[tokio::test]
async fn sizes_and_encodings_are_checked_before_anything_is_made() {
    let bench = bench_with(|config| config.write_bytes_max = 10).await;
    let cases = [
        (json!({"path": "a", "content": "12345678901"}), "limit_exceeded", "`content` is larger than 10 bytes."),
        (json!({"path": "a", "content": "!", "encoding": "base64"}), "invalid_argument", "`content` is not base64"),
        (
            json!({"path": "a", "content": "", "encoding": "rot13"}),
            "invalid_argument",
            "`encoding` must be text, base64 or an encoding",
        ),
        (json!({"path": "a", "kind": "pipe"}), "invalid_argument", "`kind` must be file or folder."),
        (json!({"path": "a", "kind": "folder", "content": "x"}), "invalid_argument", "A folder has no `content`."),
        (json!({"path": "a", "user_id": "bob"}), "invalid_argument", "`user_id` cannot be set. Give path, kind,"),
        (json!({"path": 7}), "invalid_argument", "`path` must be a text."),
        (json!({"content": "x"}), "invalid_argument", "`path` is missing."),
    ];
    for (values, code, wanted) in cases {
        let (got, message) = refusal(bench.create_with("alice", values.clone()).await);
        assert_eq!(got, code, "{values}");
        assert!(message.starts_with(wanted), "{message}");
    }
    assert!(!bench.home("alice").exists());
    bench.create("alice", "a", "1234567890").await.unwrap();
}
