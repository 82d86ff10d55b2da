use bellhop_upstream::PathBuilder;
use connector::ErrorKind;

fn with(value: &str) -> connector::Result<String> {
    PathBuilder::default().literal("/users/").value(value).literal("/posts").finish()
}

#[test]
fn a_value_is_one_segment_whatever_it_holds() {
    let cases = [
        ("alice", "/users/alice/posts"),
        ("a b", "/users/a%20b/posts"),
        ("a/b", "/users/a%2Fb/posts"),
        ("a?b#c", "/users/a%3Fb%23c/posts"),
        ("a@b:c;d=e&f", "/users/a%40b%3Ac%3Bd%3De%26f/posts"),
        ("100%", "/users/100%25/posts"),
        ("%41", "/users/%2541/posts"),
        ("é世", "/users/%C3%A9%E4%B8%96/posts"),
        ("-._~", "/users/-._~/posts"),
        ("...", "/users/.../posts"),
        ("v1..v2", "/users/v1..v2/posts"),
        ("//evil.example", "/users/%2F%2Fevil.example/posts"),
        ("https://evil.example/x", "/users/https%3A%2F%2Fevil.example%2Fx/posts"),
        (r"a\b", "/users/a%5Cb/posts"),
    ];
    for (value, path) in cases {
        assert_eq!(with(value).unwrap(), path, "{value}");
    }
}

#[test]
fn no_value_steps_out_of_its_segment() {
    let climbing = [
        "",
        ".",
        "..",
        "../x",
        "x/..",
        r"..\x",
        "%2e%2e",
        "%2E.",
        "..%2f..%2fetc",
        "%252e%252e",
        "%25252e%25252e",
        "%%32%65%%32%65",
        "..;",
        "..;a=b/x",
        "\u{ff0e}\u{ff0e}",
        "\u{2025}",
        "\u{3002}\u{3002}",
        "..\u{ff0f}x",
        "%c0%ae%c0%ae",
        "%c0%ae%c0%ae%c0%afx",
        "%u002e%u002e",
        ".. ",
        "..%00",
        "..%20",
        "x/%2e%2e/y",
        "..%5cx",
    ];
    for value in climbing {
        let error = with(value).expect_err(value);
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{value}");
    }
    let deep = format!("%{}41", "25".repeat(2000));
    assert!(with(&deep).is_err(), "an encoding of an encoding of an encoding …");
}

#[test]
fn control_characters_are_refused() {
    for value in ["a\r\nb", "a\0", "\n", "a\u{7f}", "a\u{85}b", "\t"] {
        assert_eq!(with(value).unwrap_err().kind(), ErrorKind::InvalidArgument, "{value:?}");
    }
}

#[test]
fn what_the_description_wrote_keeps_its_shape() {
    let built = PathBuilder::default().literal("/users/@me/a b/%7Bx%7D/{y}/").value("1").literal(".json").finish();
    assert_eq!(built.unwrap(), "/users/@me/a%20b/%7Bx%7D/%7By%7D/1.json");
    assert_eq!(PathBuilder::default().literal("things/").finish().unwrap(), "/things/");
    assert_eq!(PathBuilder::default().value("things").finish().unwrap(), "/things");
    assert!(PathBuilder::default().literal("/a/../b").finish().is_err());
    assert!(PathBuilder::default().literal("/a/.").value("").finish().is_err(), "a label of nothing is a step");
}
