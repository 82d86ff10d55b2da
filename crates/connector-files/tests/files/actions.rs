//! move, copy and search; figures.

use crate::support::{Ask, Bench, bench, bench_with, data, not_found, refusal, snapshot};
use connector::{Function, Metric};
use serde_json::json;

const TAKEN: &str = "There is already something at `to`. Choose another path, or change what is there.";

#[tokio::test]
async fn files_and_folders_are_moved_with_the_folders_on_their_way_made() {
    let bench = bench().await;
    bench.put("alice", "a.md", "A");
    bench.put("alice", "folder/b.md", "B");
    let moved = bench.invoke("alice", "move", json!({"from": "a.md", "to": "new/place/c.md"})).await.unwrap();
    assert_eq!((data(&moved)["path"].as_str(), moved.id), (Some("new/place/c.md"), Some(json!("new/place/c.md"))));
    bench.invoke("alice", "move", json!({"from": "folder", "to": "new/folder"})).await.unwrap();
    assert_eq!(bench.paths("alice", Ask::default()).await, ["new/folder/b.md", "new/place/c.md"]);
    assert_eq!(bench.text("alice", "new/folder/b.md").await, "B");
}

#[tokio::test]
async fn nothing_is_overwritten_unless_said_and_folders_never() {
    let bench = bench().await;
    for (path, content) in [("a", "A"), ("b", "B"), ("folder/c", "C")] {
        bench.put("alice", path, content);
    }
    bench.create_with("alice", json!({"path": "empty/x", "kind": "folder"})).await.unwrap();
    let before = snapshot(bench.root.path());
    for (from, to, overwrite) in [
        ("a", "b", false),
        ("a", "folder", false),
        ("a", "folder", true),
        ("folder", "a", true),
        ("folder", "empty/x", false),
        ("folder", "empty/x", true),
    ] {
        let input = json!({"from": from, "to": to, "overwrite": overwrite});
        assert_eq!(refusal(bench.invoke("alice", "move", input.clone()).await), ("conflict", TAKEN.into()), "{input}");
        if from != "folder" {
            assert_eq!(refusal(bench.invoke("alice", "copy", input.clone()).await), ("conflict", TAKEN.into()));
        }
    }
    assert_eq!(snapshot(bench.root.path()), before);
    bench.invoke("alice", "copy", json!({"from": "a", "to": "b", "overwrite": true})).await.unwrap();
    assert_eq!((bench.text("alice", "a").await, bench.text("alice", "b").await), ("A".into(), "A".into()));
    bench.invoke("alice", "move", json!({"from": "b", "to": "folder/c", "overwrite": true})).await.unwrap();
    assert_eq!(bench.paths("alice", Ask::default()).await, ["a", "folder/c"]);
}

#[tokio::test]
async fn a_folder_moves_neither_into_itself_nor_beyond_what_can_be_named() {
    let bench = bench_with(|config| config.depth_max = 4).await;
    bench.put("alice", "a/b/c/d", "");
    let into = bench.invoke("alice", "move", json!({"from": "a", "to": "a/b/x"})).await;
    assert_eq!(refusal(into), ("invalid_argument", "A folder cannot be put into itself.".into()));
    let (code, _) = refusal(bench.invoke("alice", "move", json!({"from": "a", "to": "x/a"})).await);
    assert_eq!(code, "limit_exceeded");
    bench.invoke("alice", "move", json!({"from": "a/b", "to": "ab/b"})).await.unwrap();
    assert_eq!(bench.paths("alice", Ask::default()).await, ["ab/b/c/d"]);
}

#[tokio::test]
async fn a_move_to_its_own_place_changes_nothing_and_missing_things_are_not_found() {
    let bench = bench().await;
    bench.put("alice", "a", "A");
    bench.invoke("alice", "move", json!({"from": "a", "to": "a"})).await.unwrap();
    assert_eq!(bench.text("alice", "a").await, "A");
    for action in ["move", "copy"] {
        for user in ["alice", "nobody"] {
            let input = json!({"from": "none", "to": "made/b"});
            assert_eq!(refusal(bench.invoke(user, action, input).await), not_found());
        }
    }
    assert_eq!(snapshot(&bench.home("alice")).len(), 1);
}

#[tokio::test]
async fn a_copy_is_bounded_and_leaves_nothing_behind() {
    let bench = bench_with(|config| config.copy_bytes_max = 1000).await;
    bench.put("alice", "fits", "x".repeat(1000));
    bench.put("alice", "large", "x".repeat(1001));
    bench.invoke("alice", "copy", json!({"from": "fits", "to": "copy"})).await.unwrap();
    let refused = refusal(bench.invoke("alice", "copy", json!({"from": "large", "to": "copy2"})).await);
    let wanted = "That is larger than the 1000 bytes that may be copied at once.";
    assert_eq!(refused, ("limit_exceeded", wanted.into()));
    assert_eq!(snapshot(&bench.home("alice")).len(), 3);
}

async fn library() -> Bench {
    let bench = bench().await;
    bench.put("alice", "a.md", "Milk\r\nbread\nmilk and milk");
    bench.put("alice", "b/c.txt", "no\nΜΉΛΟ milk");
    bench.put("alice", "d.bin", b"milk\0milk");
    bench.put("bob", "a.md", "bob's milk");
    bench
}

#[tokio::test]
async fn a_search_gives_the_lines_that_have_the_text_and_only_the_callers() {
    let bench = library().await;
    let outcome = bench.invoke("alice", "search", json!({"text": "MILK"})).await.unwrap();
    assert_eq!(
        data(&outcome),
        json!([
            {"path": "a.md", "line": 1, "text": "Milk"},
            {"path": "a.md", "line": 3, "text": "milk and milk"},
            {"path": "b/c.txt", "line": 2, "text": "ΜΉΛΟ milk"},
        ])
    );
    assert_eq!((outcome.count, outcome.has_more), (Some(3), Some(false)));
    assert_eq!(outcome.notices, ["Files that are not text were passed over: 1."]);
    let cases = [
        (json!({"text": "milk", "case_sensitive": true, "glob": "*.md"}), 1),
        (json!({"text": "μήλο"}), 1),
        (json!({"text": "milk", "folder": "b"}), 1),
        (json!({"text": "m.lk"}), 0),
    ];
    for (input, lines) in cases {
        let outcome = bench.invoke("alice", "search", input.clone()).await.unwrap();
        assert_eq!(outcome.count, Some(lines), "{input}");
    }
    assert_eq!(bench.invoke("carol", "search", json!({"text": "milk"})).await.unwrap().count, Some(0));
}

#[tokio::test]
async fn a_search_that_stops_early_says_why() {
    let bench = library().await;
    let outcome = bench.invoke("alice", "search", json!({"text": "milk", "limit": 2})).await.unwrap();
    assert_eq!((outcome.count, outcome.has_more), (None, Some(true)));
    let go_on = |why: &str, files: u8, at: &str| {
        format!(
            "{why} Files not searched to their end: {files}. Search again with `go_on` \"{at}\", or name a `folder` or \
             `glob`."
        )
    };
    assert_eq!(outcome.notices[0], go_on("Only the first 2 matching lines are given.", 2, "1:b/c.txt"));

    let bench = bench_with(|config| config.search_bytes_max = 100).await;
    bench.put("alice", "large.txt", "nothing here\n".repeat(100));
    let outcome = bench.invoke("alice", "search", json!({"text": "milk"})).await.unwrap();
    assert_eq!((outcome.count, outcome.has_more), (None, Some(true)));
    assert_eq!(outcome.notices, [go_on("There is more to read than one search reads.", 1, "7:large.txt")]);

    let bench = bench_with(|config| config.search_ms_max = 0).await;
    bench.put("alice", "large.txt", "nothing here\n".repeat(100));
    let outcome = bench.invoke("alice", "search", json!({"text": "milk"})).await.unwrap();
    assert_eq!(outcome.notices, [go_on("The search took too long and was stopped.", 1, "0:large.txt")]);
}

#[tokio::test]
async fn a_search_goes_on_where_it_stopped_until_all_is_found_once() {
    let text: String = (0..500).map(|line| format!("line {line} has milk\nand {line} has none\n")).collect();
    let limits = [(70, u64::MAX), (1000, 7000), (1000, 33), (3, 100)];
    // A store takes a request for each file of each search.
    for limits in if crate::ON_STORE { &limits[..2] } else { &limits[..] } {
        let bench = bench_with(|config| config.search_bytes_max = limits.1).await;
        for path in ["a.txt", "b/c.txt", "d.txt"] {
            bench.put("alice", path, &text);
        }
        let (mut found, mut go_on) = (Vec::new(), None);
        loop {
            let mut input = json!({"text": "milk", "limit": limits.0});
            if let Some(go_on) = go_on {
                input["go_on"] = json!(go_on);
            }
            let outcome = bench.invoke("alice", "search", input).await.unwrap();
            let lines = data(&outcome);
            found.extend(lines.as_array().unwrap().iter().map(|it| (it["path"].clone(), it["line"].clone())));
            if outcome.has_more == Some(false) {
                break;
            }
            let notice = outcome.notices[0].clone();
            go_on = Some(notice.split('"').nth(1).unwrap().to_owned());
        }
        let all =
            ["a.txt", "b/c.txt", "d.txt"].map(|path| (0..500).map(move |line| (json!(path), json!(line * 2 + 1))));
        assert_eq!(found, all.into_iter().flatten().collect::<Vec<_>>(), "{limits:?}");
    }
}

#[tokio::test]
async fn a_search_reads_text_in_other_encodings() {
    let bench = bench().await;
    let utf_16: Vec<u8> = "\u{feff}Milch\r\nfür Jürgen".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bench.put("alice", "a.txt", utf_16);
    bench.put("alice", "b.txt", b"Eier f\xfcr J\xfcrgen, sch\xf6n gr\xfc\xdfend");
    let outcome = bench.invoke("alice", "search", json!({"text": "JÜRGEN"})).await.unwrap();
    let wanted = json!([
        {"path": "a.txt", "line": 2, "text": "für Jürgen"},
        {"path": "b.txt", "line": 1, "text": "Eier für Jürgen, schön grüßend"},
    ]);
    assert_eq!((data(&outcome), outcome.notices), (wanted, vec![]));
}

#[tokio::test]
async fn a_folder_is_copied_whole_or_not_at_all() {
    let bench = bench_with(|config| (config.copy_files_max, config.copy_bytes_max) = (4, 100)).await;
    for (path, content) in [("from/a.md", "A"), ("from/deep/er/b.md", "B"), ("taken/c", ""), ("many/1/2/3/4/5", "")] {
        bench.put("alice", path, content);
    }
    bench.put("alice", "large/a", "x".repeat(101));
    let before = snapshot(&bench.home("alice"));
    let copy = |from: &str, to: &str| bench.invoke("alice", "copy", json!({"from": from, "to": to, "overwrite": true}));
    let cases = [
        ("from", "from/deep/copy", "invalid_argument", "A folder cannot be put into itself."),
        ("from", "taken", "conflict", TAKEN),
        ("many", "copy", "limit_exceeded", "That folder holds more than the 4 files and folders allowed at once."),
        ("large", "copy", "limit_exceeded", "That is larger than the 100 bytes that may be copied at once."),
    ];
    for (from, to, code, message) in cases {
        assert_eq!(refusal(copy(from, to).await), (code, message.to_owned()));
    }
    assert_eq!(snapshot(&bench.home("alice")), before);
    let copied = copy("from", "new/copy").await.unwrap();
    assert_eq!((data(&copied)["kind"].as_str(), copied.id), (Some("folder"), Some(json!("new/copy"))));
    assert_eq!(bench.text("alice", "new/copy/deep/er/b.md").await, "B");
    // A store has an object for each folder that was made.
    let markers = if crate::ON_STORE { 3 } else { 0 };
    assert_eq!(snapshot(&bench.home("alice")).len(), before.len() + 6 + markers);
}

#[tokio::test]
async fn a_long_line_is_shown_around_its_match_and_a_huge_one_is_not_kept_in_memory() {
    let bench = bench().await;
    bench.put("alice", "long.txt", format!("{}needle{}\nnext", "é".repeat(2000), "z".repeat(2000)));
    bench.put("alice", "huge.txt", format!("{}needle\nneedle", "y".repeat(1_000_000)));
    let outcome = bench.invoke("alice", "search", json!({"text": "needle"})).await.unwrap();
    let found = data(&outcome);
    assert_eq!(found[0], json!({"path": "huge.txt", "line": 2, "text": "needle"}));
    let text = found[1]["text"].as_str().unwrap();
    assert!(text.contains("éneedlez") && text.chars().count() == 402, "{text}");
    assert_eq!(outcome.notices, ["Lines searched only in their first 65536 bytes: 1."]);
}

#[tokio::test]
async fn a_search_needs_a_text_of_one_line() {
    let bench = library().await;
    for text in ["", "a\nb", &"x".repeat(1025)] {
        let (code, message) = refusal(bench.invoke("alice", "search", json!({"text": text})).await);
        assert_eq!(
            (code, message.as_str()),
            ("invalid_argument", "`text` must be within one line, with 1 to 1024 bytes.")
        );
    }
}

fn metric(function: Function, field: Option<&str>, name: &str) -> Metric {
    Metric { function, field: field.map(str::to_owned), name: name.into() }
}

#[tokio::test]
async fn figures_are_made_of_the_callers_files_only() {
    let bench = library().await;
    let all = vec![
        metric(Function::Count, None, "count"),
        metric(Function::Sum, Some("size"), "sum_size"),
        metric(Function::Avg, Some("size"), "avg_size"),
        metric(Function::Min, Some("size"), "min_size"),
        metric(Function::Max, Some("name"), "max_name"),
    ];
    let wanted = json!([{"count": 3, "sum_size": 50, "avg_size": 50.0 / 3.0, "min_size": 9, "max_name": "d.bin"}]);
    assert_eq!(bench.aggregate("alice", &[], all.clone(), json!({})).await, wanted);
    let nothing = json!([{"count": 0, "sum_size": null, "avg_size": null, "min_size": null, "max_name": null}]);
    assert_eq!(bench.aggregate("carol", &[], all, json!({})).await, nothing);
    let count = vec![metric(Function::Count, None, "count")];
    let groups = bench.aggregate("alice", &["kind", "folder"], count.clone(), json!({})).await;
    let wanted = json!([
        {"kind": "file", "folder": "", "count": 2},
        {"kind": "file", "folder": "b", "count": 1},
    ]);
    assert_eq!(groups, wanted);
    let filtered = bench.aggregate("alice", &[], count, json!({"name": {"contains": ".md"}})).await;
    assert_eq!(filtered, json!([{"count": 1}]));
}

#[tokio::test]
async fn an_aggregate_of_too_much_is_refused_rather_than_wrong() {
    let bench = bench_with(|config| config.entries_max = 2).await;
    for name in ["a", "b", "c"] {
        bench.put("alice", name, "");
    }
    let operation = connector::Operation::Aggregate(connector::Aggregate {
        collection: "files".into(),
        metrics: vec![metric(Function::Count, None, "count")],
        limit: 1,
        ..connector::Aggregate::default()
    });
    assert_eq!(refusal(bench.run("alice", operation).await).0, "limit_exceeded");
}
