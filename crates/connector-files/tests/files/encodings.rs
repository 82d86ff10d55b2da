//! Text that is not UTF-8, and what a file is by its content.

use serde_json::{Value, json};

use crate::support::{bench, bench_with, data, refusal, update};

#[tokio::test]
async fn text_in_other_encodings_is_read_written_and_read_again() {
    let bench = bench().await;
    let cases: [(&str, &str, &[u8]); 5] = [
        ("utf-16le", "aé😀", b"\xff\xfea\0\xe9\0\x3d\xd8\x00\xde"),
        ("utf-16be", "aé", b"\xfe\xff\0a\0\xe9"),
        ("windows-1252", "Grüße – schöne Grüße", b"Gr\xfc\xdfe \x96 sch\xf6ne Gr\xfc\xdfe"),
        ("shift_jis", "こんにちは、世界。", b"\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81A\x90\xa2\x8aE\x81B"),
        ("text", "aé😀", "aé😀".as_bytes()),
    ];
    for (encoding, content, bytes) in cases {
        let path = format!("{encoding}.txt");
        bench.put("alice", &path, bytes);
        let got = data(&bench.get("alice", &path).await.unwrap());
        let shown = (got["encoding"].as_str(), got["content"].as_str(), got["length"].as_u64());
        assert_eq!(shown, (Some(encoding), Some(content), Some(bytes.len() as u64)));
        let again = format!("again-{path}");
        let values = json!({"path": again, "content": content, "encoding": encoding});
        bench.create_with("alice", values).await.unwrap();
        assert_eq!(std::fs::read(bench.home("alice").join(&again)).unwrap(), bytes, "{encoding}");
        let appended = json!({"path": again, "content": content});
        bench.invoke("alice", "append", appended).await.unwrap();
        assert_eq!(bench.text("alice", &again).await, content.repeat(2), "{encoding}");
    }
}

#[tokio::test]
async fn a_large_text_in_another_encoding_is_read_to_its_end_in_pieces() {
    let bench = bench_with(|config| config.read_bytes_max = 1001).await;
    let whole = "line with ümlauts and 😀\n".repeat(400);
    let values = json!({"path": "a.txt", "content": whole, "encoding": "utf-16le"});
    bench.create_with("alice", values).await.unwrap();
    let (mut joined, mut offset) = (String::new(), 0);
    loop {
        let outcome = bench.get_with("alice", "a.txt", json!({"offset": offset})).await.unwrap();
        let got = data(&outcome);
        assert_eq!((got["offset"].as_u64(), &got["encoding"]), (Some(offset), &json!("utf-16le")));
        joined.push_str(got["content"].as_str().unwrap());
        offset += got["length"].as_u64().unwrap();
        if outcome.has_more == Some(false) {
            break;
        }
    }
    assert_eq!(joined, whole);
}

#[tokio::test]
async fn what_an_encoding_cannot_hold_is_refused_with_its_place_and_changes_nothing() {
    let bench = bench().await;
    bench.put("alice", "a.txt", "old");
    let wanted = "`content` has `😀` (U+1F600) in line 2 at character 3, which windows-1252 cannot hold. Use `encoding` \
                  text, or write something else there.";
    let values = json!({"content": "é\nab😀", "encoding": "latin1"});
    let refused = refusal(bench.run("alice", update("a.txt", values, json!({}))).await);
    assert_eq!(refused, ("invalid_argument", wanted.to_owned()));
    let unknown = "`encoding` must be text, base64 or an encoding's name, such as utf-16le, windows-1252 or shift_jis.";
    for encoding in ["", "rot13", "replacement", "x-user-defined", "iso-2022-jp"] {
        let values = json!({"content": "a", "encoding": encoding});
        let refused = refusal(bench.run("alice", update("a.txt", values, json!({}))).await);
        assert_eq!(refused, ("invalid_argument", unknown.to_owned()), "{encoding}");
    }
    assert_eq!(bench.text("alice", "a.txt").await, "old");
}

#[tokio::test]
async fn the_media_type_is_that_of_the_content_and_bytes_stay_bytes() {
    let bench = bench().await;
    let cases: [(&str, &[u8], &str, &str); 5] = [
        ("photo.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png", "base64"),
        ("notes.png", b"only text", "text/plain", "text"),
        ("notes.md", b"# Title", "text/markdown", "text"),
        ("blob", b"\x01\x02\xff\xfe\xfd", "application/octet-stream", "base64"),
        ("umlaut", b"Sch\xf6ne Gr\xfc\xdfe aus K\xf6ln", "text/plain", "windows-1252"),
    ];
    for (path, bytes, media_type, encoding) in cases {
        bench.put("alice", path, bytes);
        let got = data(&bench.get("alice", path).await.unwrap());
        let shown = |field: &str| got[field].as_str().map(str::to_owned);
        assert_eq!((shown("media_type").as_deref(), shown("encoding").as_deref()), (Some(media_type), Some(encoding)));
    }
    let bytes: Vec<Value> = vec![json!("AQL//v0=")];
    assert_eq!(data(&bench.get("alice", "blob").await.unwrap())["content"], bytes[0]);
}
