//! A server that is killed (kill -9) in the middle of its writes.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use connector::Operation;
use serde_json::json;

use crate::support::{Ask, Bench, RESOURCE, bench, bench_with, create, data, delete, invoke, snapshot, update};
use bellhop_connector_files::{Config, Files};

/// Tells the child which folder it is to write in.
const FOLDER: &str = "BELLHOP_TEST_KILLED_FOLDER";

const KILLS: usize = 50;

/// A whole file: one letter, many times. Whatever is half of one, or of two, shows.
fn whole(number: usize, bytes: usize) -> String {
    char::from(b'a' + u8::try_from(number % 26).unwrap()).to_string().repeat(bytes)
}

fn is_whole(content: &[u8]) -> bool {
    content.iter().all(|byte| *byte == content[0]) && [0, 200_000].contains(&content.len())
}

/// Everything that writes, over and over, until it is killed. Not a test of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the child that a_server_killed_while_it_writes_leaves_the_old_or_the_new starts and kills"]
#[expect(clippy::disallowed_methods, reason = "what a parent tells its child")]
async fn child() {
    let folder = std::path::PathBuf::from(std::env::var_os(FOLDER).expect("only as a child"));
    let root = tempfile::TempDir::new_in(&folder).unwrap();
    let mut config = Config::new(folder.join("users"));
    config.create_root = true;
    let bench = Bench { root, files: Files::open(RESOURCE, config).await.unwrap(), store: None };
    // The first caller takes longest.
    bench.invoke("alice", "usage", json!({})).await.unwrap();
    println!("ready");
    for number in 0.. {
        for operation in writes(number) {
            // Some are refused: what the last child left may be in the way.
            let _ = bench.run("alice", operation).await;
        }
    }
}

fn writes(number: usize) -> Vec<Operation> {
    let (text, line) = (whole(number, 200_000), format!("{number:>50}\n"));
    let anyway = json!({"create_missing": true});
    vec![
        update("replaced", json!({"content": text}), anyway.clone()),
        create(json!({"path": format!("made/{}", number % 7), "content": text})),
        invoke("append", json!({"path": "log", "content": line, "create_missing": true})),
        invoke("copy", json!({"from": "replaced", "to": "copied", "overwrite": true})),
        invoke("move", json!({"from": "copied", "to": format!("moved/{}", number % 5), "overwrite": true})),
        invoke("copy", json!({"from": "made", "to": format!("folders/{}", number % 3)})),
        delete(&format!("folders/{}", (number + 1) % 3), json!({"recursive": true})),
        delete(&format!("made/{}", (number + 3) % 7), json!({})),
    ]
}

fn start(folder: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kills::child", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("ready")), "the child does not start");
    child
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_while_it_writes_leaves_the_old_or_the_new() {
    let bench = bench().await;
    let (mut half_written, mut lines) = (0, 0);
    for kill in 0..KILLS {
        let mut child = start(bench.root.path());
        // A different moment each time, spread over the rounds of the loop.
        tokio::time::sleep(Duration::from_micros(kill as u64 * 37_817 % 300_000)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        half_written += usize::from(drafts(&bench) > 0);
        lines = all_is_whole(&bench, lines).await;
    }
    assert!(lines > KILLS, "the children wrote: {lines} lines");
    assert!(half_written > KILLS / 10, "the kills came in the middle of writes: {half_written} of {KILLS}");
    assert_eq!(drafts(&bench), 0, "the last look removed what the last child left");
    // Nothing of what was half-written counts for the quota.
    let on_disk: usize =
        snapshot(&bench.home("alice")).iter().filter(|it| it.1 != b"folder").map(|it| it.1.len()).sum();
    let used = data(&bench.invoke("alice", "usage", json!({})).await.unwrap());
    assert_eq!(used["bytes"].as_u64(), Some(on_disk as u64));
}

/// How many drafts lie about, which no caller ever sees.
fn drafts(bench: &Bench) -> usize {
    let all = snapshot(&bench.home("alice"));
    all.iter().filter(|(path, _)| path.to_string_lossy().contains(".bellhop-")).count()
}

/// Looks at everything a caller can see. Gives how many lines the log has; they never become fewer.
async fn all_is_whole(bench: &Bench, lines_before: usize) -> usize {
    let paths = bench.paths("alice", Ask { options: json!({"folders": true}), ..Ask::default() }).await;
    assert!(!paths.iter().any(|path| path.contains("bellhop")), "{paths:?}");
    for path in &paths {
        let content = std::fs::read(bench.home("alice").join(path)).unwrap_or_default();
        if path == "log" {
            assert_eq!(content.len() % 51, 0, "the log ends with a whole line");
        } else {
            assert!(content.is_empty() || is_whole(&content), "{path} is half-written: {} bytes", content.len());
        }
    }
    // A copied folder is whole as well: it holds as many files as what it was copied from had at some moment.
    let log = std::fs::read_to_string(bench.home("alice").join("log")).unwrap_or_default();
    let lines = log.lines().filter(|line| line.len() == 50).count();
    assert!(lines >= lines_before, "{lines} lines, and there were {lines_before}");
    lines
}

#[tokio::test]
async fn a_quota_that_drafts_filled_is_free_again_after_a_crash() {
    let bench = bench_with(|config| config.quota_bytes_max = Some(1000)).await;
    bench.put("alice", &format!(".bellhop-{}.part", "a".repeat(32)), "x".repeat(1000));
    bench.create("alice", "a", &"x".repeat(1000)).await.unwrap();
    assert_eq!(drafts(&bench), 0);
}
