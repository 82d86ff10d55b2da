//! What only folders of this machine have: permissions, a root that can go, folders that are there by themselves.

use bellhop_connector_files::{Config, Files};
use connector::Connector;
use serde_json::{Value, json};

use crate::quotas::usage;
use crate::support::{Ask, RESOURCE, bench, bench_with, create, data, invoke, refusal};

#[cfg(unix)]
#[tokio::test]
async fn an_update_keeps_the_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let bench = bench().await;
    let file = bench.put("alice", "a.md", "old and longer");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    bench.update("alice", "a.md", json!({"content": "new"})).await.unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_made_is_open_to_the_servers_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let bench = bench().await;
    bench.create("alice", "a/b.md", "").await.unwrap();
    let mode = |path: &str| std::fs::metadata(bench.home("alice").join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("a"), mode("a/b.md")), (0o700, 0o700, 0o600));
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_marked_read_only_stays_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let bench = bench().await;
    let file = bench.put("alice", "a.md", "old");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o444)).unwrap();
    let refused = refusal(bench.update("alice", "a.md", json!({"content": "x"})).await);
    assert_eq!(refused, ("permission_denied", "That file is marked as read-only.".to_owned()));
    assert_eq!(bench.text("alice", "a.md").await, "old");
}

#[tokio::test]
async fn a_root_that_is_missing_or_is_taken_away_is_told_without_its_path() {
    let gone = tempfile::TempDir::new().unwrap();
    let path = gone.path().join("none");
    let error = Files::open(RESOURCE, Config::new(&path)).await.unwrap_err();
    let wanted = "The folder that `root` names cannot be opened. Make it, or set `create_root` to true.";
    assert_eq!((error.kind().code(), error.message()), ("unavailable", wanted));

    let bench = bench().await;
    bench.files.health().await.unwrap();
    std::fs::remove_dir(bench.root.path().join("users")).unwrap();
    let error = bench.files.health().await.unwrap_err();
    assert_eq!(error.kind().code(), "unavailable");
    std::fs::create_dir(bench.root.path().join("users")).unwrap();
    bench.files.reload().await.unwrap();
    bench.files.health().await.unwrap();
    assert_eq!(format!("{:?}", bench.files), "Files { resource: \"notes\", .. }");
    let _: Value = data(&bench.list("alice", Ask::default()).await.unwrap());
}

#[tokio::test]
async fn a_walk_that_is_cut_says_so_and_counts_nothing() {
    let bench = bench_with(|config| config.entries_max = 3).await;
    for name in ["a", "b", "c", "d"] {
        bench.put("alice", name, "");
    }
    let outcome = bench.list("alice", Ask::default()).await.unwrap();
    assert_eq!((outcome.count, outcome.has_more), (None, Some(true)));
    assert_eq!(
        outcome.notices,
        ["Only the first 3 files and folders were looked at, so there may be more. Name a `folder`."]
    );
}

#[tokio::test]
async fn usage_is_told_with_and_without_bounds_and_only_the_callers() {
    let plain = bench().await;
    plain.put("alice", "a/b.txt", "12345");
    plain.put("bob", "c.txt", "1");
    let none = json!({"bytes": 5, "bytes_max": null, "files": 1, "folders": 1, "files_max": null});
    assert_eq!(usage(&plain, "alice").await, none);
    let bench = bench_with(|config| (config.quota_bytes_max, config.quota_files_max) = (Some(10), Some(3))).await;
    let nothing = json!({"bytes": 0, "bytes_max": 10, "files": 0, "folders": 0, "files_max": 3});
    assert_eq!(usage(&bench, "carol").await, nothing);
}

#[tokio::test]
async fn files_and_folders_are_counted_together() {
    let bench = bench_with(|config| config.quota_files_max = Some(4)).await;
    bench.create("alice", "a/b/c", "").await.unwrap();
    bench.create_with("alice", json!({"path": "d", "kind": "folder"})).await.unwrap();
    let over = "You may keep 4 files and folders in all. There are 4, and this needs 1 more. Delete something first.";
    let more = [
        create(json!({"path": "e", "content": ""})),
        create(json!({"path": "e", "kind": "folder"})),
        invoke("move", json!({"from": "a/b/c", "to": "e/f"})),
        invoke("copy", json!({"from": "a/b/c", "to": "e"})),
    ];
    for operation in more {
        assert_eq!(refusal(bench.run("alice", operation).await), ("limit_exceeded", over.to_owned()));
    }
    let folder = refusal(bench.invoke("alice", "copy", json!({"from": "a", "to": "e"})).await);
    assert_eq!(folder.0, "limit_exceeded");
    bench.delete("alice", "d", json!({})).await.unwrap();
    bench.create("alice", "e", "").await.unwrap();
}
