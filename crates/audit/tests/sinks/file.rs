use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bellhop_audit::{AuditFile, FileOptions};
use gateway::AuditSink;
use serde_json::Value;
use tempfile::TempDir;

use crate::line;

fn options(folder: &TempDir) -> FileOptions {
    let path = folder.path().join("audit.jsonl");
    FileOptions { path, rotate_bytes_max: 0, rotate_daily: false, keep: 3, sync: false }
}

fn names(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Call ids and outcomes of a file, in its order; every line must be one JSON object.
fn kept(path: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "the last line has its end");
    text.lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            (line["call_id"].as_str().unwrap().to_owned(), line["outcome"].as_str().unwrap().to_owned())
        })
        .collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(one, two)| ((*one).to_owned(), (*two).to_owned())).collect()
}

#[tokio::test]
async fn writers_of_several_processes_lose_split_and_mix_nothing_while_files_are_put_aside() {
    const WRITERS: usize = 4;
    const BATCHES: usize = 250;
    let folder = tempfile::tempdir().unwrap();
    let options = FileOptions { rotate_bytes_max: 20_000, keep: 1000, ..options(&folder) };
    // Locks of the file belong to who opened it, so several sinks of one process meet as processes do.
    let sinks: Vec<_> = (0..WRITERS).map(|_| AuditFile::open(options.clone()).unwrap()).collect();
    let tasks = sinks.into_iter().enumerate().map(|(writer, sink)| {
        tokio::spawn(async move {
            for batch in 0..BATCHES {
                let lines: Vec<_> =
                    (0..=batch % 3).map(|at| line(&format!("{writer}-{batch}-{at}"), "ok", false)).collect();
                sink.append(&lines).await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let files: Vec<PathBuf> = names(&folder).iter().map(|name| folder.path().join(name)).collect();
    assert!(files.len() > 10, "{files:?}");
    assert!(files.iter().all(|file| fs::metadata(file).unwrap().len() <= 20_000));
    let mut seen = BTreeMap::new();
    for (call_id, _) in files.iter().flat_map(|file| kept(file)) {
        *seen.entry(call_id).or_insert(0) += 1;
    }
    let lines: usize = (0..BATCHES).map(|batch| batch % 3 + 1).sum();
    assert_eq!(seen.len(), WRITERS * lines);
    assert!(seen.values().all(|times| *times == 1));
}

#[tokio::test]
async fn so_many_old_files_are_kept_and_the_newest_has_the_number_one() {
    let folder = tempfile::tempdir().unwrap();
    let sink = AuditFile::open(FileOptions { rotate_bytes_max: 1, keep: 2, ..options(&folder) }).unwrap();
    for call_id in ["a", "b", "c", "d"] {
        sink.append(&[line(call_id, "ok", false)]).await.unwrap();
    }
    assert_eq!(names(&folder), ["audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"]);
    let at = |name: &str| kept(&folder.path().join(name));
    assert_eq!((at("audit.jsonl"), at("audit.jsonl.1")), (pairs(&[("d", "ok")]), pairs(&[("c", "ok")])));
    assert_eq!(at("audit.jsonl.2"), pairs(&[("b", "ok")]));
}

#[tokio::test]
async fn a_move_that_was_interrupted_overwrites_nothing_later() {
    let folder = tempfile::tempdir().unwrap();
    let sink = AuditFile::open(FileOptions { rotate_bytes_max: 1, keep: 3, ..options(&folder) }).unwrap();
    sink.append(&[line("new", "ok", false)]).await.unwrap();
    // 2 was moved to 3 already and 1 was not moved to 2 yet.
    fs::write(folder.path().join("audit.jsonl.1"), "one\n").unwrap();
    fs::write(folder.path().join("audit.jsonl.3"), "three\n").unwrap();
    sink.append(&[line("newer", "ok", false)]).await.unwrap();
    let read = |number: u32| fs::read_to_string(folder.path().join(format!("audit.jsonl.{number}"))).unwrap();
    assert_eq!((read(2), read(3)), ("one\n".to_owned(), "three\n".to_owned()));
    assert_eq!(kept(&folder.path().join("audit.jsonl.1")), pairs(&[("new", "ok")]));
}

#[tokio::test]
async fn the_first_line_of_a_new_day_begins_a_new_file() {
    let folder = tempfile::tempdir().unwrap();
    let sink = AuditFile::open(FileOptions { rotate_daily: true, ..options(&folder) }).unwrap();
    sink.append(&[line("yesterday", "ok", false)]).await.unwrap();
    let path = folder.path().join("audit.jsonl");
    let yesterday = SystemTime::now() - Duration::from_secs(86_400);
    fs::File::options().append(true).open(&path).unwrap().set_modified(yesterday).unwrap();
    sink.append(&[line("today", "ok", false)]).await.unwrap();
    sink.append(&[line("today too", "ok", false)]).await.unwrap();
    assert_eq!(kept(&path), pairs(&[("today", "ok"), ("today too", "ok")]));
    assert_eq!(kept(&folder.path().join("audit.jsonl.1")), pairs(&[("yesterday", "ok")]));
}

#[tokio::test]
async fn a_file_that_somebody_moves_away_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (path, moved) = (folder.path().join("audit.jsonl"), folder.path().join("moved"));
    let sink = AuditFile::open(options(&folder)).unwrap();
    sink.append(&[line("a", "ok", false)]).await.unwrap();
    fs::rename(&path, &moved).unwrap();
    sink.append(&[line("b", "ok", false)]).await.unwrap();
    assert_eq!((kept(&moved), kept(&path)), (pairs(&[("a", "ok")]), pairs(&[("b", "ok")])));
}

#[tokio::test]
async fn a_last_line_without_an_end_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let sink = AuditFile::open(options(&folder)).unwrap();
    sink.append(&[line("a", "ok", false)]).await.unwrap();
    let torn = fs::read_to_string(&path).unwrap() + "{\"time_ms\":1,\"text\":\"" + &"x".repeat(200_000);
    fs::write(&path, torn).unwrap();
    sink.append(&[line("b", "ok", false)]).await.unwrap();
    assert_eq!(kept(&path), pairs(&[("a", "ok"), ("b", "ok")]));
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_the_file() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let sink = AuditFile::open(options(&folder)).unwrap();
    sink.begin(&[line("a", "begun", true)]).await.unwrap();
    for name in names(&folder) {
        assert_eq!(fs::metadata(folder.path().join(&name)).unwrap().mode() & 0o777, 0o600, "{name}");
    }
}

/// What a process leaves that ends without a word: its locks are gone, its files are not.
fn leave(sink: AuditFile, folder: &TempDir) {
    let journal = names(folder).into_iter().find(|name| name.contains(".begun-")).unwrap();
    let text = fs::read(folder.path().join(&journal)).unwrap();
    drop(sink);
    fs::write(folder.path().join(journal), text).unwrap();
}

#[tokio::test]
async fn a_call_that_was_under_way_when_its_process_ended_gets_its_one_line_from_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let first = AuditFile::open(options(&folder)).unwrap();
    first.begin(&[line("ended", "begun", true), line("lost", "begun", true)]).await.unwrap();
    first.append(&[line("read", "ok", false), line("ended", "ok", true)]).await.unwrap();
    leave(first, &folder);

    let second = AuditFile::open(options(&folder)).unwrap();
    assert_eq!(kept(&path), pairs(&[("read", "ok"), ("ended", "ok"), ("lost", "unknown")]));
    assert_eq!(names(&folder), ["audit.jsonl"]);
    drop(second);
    AuditFile::open(options(&folder)).unwrap();
    assert_eq!(kept(&path).len(), 3);
}

#[tokio::test]
async fn a_call_of_a_process_that_lives_is_left_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let first = AuditFile::open(options(&folder)).unwrap();
    first.begin(&[line("a", "begun", true)]).await.unwrap();
    let second = AuditFile::open(options(&folder)).unwrap();
    assert_eq!(kept(&path), []);
    second.append(&[line("b", "ok", false)]).await.unwrap();
    first.append(&[line("a", "ok", true)]).await.unwrap();
    assert_eq!(kept(&path), pairs(&[("b", "ok"), ("a", "ok")]));
    drop((first, second));
    assert_eq!(names(&folder), ["audit.jsonl"]);
}

#[tokio::test]
async fn the_journal_stays_small_however_many_calls_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let sink = AuditFile::open(options(&folder)).unwrap();
    sink.begin(&[line("long", "begun", true)]).await.unwrap();
    let mut largest = 0;
    for call in 0..2_000 {
        let call_id = call.to_string();
        sink.begin(&[line(&call_id, "begun", true)]).await.unwrap();
        sink.append(&[line(&call_id, "ok", true)]).await.unwrap();
        let journals: Vec<_> = names(&folder).into_iter().filter(|name| name.contains(".begun-")).collect();
        let [journal] = journals.as_slice() else { panic!("{journals:?}") };
        largest = largest.max(fs::metadata(folder.path().join(journal)).unwrap().len());
    }
    assert!(largest < 300 * 1024, "{largest}");
    leave(sink, &folder);
    AuditFile::open(options(&folder)).unwrap();
    let all = kept(&folder.path().join("audit.jsonl"));
    assert_eq!((all.len(), all.last()), (2_001, pairs(&[("long", "unknown")]).last()));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_device_takes_lines_and_keeps_nothing_as_begun() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| FileOptions { path: path.into(), rotate_bytes_max: 1, sync: true, ..options(&folder) };
    let null = AuditFile::open(at("/dev/null")).unwrap();
    null.append(&[line("a", "ok", false)]).await.unwrap();
    null.append(&[line("b", "ok", false)]).await.unwrap();
    null.begin(&[line("c", "begun", true)]).await.unwrap_err();
    let full = AuditFile::open(at("/dev/full")).unwrap();
    full.append(&[line("a", "ok", false)]).await.unwrap_err();
}
