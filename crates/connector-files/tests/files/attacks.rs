//! Paths that are meant to lead out of the user's folder.

use serde_json::json;

use crate::support::{bench, bench_with, create, get, refusal, snapshot};
use crate::users::try_everything;

/// Ways to write `..`, joined by ways to write a separator, in front of what is to be reached.
fn payloads() -> Vec<String> {
    let ups = [
        "..",
        "../",
        "....",
        "....//",
        "..;",
        "%2e%2e",
        "%2E%2E",
        "%252e%252e",
        "..%00",
        "..\0",
        ". .",
        "..\u{200b}",
        "．．",
        "‥",
        "․․",
        "%c0%ae%c0%ae",
        "\u{ff0e}\u{ff0e}",
        ".\u{2024}",
        "a/..",
        "./..",
        "=2e=2e",
    ];
    let separators = ["/", "\\", "//", "/./", "%2f", "%5c", "%252f", "∕", "⁄", "／", "＼", "\u{29f8}", "/\\", ";/"];
    let targets = ["bob/secret.md", "bob", "secret.txt", "users/bob/secret.md", "etc/passwd"];
    let mut payloads = Vec::new();
    let mut ends = [1, 2, 3, 8].into_iter().cycle().zip(targets.iter().cycle());
    for up in ups {
        for separator in separators {
            let (depth, target) = ends.next().unwrap();
            payloads.push(format!("{}{target}", format!("{up}{separator}").repeat(depth)));
        }
    }
    payloads.extend(targets.iter().map(|target| format!("/{target}")));
    payloads.extend(
        [
            "",
            "/",
            "//",
            ".",
            "..",
            "./",
            "../",
            "a/",
            "a//b",
            "a/./b",
            "a/..",
            "/etc/passwd",
            "file:///etc/passwd",
            "C:\\secret",
            "C:/secret",
            "c:secret",
            "\\\\server\\share",
            "//server/share",
            "~/secret",
            "~root/x",
            "\0",
            "a\0b",
            "a\nb",
            "a\r",
            "\u{7f}",
            "\u{85}",
            "mine.md\0.png",
            "mine.md/",
            "mine.md/.",
            "mine.md/..",
            "a.",
            "a ",
            "a/. ",
            ".bellhop-x",
            "folder/.bellhop-y",
            ".BELLHOP-z",
            ".bellhop-0123456789abcdef0123456789abcdef.part",
            "/proc/self/environ",
            "/dev/stdin",
            "/dev/zero",
            "/proc/self/fd/3",
            "-",
            "--",
            "*",
            "$(id)",
            "`id`",
            "|id",
        ]
        .map(str::to_owned),
    );
    payloads.extend(["../".repeat(400), "a/".repeat(200) + "b", "x".repeat(256), "x".repeat(5000), "é".repeat(128)]);
    payloads
}

#[tokio::test]
async fn no_path_leads_out_whatever_its_spelling() {
    let bench = bench().await;
    bench.put("bob", "secret.md", "bob's classified");
    std::fs::write(bench.root.path().join("secret.txt"), "the operator's classified").unwrap();
    let outside = |bench: &crate::support::Bench| {
        let mut all = snapshot(bench.root.path());
        all.retain(|(path, _)| !path.starts_with(bench.home("alice")));
        all
    };
    let before = outside(&bench);
    // Each takes a store dozens of requests.
    let step = if crate::ON_STORE { 5 } else { 1 };
    for payload in payloads().into_iter().step_by(step) {
        bench.put("alice", "mine.md", "hers");
        try_everything(&bench, "alice", &payload).await;
        assert_eq!(outside(&bench), before, "{payload:?}");
    }
}

#[tokio::test]
async fn a_refused_path_is_told_in_a_sentence_to_act_on() {
    let bench = bench_with(|config| config.depth_max = 5).await;
    let cases = [
        ("", "must not be empty. Give a path such as notes/today.md."),
        ("/etc/passwd", "must not begin with a slash: paths start at the top of your own folder."),
        ("../bob", "must not use `.` or `..`: write the path from the top of your own folder."),
        ("a/./b", "must not use `.` or `..`: write the path from the top of your own folder."),
        ("a//b", "must not have an empty name between slashes or at its end."),
        ("a/", "must not have an empty name between slashes or at its end."),
        ("a\\b", "must not have a backslash. Separate folders with `/`."),
        ("a\0b", "must not have control characters."),
        ("a.", "must not have a name that ends in a dot or a space."),
        ("a /b", "must not have a name that ends in a dot or a space."),
        ("1/2/3/4/5/6", "is more than 5 folders deep."),
        (".bellhop-x", "must not have a name that begins with `.bellhop-`: such names are reserved."),
    ];
    for (path, wanted) in cases {
        let refused = refusal(bench.run("alice", get(path, json!({}))).await);
        assert_eq!(refused, ("invalid_argument", format!("`identifier` {wanted}")));
        let refused = refusal(bench.run("alice", create(json!({"path": path, "content": ""}))).await);
        assert_eq!(refused, ("invalid_argument", format!("`path` {wanted}")));
    }
    for (path, wanted) in
        [("x".repeat(256), "has a name longer than 255 bytes."), ("x/".repeat(600), "is longer than 1024 bytes.")]
    {
        assert_eq!(refusal(bench.get("alice", &path).await).1, format!("`identifier` {wanted}"));
    }
    assert!(!bench.home("alice").exists());
}

#[tokio::test]
async fn odd_but_harmless_names_are_ordinary_names() {
    let bench = bench().await;
    for name in
        ["%2e%2e", "‥", "．．", "-rf", "~root", "$(id)", "a:b?*|<>\"", "ünï😀", "...x", "..x", ".hidden", "a b", "CON"]
    {
        bench.create("alice", name, name).await.unwrap();
        assert_eq!(bench.text("alice", name).await, name);
        assert_eq!(std::fs::read_to_string(bench.home("alice").join(name)).unwrap(), name);
    }
}
