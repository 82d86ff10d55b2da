//! What a list shows, in which order, and how it is asked.

use crate::support::{Ask, Bench, bench, by, data, refusal};
use connector::Start;
use serde_json::json;

async fn shelf() -> Bench {
    let bench = bench().await;
    bench.put("alice", "readme.md", "hello");
    bench.put("alice", "notes/Today.md", "buy milk");
    bench.put("alice", "notes/old/2024.txt", "x".repeat(100));
    bench.put("alice", "pics/cat.png", [0x89, b'P', b'N', b'G', 0]);
    bench.put("bob", "bobs.md", "not hers");
    bench
}

fn options(options: serde_json::Value) -> Ask {
    Ask { options, ..Ask::default() }
}

fn filters(filters: serde_json::Value) -> Ask {
    Ask { filters, ..Ask::default() }
}

#[tokio::test]
async fn all_of_the_callers_files_and_nobody_elses_are_listed_and_counted() {
    let bench = shelf().await;
    let outcome = bench.list("alice", Ask::default()).await.unwrap();
    assert_eq!((outcome.count, outcome.has_more, outcome.next.as_deref()), (Some(4), Some(false), None));
    assert_eq!(
        bench.paths("alice", Ask::default()).await,
        ["notes/Today.md", "notes/old/2024.txt", "pics/cat.png", "readme.md"]
    );
    assert_eq!(bench.paths("bob", Ask::default()).await, ["bobs.md"]);
}

#[tokio::test]
async fn an_item_says_what_it_is() {
    let bench = shelf().await;
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_millis(1_767_225_600_123);
    let file = std::fs::File::options().write(true).open(bench.home("alice").join("notes/Today.md")).unwrap();
    file.set_modified(time).unwrap();
    let outcome = bench.list("alice", filters(json!({"name": "Today.md"}))).await.unwrap();
    let mut item = data(&outcome)[0].clone();
    let version = item.as_object_mut().unwrap().shift_remove("version").unwrap();
    assert_eq!(version.as_str().unwrap().len(), 32);
    assert_eq!(
        item,
        json!({
            "path": "notes/Today.md", "name": "Today.md", "folder": "notes", "kind": "file", "size": 8,
            // HTTP, and so a store, knows seconds only.
            "modified": if crate::ON_STORE { "2026-01-01T00:00:00.000Z" } else { "2026-01-01T00:00:00.123Z" },
            "media_type": "text/markdown",
        })
    );
}

#[tokio::test]
async fn a_user_without_a_folder_has_no_files() {
    let bench = shelf().await;
    let outcome = bench.list("carol", Ask::default()).await.unwrap();
    assert_eq!((data(&outcome), outcome.count), (json!([]), Some(0)));
    assert!(!bench.home("carol").exists(), "reading makes nothing");
}

#[tokio::test]
async fn a_folder_is_listed_with_or_without_what_is_below_it() {
    let bench = shelf().await;
    let cases = [
        (json!({"folder": "notes"}), vec!["notes/Today.md", "notes/old/2024.txt"]),
        (json!({"folder": "notes/"}), vec!["notes/Today.md", "notes/old/2024.txt"]),
        (json!({"folder": "notes", "recursive": false}), vec!["notes/Today.md", "notes/old"]),
        (json!({"folder": "notes", "recursive": false, "folders": false}), vec!["notes/Today.md"]),
        (json!({"recursive": false}), vec!["notes", "pics", "readme.md"]),
        (json!({"folders": true, "glob": "o*"}), vec!["notes/old"]),
        (json!({"glob": "*.md"}), vec!["notes/Today.md", "readme.md"]),
        (json!({"glob": "notes/**/*.txt"}), vec!["notes/old/2024.txt"]),
        (json!({"glob": "notes/*"}), vec!["notes/Today.md"]),
        (json!({"glob": "old/*.txt", "folder": "notes"}), vec!["notes/old/2024.txt"]),
        (json!({"glob": "*.{png,txt}"}), vec!["notes/old/2024.txt", "pics/cat.png"]),
    ];
    for (given, wanted) in cases {
        assert_eq!(bench.paths("alice", options(given.clone())).await, wanted, "{given}");
    }
}

#[tokio::test]
async fn filters_compare_every_field_by_its_type() {
    let bench = shelf().await;
    let cases = [
        (json!({"size": {"gte": 8, "lt": 100}}), vec!["notes/Today.md"]),
        (json!({"size": "100"}), vec!["notes/old/2024.txt"]),
        (json!({"name": {"contains": "TODAY"}}), vec!["notes/Today.md"]),
        (json!({"path": {"starts_with": "Notes/"}}), vec!["notes/Today.md", "notes/old/2024.txt"]),
        (json!({"kind": "file", "size": 8}), vec!["notes/Today.md"]),
        (json!({"media_type": ["image/png", "text/plain"]}), vec!["notes/old/2024.txt", "pics/cat.png"]),
        (json!({"or": [{"folder": ""}, {"folder": "pics"}]}), vec!["pics/cat.png", "readme.md"]),
        (json!({"not": {"name": {"contains": "."}}}), vec![]),
        (json!({"modified": {"gt": "2020-01-01"}, "name": "cat.png"}), vec!["pics/cat.png"]),
        (json!({"modified": {"lt": "2020-01-01T00:00:00+02:00"}}), vec![]),
        (json!({"size": null}), vec![]),
    ];
    for (given, wanted) in cases {
        assert_eq!(bench.paths("alice", filters(given.clone())).await, wanted, "{given}");
    }
}

#[tokio::test]
async fn folders_are_shown_when_asked_for_and_a_filter_for_them_says_how() {
    let bench = shelf().await;
    let folders = filters(json!({"kind": "folder"}));
    let outcome = bench.list("alice", folders.clone()).await.unwrap();
    assert_eq!(
        (outcome.count, outcome.notices),
        (Some(0), vec!["Folders are shown only when `folders` is true.".into()])
    );
    let shown = Ask { options: json!({"folders": true}), ..folders };
    assert_eq!(bench.paths("alice", shown).await, ["notes", "notes/old", "pics"]);
}

#[tokio::test]
async fn a_listed_time_finds_its_file_again() {
    let bench = shelf().await;
    let listed = data(&bench.list("alice", filters(json!({"name": "cat.png"}))).await.unwrap());
    let time = &listed[0]["modified"];
    let found = bench.paths("alice", filters(json!({"modified": time, "name": "cat.png"}))).await;
    assert_eq!(found, ["pics/cat.png"]);
}

#[tokio::test]
async fn sorting_orders_by_the_field_and_then_by_path() {
    let bench = shelf().await;
    bench.put("alice", "a.md", "12345");
    let ask = Ask { sort: by("size", true), ..Ask::default() };
    let wanted = ["notes/old/2024.txt", "notes/Today.md", "a.md", "pics/cat.png", "readme.md"];
    assert_eq!(bench.paths("alice", ask).await, wanted);
}

#[tokio::test]
async fn only_the_named_fields_are_given() {
    let bench = shelf().await;
    let ask = Ask { fields: Some(vec!["path".into(), "size".into()]), limit: 1, ..Ask::default() };
    assert_eq!(data(&bench.list("alice", ask).await.unwrap()), json!([{"path": "notes/Today.md", "size": 8}]));
    let ask = Ask { fields: Some(vec!["content".into()]), ..Ask::default() };
    let wanted = ("invalid_argument", "`content` is not listed. Use get to see it.".to_owned());
    assert_eq!(refusal(bench.list("alice", ask).await), wanted);
}

#[tokio::test]
async fn mistakes_are_answered_with_what_to_do() {
    let bench = shelf().await;
    let cases = [
        (options(json!({"glob": "[a"})), "`glob` is not a pattern: "),
        (options(json!({"glob": "a".repeat(257)})), "`glob` must have between 1 and 256 bytes."),
        (options(json!({"folder": "../bob"})), "`folder` must not use `.` or `..`"),
        (options(json!({"recursive": "yes"})), "`recursive` must be true or false."),
        (filters(json!({"size": "big"})), "`size` is a number of bytes, such as 1024."),
        (filters(json!({"modified": "soon"})), "`modified` is a time such as"),
        (filters(json!({"name": 3})), "`name` is a text, so it cannot be compared with 3."),
        (Ask { start: Start::After("[1,2,3]".into()), ..Ask::default() }, "`cursor` does not belong to this list."),
    ];
    for (ask, wanted) in cases {
        let (code, message) = refusal(bench.list("alice", ask).await);
        assert_eq!(code, "invalid_argument");
        assert!(message.starts_with(wanted), "{message}");
    }
    assert_eq!(refusal(bench.list("alice", options(json!({"folder": "none"}))).await), crate::support::not_found());
}

#[cfg(unix)]
#[tokio::test]
async fn what_no_argument_can_name_is_left_out_and_said() {
    use std::os::unix::ffi::OsStrExt;
    let bench = shelf().await;
    // A store shows neither bytes that are no text nor, in one list with others, control characters.
    let names = [&b"back\\slash"[..], b"dot.", b"bad\xff", b"new\nline"];
    let names = if crate::ON_STORE { &names[..2] } else { &names };
    for name in names {
        std::fs::write(bench.home("bob").join(std::ffi::OsStr::from_bytes(name)), "").unwrap();
    }
    let outcome = bench.list("bob", Ask::default()).await.unwrap();
    assert_eq!((outcome.count, data(&outcome)[0]["path"].as_str()), (Some(1), Some("bobs.md")));
    assert_eq!(outcome.notices, [format!("Names that cannot be used here were left out: {}.", names.len())]);
}

#[tokio::test]
async fn an_answer_never_grows_beyond_its_bytes_and_the_rest_follows() {
    let bench = bench().await;
    for number in 0..50 {
        bench.put("alice", &format!("{number:02}.txt"), "");
    }
    let context = connector::Context::new("small", 2000);
    let (mut seen, mut start) = (Vec::new(), Start::Offset(0));
    loop {
        let operation = bench.list_operation(Ask { start, ..Ask::default() });
        let outcome = bench.run_in("alice", operation, &context).await.unwrap();
        assert!(outcome.data.as_ref().unwrap().get().len() <= 2000);
        // A store is not read again for what lies before the page.
        let counted = !crate::ON_STORE || seen.is_empty();
        assert_eq!(outcome.count, counted.then_some(50));
        seen.extend(data(&outcome).as_array().unwrap().iter().map(|item| item["path"].as_str().unwrap().to_owned()));
        match outcome.next {
            Some(next) => start = Start::After(next),
            None => break,
        }
    }
    assert_eq!(seen, (0..50).map(|number| format!("{number:02}.txt")).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_answer_without_room_for_one_item_is_refused() {
    let bench = shelf().await;
    let context = connector::Context::new("tiny", 40);
    let operations = [
        bench.list_operation(Ask::default()),
        crate::support::get("readme.md", json!({})),
        crate::support::get("notes", json!({})),
        crate::support::invoke("search", json!({"text": "milk"})),
    ];
    for operation in operations {
        assert_eq!(refusal(bench.run_in("alice", operation, &context).await).0, "limit_exceeded");
    }
}
