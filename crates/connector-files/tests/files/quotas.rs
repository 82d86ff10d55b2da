//! What a user may keep in all.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Bench, bench_with, create, data, invoke, refusal, update};

pub(crate) async fn usage(bench: &Bench, user: &str) -> Value {
    data(&bench.invoke(user, "usage", json!({})).await.unwrap())
}

#[tokio::test]
async fn each_way_to_take_room_ends_at_the_quota_and_each_way_to_free_it_opens_it_again() {
    let bench = bench_with(|config| config.quota_bytes_max = Some(100)).await;
    bench.create("alice", "a", &"x".repeat(60)).await.unwrap();
    let over = "Your files may take 100 bytes in all. 60 are used, and this needs 41 more. Delete something first.";
    let forty_one = "x".repeat(41);
    let taking = [
        create(json!({"path": "b", "content": forty_one})),
        invoke("append", json!({"path": "a", "content": forty_one})),
        invoke("append", json!({"path": "b", "content": forty_one, "create_missing": true})),
        update("a", json!({"content": "x".repeat(101)}), json!({})),
        update("b", json!({"content": forty_one}), json!({"create_missing": true})),
    ];
    for operation in taking {
        assert_eq!(refusal(bench.run("alice", operation).await), ("limit_exceeded", over.to_owned()));
    }
    for input in [json!({"from": "a", "to": "b"}), json!({"from": "a", "to": "new/b"})] {
        assert_eq!(refusal(bench.invoke("alice", "copy", input).await).0, "limit_exceeded");
    }
    assert_eq!(usage(&bench, "alice").await["bytes"], 60);
    bench.create("bob", "b", &"x".repeat(100)).await.unwrap();

    bench.create("alice", "b", &"x".repeat(40)).await.unwrap();
    bench.update("alice", "b", json!({"content": "x".repeat(30)})).await.unwrap();
    bench.create("alice", "c/d", &"x".repeat(10)).await.unwrap();
    bench.invoke("alice", "move", json!({"from": "c/d", "to": "b", "overwrite": true})).await.unwrap();
    bench.create("alice", "d", &"x".repeat(30)).await.unwrap();
    bench.delete("alice", "a", json!({})).await.unwrap();
    bench.create("alice", "folder/e", &"x".repeat(60)).await.unwrap();
    bench.delete("alice", "folder", json!({"recursive": true})).await.unwrap();
    bench.create("alice", "f", &"x".repeat(60)).await.unwrap();
    assert_eq!(usage(&bench, "alice").await["bytes"], 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_writers_at_once_do_not_pass_the_quota_together() {
    let bench = bench_with(|config| (config.quota_bytes_max, config.quota_files_max) = (Some(1000), Some(60))).await;
    let calls = (0..200).map(|number| {
        let bench = &bench;
        async move {
            let content = "x".repeat(19);
            match number % 3 {
                0 => bench.create("alice", &format!("{number}"), &content).await,
                1 => bench.create("alice", &format!("folder/{number}"), &content).await,
                _ => {
                    bench
                        .invoke("alice", "append", json!({"path": "log", "content": content, "create_missing": true}))
                        .await
                }
            }
        }
    });
    let done = join_all(calls).await;
    let (made, refused): (Vec<_>, Vec<_>) = done.into_iter().partition(Result::is_ok);
    for refused in refused {
        assert_eq!(refusal(refused).0, "limit_exceeded");
    }
    let used = usage(&bench, "alice").await;
    let (bytes, files) = (used["bytes"].as_u64().unwrap(), used["files"].as_u64().unwrap());
    assert_eq!(bytes, made.len() as u64 * 19);
    assert!((982..=1000).contains(&bytes), "{used}: the quota is used to its end and not passed");
    assert!(files + used["folders"].as_u64().unwrap() <= 60, "{used}");
}

#[tokio::test]
async fn what_the_operator_does_is_seen_when_it_is_counted_again() {
    let bench = bench_with(|config| (config.quota_bytes_max, config.quota_count_ms) = (Some(100), 0)).await;
    bench.create("alice", "a", &"x".repeat(90)).await.unwrap();
    let file = bench.put("alice", "b", "x".repeat(10));
    assert_eq!(refusal(bench.create("alice", "c", "x").await).0, "limit_exceeded");
    std::fs::remove_file(file).unwrap();
    bench.create("alice", "c", "x").await.unwrap();
}
