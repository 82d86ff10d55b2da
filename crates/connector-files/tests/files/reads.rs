//! What `get` gives: text, bytes, ranges.

use crate::support::{bench, bench_with, data, get, not_found, refusal};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

#[tokio::test]
async fn text_is_given_as_text_with_everything_known_of_the_file() {
    let bench = bench().await;
    bench.put("alice", "notes/today.md", "grüße\n");
    let outcome = bench.get("alice", "notes/today.md").await.unwrap();
    let mut got = data(&outcome);
    for changing in ["modified", "version"] {
        got.as_object_mut().unwrap().shift_remove(changing).unwrap();
    }
    assert_eq!(
        got,
        json!({
            "path": "notes/today.md", "name": "today.md", "folder": "notes", "kind": "file", "size": 8,
            "media_type": "text/markdown", "content": "grüße\n", "encoding": "text", "offset": 0, "length": 8,
        })
    );
    assert_eq!((outcome.has_more, outcome.id, outcome.notices), (Some(false), Some(json!("notes/today.md")), vec![]));
}

#[tokio::test]
async fn bytes_are_given_as_base64_with_their_media_type() {
    let bench = bench().await;
    let bytes: Vec<u8> = (0..=255).collect();
    bench.put("alice", "photo.png", &bytes);
    bench.put("alice", "unknown", &bytes);
    let got = data(&bench.get("alice", "photo.png").await.unwrap());
    assert_eq!((&got["encoding"], &got["media_type"]), (&json!("base64"), &json!("image/png")));
    assert_eq!(STANDARD.decode(got["content"].as_str().unwrap()).unwrap(), bytes);
    assert_eq!(data(&bench.get("alice", "unknown").await.unwrap())["media_type"], "application/octet-stream");
}

#[tokio::test]
async fn a_text_without_extension_is_plain_text_and_an_empty_file_is_empty_text() {
    let bench = bench().await;
    bench.put("alice", "README", "hi");
    bench.put("alice", "empty", "");
    assert_eq!(data(&bench.get("alice", "README").await.unwrap())["media_type"], "text/plain");
    let empty = data(&bench.get("alice", "empty").await.unwrap());
    assert_eq!((&empty["content"], &empty["encoding"], &empty["size"]), (&json!(""), &json!("text"), &json!(0)));
}

#[tokio::test]
async fn a_large_text_is_read_to_its_end_by_following_the_notices() {
    let bench = bench_with(|config| config.read_bytes_max = 1000).await;
    let whole = "line with ümlauts and 😀\n".repeat(400);
    bench.put("alice", "large.txt", &whole);
    let (mut joined, mut offset) = (String::new(), 0);
    loop {
        let outcome = bench.get_with("alice", "large.txt", json!({"offset": offset})).await.unwrap();
        let got = data(&outcome);
        assert_eq!((got["offset"].as_u64(), got["size"].as_u64()), (Some(offset), Some(whole.len() as u64)));
        joined.push_str(got["content"].as_str().unwrap());
        offset += got["length"].as_u64().unwrap();
        if outcome.has_more == Some(false) {
            break;
        }
        let wanted = format!("For what follows, get it again with `offset` {offset}.");
        assert!(outcome.notices[0].ends_with(&wanted), "{:?}", outcome.notices);
    }
    assert_eq!(joined, whole);
}

#[tokio::test]
async fn a_large_binary_file_is_read_to_its_end_in_pieces() {
    let bench = bench_with(|config| config.read_bytes_max = 777).await;
    let whole: Vec<u8> = (0..10_000_u32).map(|n| (n * 7 % 256) as u8).collect();
    bench.put("alice", "large.bin", &whole);
    let (mut joined, mut offset) = (Vec::new(), 0);
    while offset < whole.len() {
        let got = data(&bench.get_with("alice", "large.bin", json!({"offset": offset})).await.unwrap());
        joined.extend(STANDARD.decode(got["content"].as_str().unwrap()).unwrap());
        offset += usize::try_from(got["length"].as_u64().unwrap()).unwrap();
    }
    assert_eq!(joined, whole);
}

#[tokio::test]
async fn a_range_is_exactly_what_was_asked_for() {
    let bench = bench().await;
    bench.put("alice", "digits", "0123456789");
    let cases = [
        (json!({"offset": 2, "length": 3}), "234", 2, true),
        (json!({"offset": 8}), "89", 8, false),
        (json!({"length": 4}), "0123", 0, true),
        (json!({"offset": 10}), "", 10, false),
        (json!({"offset": 99}), "", 10, false),
        (json!({"offset": u64::MAX}), "", 10, false),
    ];
    for (options, content, offset, more) in cases {
        let outcome = bench.get_with("alice", "digits", options.clone()).await.unwrap();
        let got = data(&outcome);
        assert_eq!(got["content"], content, "{options}");
        assert_eq!((got["offset"].as_u64(), outcome.has_more), (Some(offset), Some(more)), "{options}");
    }
}

#[tokio::test]
async fn a_small_answer_is_kept_small_whatever_the_content() {
    let bench = bench().await;
    bench.put("alice", "quotes.txt", "\"\\\n\u{1}".repeat(5000));
    bench.put("alice", "bytes.bin", [0_u8, 255].repeat(5000));
    let context = connector::Context::new("small", 3000);
    for path in ["quotes.txt", "bytes.bin"] {
        let outcome = bench.run_in("alice", get(path, json!({})), &context).await.unwrap();
        let bytes = outcome.data.as_ref().unwrap().get().len();
        assert!((2000..=3000).contains(&bytes), "{path}: {bytes}");
        assert_eq!(outcome.has_more, Some(true));
    }
}

#[tokio::test]
async fn only_the_named_fields_are_given_and_content_is_read_only_when_named() {
    let bench = bench().await;
    bench.put("alice", "a.txt", "abc");
    let mut operation = get("a.txt", json!({}));
    if let connector::Operation::Get(it) = &mut operation {
        it.fields = Some(vec!["path".into(), "size".into()]);
    }
    let outcome = bench.run("alice", operation).await.unwrap();
    assert_eq!((data(&outcome), outcome.has_more), (json!({"path": "a.txt", "size": 3}), None));
}

#[tokio::test]
async fn a_folder_has_no_content() {
    let bench = bench().await;
    bench.put("alice", "notes/a", "");
    let outcome = bench.get("alice", "notes").await.unwrap();
    let got = data(&outcome);
    assert_eq!((&got["kind"], &got["size"], got.get("content")), (&json!("folder"), &json!(null), None));
    assert_eq!(outcome.notices, ["This is a folder. To see what is in it, list with `folder`."]);
}

#[tokio::test]
async fn what_is_missing_is_not_found_wherever_the_path_breaks_off() {
    let bench = bench().await;
    bench.put("alice", "a.txt", "abc");
    for path in ["b.txt", "none/b.txt", "a.txt/b", "A.txt"] {
        assert_eq!(refusal(bench.get("alice", path).await), not_found(), "{path}");
    }
    assert_eq!(refusal(bench.get("nobody", "a.txt").await), not_found());
}
