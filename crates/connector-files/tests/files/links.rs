//! Links and special files that somebody with access to the disk has put into a user's folder.

use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::support::{Ask, Bench, bench, create, data, delete, get, invoke, not_found, refusal, snapshot, update};
use crate::users::try_everything;

async fn with_links() -> Bench {
    let bench = bench().await;
    bench.put("bob", "secret.md", "bob's classified");
    std::fs::write(bench.root.path().join("outside.txt"), "the operator's classified").unwrap();
    bench.put("alice", "mine.md", "hers");
    bench.put("alice", "folder/inside.md", "hers");
    let home = bench.home("alice");
    symlink("../bob/secret.md", home.join("to-bob")).unwrap();
    symlink("../bob", home.join("to-bobs-folder")).unwrap();
    symlink(bench.root.path().join("outside.txt"), home.join("absolute")).unwrap();
    symlink("/etc/passwd", home.join("passwd")).unwrap();
    symlink("/proc/self/cwd", home.join("cwd")).unwrap();
    symlink("..", home.join("up")).unwrap();
    symlink("loop", home.join("loop")).unwrap();
    symlink("nowhere", home.join("dangling")).unwrap();
    symlink("mine.md", home.join("to-mine")).unwrap();
    symlink("folder", home.join("to-folder")).unwrap();
    bench
}

const LINKS: [&str; 10] =
    ["to-bob", "to-bobs-folder", "absolute", "passwd", "cwd", "up", "loop", "dangling", "to-mine", "to-folder"];

#[tokio::test]
async fn links_are_neither_listed_nor_counted_nor_searched() {
    let bench = with_links().await;
    let outcome = bench.list("alice", Ask { options: json!({"folders": true}), ..Ask::default() }).await.unwrap();
    let paths: Vec<_> =
        data(&outcome).as_array().unwrap().iter().map(|item| item["path"].as_str().unwrap().to_owned()).collect();
    assert_eq!((paths, outcome.count), (vec!["folder".into(), "folder/inside.md".into(), "mine.md".into()], Some(3)));
    let found = bench.invoke("alice", "search", json!({"text": "classified"})).await.unwrap();
    assert_eq!((found.count, data(&found)), (Some(0), json!([])));
}

#[tokio::test]
async fn a_link_does_not_exist_wherever_it_leads() {
    let bench = with_links().await;
    let before = snapshot(bench.root.path());
    for link in LINKS {
        for path in [link.to_owned(), format!("{link}/secret.md"), format!("{link}/inside.md"), format!("{link}/a/b")] {
            let operations = [
                get(&path, json!({})),
                update(&path, json!({"content": "x"}), json!({})),
                delete(&path, json!({"recursive": true})),
                invoke("move", json!({"from": path, "to": "x"})),
                invoke("copy", json!({"from": path, "to": "x"})),
                invoke("search", json!({"text": "e", "folder": path})),
            ];
            for operation in operations {
                let shown = format!("{operation:?}");
                assert_eq!(refusal(bench.run("alice", operation).await), not_found(), "{shown}");
            }
            let into = [
                create(json!({"path": path, "content": "planted"})),
                create(json!({"path": path, "kind": "folder"})),
                invoke("move", json!({"from": "mine.md", "to": path, "overwrite": true})),
                invoke("copy", json!({"from": "mine.md", "to": path, "overwrite": true})),
            ];
            for operation in into {
                let shown = format!("{operation:?}");
                assert_eq!(refusal(bench.run("alice", operation).await).0, "conflict", "{shown}");
            }
        }
    }
    assert_eq!(snapshot(bench.root.path()), before);
}

#[tokio::test]
async fn a_folder_deleted_with_everything_in_it_takes_links_but_not_where_they_lead() {
    let bench = with_links().await;
    symlink("../../bob", bench.home("alice").join("folder/to-bob")).unwrap();
    symlink("/etc", bench.home("alice").join("folder/etc")).unwrap();
    let bobs = snapshot(&bench.home("bob"));
    bench.delete("alice", "folder", json!({"recursive": true})).await.unwrap();
    assert_eq!(snapshot(&bench.home("bob")), bobs);
    assert!(std::path::Path::new("/etc/passwd").exists());
}

#[tokio::test]
async fn a_users_folder_that_is_itself_a_link_or_a_file_is_refused() {
    let bench = bench().await;
    bench.put("bob", "secret.md", "bob's classified");
    symlink("bob", bench.home("alice")).unwrap();
    std::fs::write(bench.home("carol"), "a file").unwrap();
    let before = snapshot(bench.root.path());
    let message = "Your folder on the server is not an ordinary folder, so it is not used. Tell its operator.";
    for user in ["alice", "carol"] {
        assert_eq!(refusal(bench.list(user, Ask::default()).await), ("permission_denied", message.to_owned()));
        assert_eq!(refusal(bench.create(user, "x", "x").await), ("permission_denied", message.to_owned()));
        try_everything(&bench, user, "secret.md").await;
    }
    assert_eq!(snapshot(bench.root.path()), before);
}

#[tokio::test]
async fn special_files_do_not_exist_and_nothing_waits_for_them() {
    let bench = bench().await;
    bench.put("alice", "mine.md", "hers");
    let home = bench.home("alice");
    assert!(Command::new("mkfifo").arg(home.join("pipe")).status().unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(home.join("socket")).unwrap();
    let mut special = vec!["pipe", "socket"];
    // Only root can make a device; the null device is harmless.
    if Command::new("mknod").arg(home.join("device")).args(["c", "1", "3"]).status().is_ok_and(|it| it.success()) {
        special.push("device");
    }
    let work = async {
        for path in special {
            try_everything(&bench, "alice", path).await;
            assert_eq!(refusal(bench.get("alice", path).await), not_found());
            assert_eq!(refusal(bench.delete("alice", path, json!({})).await), not_found());
            assert_eq!(refusal(bench.create("alice", path, "").await).0, "conflict");
            assert!(std::fs::symlink_metadata(home.join(path)).is_ok(), "{path} is still there");
        }
        let found = bench.invoke("alice", "search", json!({"text": "h"})).await.unwrap();
        assert_eq!(found.count, Some(1));
        assert_eq!(bench.paths("alice", Ask::default()).await, ["mine.md"]);
    };
    tokio::time::timeout(Duration::from_secs(20), work).await.expect("nothing waits for a pipe");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_swapped_for_a_pipe_or_a_link_while_it_is_read_neither_blocks_nor_leads_elsewhere() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    let bench = bench().await;
    bench.put("alice", "file", "hers");
    let (home, stop) = (bench.home("alice"), Arc::new(AtomicBool::new(false)));
    std::fs::write(home.join("other"), "linked").unwrap();
    symlink("other", home.join("link")).unwrap();
    assert!(Command::new("mkfifo").arg(home.join("pipe")).status().unwrap().success());
    let swapper = {
        let (stop, home) = (Arc::clone(&stop), home.clone());
        tokio::task::spawn_blocking(move || {
            let swap = |one: &str, other: &str| {
                std::fs::rename(home.join(one), home.join("aside")).unwrap();
                std::fs::rename(home.join(other), home.join(one)).unwrap();
                std::fs::rename(home.join("aside"), home.join(other)).unwrap();
            };
            while !stop.load(Ordering::Relaxed) {
                for other in ["pipe", "pipe", "link", "link"] {
                    swap("file", other);
                }
            }
        })
    };
    let reads = async {
        let mut read = 0;
        for _ in 0..5000 {
            match bench.get("alice", "file").await {
                Ok(outcome) => {
                    assert_eq!(data(&outcome)["content"], "hers");
                    read += 1;
                }
                refused => assert_eq!(refusal(refused), not_found()),
            }
        }
        assert!(read > 0);
    };
    let done = tokio::time::timeout(Duration::from_secs(60), reads).await;
    stop.store(true, Ordering::Relaxed);
    // A reader that waits for the pipe would wait for ever: give it somebody who opens it for writing.
    let freed = std::fs::File::options().read(true).write(true).open(home.join("pipe"));
    swapper.await.unwrap();
    drop(freed);
    done.expect("nothing waits for a pipe");
}
