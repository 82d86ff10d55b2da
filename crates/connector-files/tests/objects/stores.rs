//! What is particular to stores.

use std::sync::Arc;

use bellhop_connector_files::{Config, Files};
use connector::{Connector, Effect, Operation, Start};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::quotas::usage;
use crate::support::{Ask, RESOURCE, bench, bench_with, create, data, get, invoke, object, refusal, update};

const MIB: u64 = 1024 * 1024;

#[tokio::test]
async fn of_a_large_object_only_what_is_asked_for_passes_through_the_server() {
    let bench = bench().await;
    let file = bench.put("alice", "large.txt", "a line of text\n".repeat(100));
    // Sparse, so that it is quickly made.
    std::fs::File::options().write(true).open(&file).unwrap().set_len(40 * MIB).unwrap();
    let sent = || bench.store.as_ref().unwrap().sent();
    let before = sent();
    let piece = bench.get_with("alice", "large.txt", json!({"offset": 39 * MIB, "length": 1000})).await.unwrap();
    assert_eq!((data(&piece)["length"].as_u64(), piece.has_more), (Some(1000), Some(true)));
    assert!(sent() - before < 50_000, "get: {}", sent() - before);
    let before = sent();
    bench.invoke("alice", "copy", json!({"from": "large.txt", "to": "copies/large.txt"})).await.unwrap();
    bench.invoke("alice", "move", json!({"from": "copies/large.txt", "to": "moved.txt"})).await.unwrap();
    assert_eq!(std::fs::metadata(bench.home("alice").join("moved.txt")).unwrap().len(), 40 * MIB);
    assert!(sent() - before < 50_000, "copy and move: {}", sent() - before);
    let refused = bench.invoke("alice", "append", json!({"path": "large.txt", "content": "x"})).await;
    assert_eq!(refusal(refused).0, "limit_exceeded");
}

#[tokio::test]
async fn a_search_fetches_no_more_than_it_may_read() {
    let bench = bench_with(|config| config.search_bytes_max = 200_000).await;
    bench.put("alice", "large.txt", "a line of text\n".repeat(200_000));
    let before = bench.store.as_ref().unwrap().sent();
    let outcome = bench.invoke("alice", "search", json!({"text": "needle"})).await.unwrap();
    assert_eq!(outcome.has_more, Some(true));
    let sent = bench.store.as_ref().unwrap().sent() - before;
    assert!(sent < 400_000, "{sent}");
}

#[tokio::test]
async fn pages_in_the_order_of_paths_give_each_file_once_and_look_no_further() {
    let bench = bench_with(|config| config.entries_max = 150).await;
    let paths: Vec<_> = (0..330).map(|number| format!("folder-{}/{number:03}.md", number / 100)).collect();
    for path in &paths {
        bench.put("alice", path, "");
    }
    bench.put("alicee", "folder-0/000.md", "");
    for filters in [json!({}), json!({"name": {"contains": "9"}})] {
        let wanted: Vec<_> = paths.iter().filter(|path| filters == json!({}) || path.contains("9")).collect();
        let (mut seen, mut start) = (Vec::new(), Start::Offset(0));
        loop {
            let ask =
                Ask { start, limit: 40, fields: Some(vec!["path".into()]), filters: filters.clone(), ..Ask::default() };
            let outcome = bench.list("alice", ask).await.unwrap();
            seen.extend(data(&outcome).as_array().unwrap().iter().map(|it| it["path"].as_str().unwrap().to_owned()));
            match outcome.next {
                Some(next) => start = Start::After(next),
                None => break,
            }
        }
        assert_eq!(seen.iter().collect::<Vec<_>>(), wanted, "{filters}");
    }
}

#[tokio::test]
async fn a_folder_is_there_while_something_is_in_it_or_where_it_was_made() {
    let bench = bench().await;
    bench.create("alice", "implied/a.md", "").await.unwrap();
    bench.create_with("alice", json!({"path": "made", "kind": "folder"})).await.unwrap();
    let folders = || Ask { options: json!({"recursive": false}), ..Ask::default() };
    assert_eq!(bench.paths("alice", folders()).await, ["implied", "made"]);
    assert_eq!(bench.paths("alice", Ask::default()).await, ["implied/a.md"]);
    let used = usage(&bench, "alice").await;
    assert_eq!((&used["files"], &used["folders"]), (&json!(1), &json!(1)));
    bench.delete("alice", "implied/a.md", json!({})).await.unwrap();
    assert_eq!(bench.paths("alice", folders()).await, ["made"]);
    bench.delete("alice", "made", json!({})).await.unwrap();
    assert_eq!(bench.paths("alice", folders()).await, [""; 0]);
}

#[tokio::test]
async fn bytes_and_objects_count_for_the_quota() {
    let bench = bench_with(|config| config.quota_files_max = Some(2)).await;
    bench.create("alice", "a/b/c", "").await.unwrap();
    bench.create_with("alice", json!({"path": "d", "kind": "folder"})).await.unwrap();
    let over = "You may keep 2 files and folders in all. There are 2, and this needs 1 more. Delete something first.";
    let more = [
        create(json!({"path": "e", "content": ""})),
        create(json!({"path": "e", "kind": "folder"})),
        invoke("copy", json!({"from": "a/b/c", "to": "e"})),
    ];
    for operation in more {
        assert_eq!(refusal(bench.run("alice", operation).await), ("limit_exceeded", over.to_owned()));
    }
    bench.invoke("alice", "move", json!({"from": "a/b/c", "to": "e"})).await.unwrap();
    bench.delete("alice", "d", json!({})).await.unwrap();
    bench.create("alice", "f", "").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_goes_away_leaves_a_folder_copied_or_moved_whole_or_not_at_all() {
    let bench = bench_with(|config| config.concurrency_max = 1).await;
    for number in 0..12 {
        bench.put("alice", &format!("from/{number:02}"), "x");
    }
    let within = |folder: &str| Ask { options: json!({"folder": folder}), fields: fields(), ..Ask::default() };
    let mut from = "from".to_owned();
    let (mut stopped, mut wait) = (0, std::time::Duration::from_millis(2));
    for round in 0..12 {
        for action in ["copy", "move"] {
            let to = format!("{action}-{round}");
            let call = bench.invoke("alice", action, json!({"from": from, "to": to}));
            stopped += usize::from(tokio::time::timeout(wait, call).await.is_err());
            // There is one slot: when this has run, what was dropped has ended.
            let there = bench.list("alice", within(&to)).await.map_or(0, |it| data(&it).as_array().unwrap().len());
            let left = bench.list("alice", within(&from)).await.map_or(0, |it| data(&it).as_array().unwrap().len());
            let wanted: &[_] = if action == "copy" { &[(0, 12), (12, 12)] } else { &[(0, 12), (12, 0)] };
            assert!(wanted.contains(&(there, left)), "{action} in {wait:?}: {there} there and {left} left");
            if left == 0 {
                from = to;
            }
        }
        wait = wait.mul_f32(1.6);
    }
    assert!(stopped > 2, "{stopped} calls were stopped");
}

fn fields() -> Option<Vec<String>> {
    Some(vec!["path".into()])
}

/// A store whose conditions are checked in one step, as those of Amazon are; that of the other tests looks first.
async fn in_memory() -> Files {
    Files::open(RESOURCE, Config::at("memory:")).await.unwrap()
}

async fn run(files: &Files, operation: Operation) -> connector::Result<connector::Outcome> {
    run_as(files, "alice", operation).await
}

async fn run_as(files: &Files, user: &str, operation: Operation) -> connector::Result<connector::Outcome> {
    let effect = match &operation {
        Operation::Invoke(it) => files.catalog().action(&it.action).map_or(Effect::Read, |it| it.effect),
        other => other.kind().unwrap().effect(),
    };
    let caller = testkit::caller(user).await;
    let permit = testkit::permit(&caller, RESOURCE, &operation, effect);
    files.execute(permit, operation, &testkit::context()).await
}

async fn read(files: &Files, path: &str) -> Value {
    data(&run(files, get(path, json!({}))).await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_creates_or_updates_of_one_version_exactly_one_wins() {
    let files = in_memory().await;
    let creates = (0..100).map(|number| run(&files, create(json!({"path": "new/a", "content": format!("{number}")}))));
    assert_eq!(join_all(creates).await.iter().filter(|it| it.is_ok()).count(), 1);
    for round in 0..10 {
        let version = read(&files, "new/a").await["version"].clone();
        let calls = (0..20).map(|number| {
            let values = json!({"content": format!("{round} by {number}")});
            run(&files, update("new/a", values, json!({"if_version": version})))
        });
        assert_eq!(join_all(calls).await.iter().filter(|it| it.is_ok()).count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_appends_to_an_object_none_is_lost() {
    let files = in_memory().await;
    let calls = (0..100).map(|number| {
        let input = json!({"path": "log", "content": format!("{number:03}\n"), "create_missing": true});
        run(&files, invoke("append", input))
    });
    for done in join_all(calls).await {
        done.unwrap();
    }
    let text = read(&files, "log").await["content"].as_str().unwrap().to_owned();
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, (0..100).map(|number| format!("{number:03}")).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_of_every_connector_passes_in_memory() {
    let files = in_memory().await;
    for user in ["alice", "bob"] {
        let initial = &user[..1];
        for (path, content) in [
            (format!("{initial}.md"), format!("what {user} thinks")),
            (format!("{initial}/b.c"), format!("what {user} hides")),
            ("both.md".to_owned(), format!("the same name for {user}")),
        ] {
            run_as(&files, user, create(json!({"path": path, "content": content}))).await.unwrap();
        }
    }
    let (alice, bob) = (testkit::caller("alice").await, testkit::caller("bob").await);
    let mut subject = testkit::suite::Subject::new(Arc::new(files), RESOURCE, alice, bob);
    subject.sample_create = Box::new(|_, number| {
        Some(object(json!({"path": format!("{number}-x"), "content": format!("sample number {number}")})))
    });
    let report = testkit::suite::run(subject).await;
    assert!(report.calls > 100, "{report}");
}
