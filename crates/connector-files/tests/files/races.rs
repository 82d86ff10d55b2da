//! Many at once, callers who go away, and links that are swapped in while an operation runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;

use crate::support::{
    Ask, Bench, bench, bench_in, bench_with, create, data, get, invoke, put, refusal, snapshot, update,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_creates_of_one_name_exactly_one_wins() {
    let bench = bench().await;
    let content = |number: usize| format!("{number}-").repeat(2000);
    let calls = (0..200).map(|number| {
        let bench = &bench;
        async move { bench.create("alice", "new/one.md", &content(number)).await }
    });
    let done = join_all(calls).await;
    let winners: Vec<_> = (0..200).filter(|number| done[*number].is_ok()).collect();
    assert_eq!(winners.len(), 1);
    for refused in done.into_iter().filter(Result::is_err) {
        assert_eq!(refusal(refused).0, "conflict");
    }
    let file = bench.home("alice").join("new/one.md");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), content(winners[0]));
    assert_eq!(snapshot(&bench.home("alice")).len(), 2, "nothing half-written stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_moves_to_one_name_exactly_one_wins_and_nothing_is_lost() {
    let bench = bench().await;
    for number in 0..50 {
        bench.put("alice", &format!("from/{number}"), "x");
    }
    let calls =
        (0..50).map(|number| bench.invoke("alice", "move", json!({"from": format!("from/{number}"), "to": "to"})));
    let done = join_all(calls).await;
    assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1);
    assert_eq!(bench.paths("alice", Ask::default()).await.len(), 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_updates_of_one_version_exactly_one_wins() {
    let bench = bench().await;
    bench.put("alice", "a", "start");
    for _ in 0..10 {
        let version = data(&bench.get("alice", "a").await.unwrap())["version"].clone();
        let calls = (0..20).map(|number| {
            let operation = update("a", json!({"content": format!("by {number}")}), json!({"if_version": version}));
            bench.run("alice", operation)
        });
        let done = join_all(calls).await;
        assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_see_the_old_or_the_new_content_and_never_a_mixture() {
    let bench = Arc::new(bench().await);
    bench.put("alice", "a", "a".repeat(100_000));
    let writer = async {
        for letter in ["b", "c", "d", "e", "f", "g"].repeat(5) {
            bench.update("alice", "a", json!({"content": letter.repeat(100_000)})).await.unwrap();
        }
    };
    let reader = async {
        for _ in 0..60 {
            let text = bench.text("alice", "a").await;
            assert_eq!(text.len(), 100_000);
            assert!(text.bytes().all(|byte| byte == text.as_bytes()[0]));
        }
    };
    tokio::join!(writer, reader);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_goes_away_leaves_the_whole_or_nothing() {
    let bench = bench_with(|config| config.concurrency_max = 1).await;
    let content = "0123456789".repeat(200_000);
    bench.put("alice", "old", "o".repeat(2_000_000));
    let mut wait = Duration::from_micros(20);
    for round in 0..60 {
        let operations = [
            create(json!({"path": format!("new/{round}"), "content": content})),
            update("old", json!({"content": content}), json!({})),
            invoke("copy", json!({"from": "old", "to": format!("copy/{round}")})),
        ];
        for operation in operations {
            let _ = tokio::time::timeout(wait, bench.run("alice", operation)).await;
        }
        wait = if wait > Duration::from_millis(15) { Duration::from_micros(20) } else { wait.mul_f32(1.5) };
    }
    // There is one slot: when this has run, all that was dropped has ended.
    bench.list("alice", Ask::default()).await.unwrap();
    let (mut whole, mut all) = (0, 0);
    for (path, content) in snapshot(&bench.home("alice")) {
        if content != b"folder" {
            all += 1;
            whole += usize::from(content.len() == 2_000_000);
            assert!(!path.to_string_lossy().contains(".bellhop-"), "{path:?} stayed");
        }
    }
    assert_eq!(whole, all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_stops_soon_after_its_caller_has_gone() {
    let bench = bench_with(|config| config.concurrency_max = 1).await;
    for folder in 0..20 {
        for file in 0..250 {
            bench.put("alice", &format!("{folder}/{file}.txt"), "some text\n".repeat(100));
        }
    }
    let search = || bench.invoke("alice", "search", json!({"text": "not there"}));
    let mut seen = Vec::new();
    // A busy machine may delay one measurement, but not each of many.
    for _ in 0..10 {
        let whole = Instant::now();
        search().await.unwrap();
        let whole = whole.elapsed();
        tokio::time::timeout(whole / 10, search()).await.unwrap_err();
        // There is one slot: the next call runs as soon as the walk has given it back.
        let wait = Instant::now();
        bench.get("alice", "0/0.txt").await.unwrap();
        seen.push((wait.elapsed(), whole));
        if wait.elapsed() < whole / 4 {
            return;
        }
    }
    panic!("a dropped search went on: {seen:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_folder_swapped_for_a_link_while_it_is_used_never_leads_out() {
    let bench = bench().await;
    let home = bench.home("alice");
    bench.put("bob", "folder/file.md", "bob's classified");
    bench.put("alice", "folder/file.md", "hers");
    let bobs = snapshot(&bench.home("bob"));
    let stop = Arc::new(AtomicBool::new(false));
    let swapper = {
        let (stop, home) = (Arc::clone(&stop), home.clone());
        std::os::unix::fs::symlink("../bob/folder", home.join("link")).unwrap();
        tokio::task::spawn_blocking(move || {
            while !stop.load(Ordering::Relaxed) {
                // folder → aside, link → folder, and back.
                let _ = std::fs::rename(home.join("folder"), home.join("aside"));
                let _ = std::fs::rename(home.join("link"), home.join("folder"));
                let _ = std::fs::rename(home.join("folder"), home.join("link"));
                let _ = std::fs::rename(home.join("aside"), home.join("folder"));
            }
        })
    };
    for round in 0..300 {
        let operations = [
            get("folder/file.md", json!({})),
            update("folder/file.md", json!({"content": "hers"}), json!({})),
            create(json!({"path": format!("folder/new-{round}"), "content": "hers"})),
            invoke("copy", json!({"from": "folder/file.md", "to": format!("folder/copy-{round}")})),
            invoke("move", json!({"from": format!("folder/new-{round}"), "to": format!("folder/moved-{round}")})),
            invoke("search", json!({"text": "classified"})),
            crate::support::delete(&format!("folder/moved-{round}"), json!({})),
            bench.list_operation(Ask::default()),
        ];
        for operation in operations {
            let said = match bench.run("alice", operation).await {
                Ok(outcome) => outcome.data.map(|data| data.get().to_owned()).unwrap_or_default(),
                Err(error) => {
                    assert_ne!(error.kind().code(), "internal", "{error:?}");
                    String::new()
                }
            };
            assert!(!said.contains("classified"), "{said}");
        }
    }
    stop.store(true, Ordering::Relaxed);
    swapper.await.unwrap();
    assert_eq!(snapshot(&bench.home("bob")), bobs);
}

#[tokio::test]
async fn what_a_crash_left_is_never_shown_and_goes_and_what_is_being_written_stays() {
    let name = |digit: &str| format!(".bellhop-{}.part", digit.repeat(32));
    // Whoever still writes holds a lock.
    let root = tempfile::TempDir::new().unwrap();
    let hers = |path: &str| root.path().join("users/alice").join(path);
    let writing = std::fs::File::open(put(&hers(&name("c")), "half")).unwrap();
    writing.lock().unwrap();
    for path in [name("a"), format!("folder/{}", name("b")), "mine.md".to_owned()] {
        put(&hers(&path), "half");
    }
    // A folder that was being deleted.
    put(&hers(&format!("{}/deep/er/file", name("d"))), "");
    let wanted = [name("c").as_str(), "folder", "mine.md"].map(hers);
    let bench = bench_in(root, |_| {}).await;
    for _ in 0..2 {
        assert_eq!(bench.paths("alice", Ask::default()).await, ["mine.md"]);
    }
    until_left(&bench, "alice", &wanted).await;
}

/// Waits until a sweep has removed all else.
async fn until_left(bench: &Bench, user: &str, wanted: &[std::path::PathBuf]) {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let left: Vec<_> = snapshot(&bench.home(user)).into_iter().map(|(path, _)| path).collect();
        if left == wanted {
            return;
        }
        assert!(Instant::now() < until, "{left:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn what_a_crash_left_goes_at_the_next_start_for_every_user() {
    let name = format!(".bellhop-{}.part", "a".repeat(32));
    let root = tempfile::TempDir::new().unwrap();
    let wanted = ["alice", "bob"].map(|user| {
        let home = root.path().join("users").join(user);
        put(&home.join("folder").join(&name), "half");
        put(&home.join(&name).join("half/copied"), "");
        [put(&home.join("folder/mine.md"), "whole").parent().unwrap().to_owned(), home.join("folder/mine.md")]
    });
    let bench = bench_in(root, |_| {}).await;
    for (user, wanted) in ["alice", "bob"].into_iter().zip(&wanted) {
        until_left(&bench, user, wanted).await;
    }
    assert_eq!(bench.text("bob", "folder/mine.md").await, "whole");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_folder_deleted_while_files_are_made_in_it_goes_whole() {
    let bench = bench().await;
    for round in 0..20 {
        bench.put("alice", "busy/a/b.md", "x");
        let makes = (0..10).map(|number| {
            let bench = &bench;
            async move { bench.create("alice", &format!("busy/a/{round}-{number}"), "y").await }
        });
        let (deleted, made) = tokio::join!(bench.delete("alice", "busy", json!({"recursive": true})), join_all(makes));
        deleted.unwrap();
        for refused in made.into_iter().filter_map(Result::err) {
            assert_ne!(refused.kind().code(), "internal", "{refused:?}");
        }
        let _ = bench.delete("alice", "busy", json!({"recursive": true})).await;
        assert_eq!(snapshot(&bench.home("alice")), []);
    }
}
