//! append: at the end, whole or not at all.

use futures::future::join_all;
use serde_json::json;

use crate::support::{bench, bench_with, data, not_found, refusal, snapshot};

#[tokio::test]
async fn what_is_appended_stands_at_the_end_of_an_old_file_or_makes_a_new_one() {
    let bench = bench().await;
    let append = |content: &str| {
        bench.invoke("alice", "append", json!({"path": "logs/a.txt", "content": content, "create_missing": true}))
    };
    let made = append("one\n").await.unwrap();
    assert_eq!((data(&made)["size"].as_u64(), made.id), (Some(4), Some(json!("logs/a.txt"))));
    let grown = data(&append("two\n").await.unwrap());
    assert_eq!((grown["size"].as_u64(), bench.text("alice", "logs/a.txt").await.as_str()), (Some(8), "one\ntwo\n"));
    assert_eq!(data(&bench.get("alice", "logs/a.txt").await.unwrap())["version"], grown["version"]);
    assert_eq!(snapshot(&bench.home("alice")).len(), 2, "nothing half-written stays");
}

#[tokio::test]
async fn an_append_to_another_version_is_a_conflict() {
    let bench = bench().await;
    bench.put("alice", "a", "one");
    let version = data(&bench.get("alice", "a").await.unwrap())["version"].clone();
    let append = || bench.invoke("alice", "append", json!({"path": "a", "content": "!", "if_version": version}));
    append().await.unwrap();
    assert_eq!(refusal(append().await).0, "conflict");
    assert_eq!(bench.text("alice", "a").await, "one!");
    for missing in [json!({"path": "b", "content": "!", "if_version": version}), json!({"path": "b", "content": "!"})] {
        assert_eq!(refusal(bench.invoke("alice", "append", missing).await), not_found());
    }
}

#[tokio::test]
async fn appends_are_bounded_and_only_to_files() {
    let bench = bench_with(|config| (config.append_bytes_max, config.write_bytes_max) = (10, 8)).await;
    bench.put("alice", "folder/a", "12345678");
    let append = |path: &str, content: &str| {
        bench.invoke("alice", "append", json!({"path": path, "content": content, "create_missing": true}))
    };
    let large = "The file would be larger than the 10 bytes that append makes. Begin another file.";
    assert_eq!(refusal(append("folder/a", "123").await), ("limit_exceeded", large.into()));
    let content = "`content` is larger than 8 bytes.";
    assert_eq!(refusal(append("folder/a", "123456789").await), ("limit_exceeded", content.into()));
    assert_eq!(refusal(append("folder", "1").await).0, "invalid_argument");
    assert_eq!(refusal(append("folder/a/b", "1").await).0, "conflict");
    append("folder/a", "12").await.unwrap();
    assert_eq!(bench.text("alice", "folder/a").await, "1234567812");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_appends_at_once_none_is_lost_or_torn() {
    let bench = bench().await;
    let line = |number: usize| format!("{number:03} {}\n", "x".repeat(100));
    let calls = (0..200).map(|number| {
        let bench = &bench;
        async move {
            bench
                .invoke("alice", "append", json!({"path": "new/log", "content": line(number), "create_missing": true}))
                .await
        }
    });
    for done in join_all(calls).await {
        done.unwrap();
    }
    let text = bench.text("alice", "new/log").await;
    let mut lines: Vec<_> = text.lines().map(|line| format!("{line}\n")).collect();
    lines.sort();
    assert_eq!(lines, (0..200).map(line).collect::<Vec<_>>());
}
