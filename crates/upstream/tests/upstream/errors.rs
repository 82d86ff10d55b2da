use bellhop_upstream::{Credential, Described, Identity, IdentityConfig, NoSources, Placement, Response, Secret};
use connector::{Effect, ErrorKind};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::support::{Act, Peer, answer, client, config, get, json, post};

fn response(status: u16, kind: &'static str, body: &str) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static(kind));
    Response::new(StatusCode::from_u16(status).unwrap(), headers, body.to_owned())
}

fn said(kind: &'static str, body: &str) -> String {
    let message = response(422, kind, body).error().unwrap().message().to_owned();
    message.strip_prefix("The upstream does not take these arguments.").unwrap().trim().to_owned()
}

#[test]
fn every_status_has_a_code() {
    let cases = [
        (301, ErrorKind::Unsupported),
        (304, ErrorKind::Unsupported),
        (400, ErrorKind::InvalidArgument),
        (401, ErrorKind::PermissionDenied),
        (402, ErrorKind::PermissionDenied),
        (403, ErrorKind::PermissionDenied),
        (404, ErrorKind::NotFound),
        (405, ErrorKind::Unsupported),
        (408, ErrorKind::Timeout),
        (409, ErrorKind::Conflict),
        (410, ErrorKind::NotFound),
        (412, ErrorKind::Conflict),
        (413, ErrorKind::LimitExceeded),
        (414, ErrorKind::LimitExceeded),
        (415, ErrorKind::Unsupported),
        (418, ErrorKind::Unsupported),
        (422, ErrorKind::InvalidArgument),
        (423, ErrorKind::Conflict),
        (428, ErrorKind::Conflict),
        (429, ErrorKind::RateLimited),
        (431, ErrorKind::LimitExceeded),
        (500, ErrorKind::Unavailable),
        (501, ErrorKind::Unsupported),
        (502, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
        (504, ErrorKind::Timeout),
        (599, ErrorKind::Unavailable),
        (999, ErrorKind::Unavailable),
    ];
    for (status, kind) in cases {
        assert_eq!(response(status, "text/html", "").error().unwrap().kind(), kind, "{status}");
    }
    assert!([200, 201, 202, 204, 206].iter().all(|status| response(*status, "text/plain", "").error().is_none()));
}

#[tokio::test]
async fn their_401_is_not_ours() {
    let peer = Peer::start(|_| json("401 Unauthorized", r#"{"message":"Bearer key-of-alice is wrong"}"#)).await;
    let (client, origin) = client(&peer.url(), &config());
    let mut request = get(&origin, "/");
    let nothing = client.send(request.clone()).await.unwrap().error().unwrap();
    request.attach(&Placement::Bearer, &Credential::Token(Secret::from("key-of-alice".to_owned()))).unwrap();
    let refused = client.send(request).await.unwrap().error().unwrap();
    assert_eq!(refused.kind(), ErrorKind::PermissionDenied);
    assert_eq!(
        refused.message(),
        "The upstream refused the credential that is kept for you (401). Renew it there and set it here again."
    );
    assert_eq!(
        nothing.message(),
        "The upstream asks for a credential (401), and none is sent for you. Its operator has to configure one."
    );
}

#[test]
fn the_shapes_of_errors_are_read() {
    let cases = [
        (
            r#"{"type":"about:blank","title":"Bad","status":422,"detail":"name is too long","instance":"/x"}"#,
            "Bad; name is too long",
        ),
        (
            r##"{"title":"Not valid.","errors":[{"detail":"must be positive","pointer":"#/age"},{"detail":"must be one of red, green","pointer":"#/colour"}]}"##,
            "Not valid.; #/age: must be positive; #/colour: must be one of red, green",
        ),
        (
            r#"{"message":"Validation Failed","errors":[{"resource":"Issue","field":"title","code":"missing_field"}]}"#,
            "Validation Failed; title: missing_field",
        ),
        (r#"{"error":"invalid_grant","error_description":"too old"}"#, "too old; invalid_grant"),
        (r#"{"error":{"code":400,"message":"Bad id","status":"INVALID_ARGUMENT"}}"#, "Bad id"),
        (
            r#"{"detail":[{"loc":["body","age"],"msg":"value is not a valid integer","type":"type_error"}]}"#,
            "body.age: value is not a valid integer",
        ),
        (
            r#"{"title":"One or more validation errors occurred.","errors":{"Name":["The Name field is required."]}}"#,
            "One or more validation errors occurred.; Name: The Name field is required.",
        ),
        (
            r#"{"name":["This field is required."],"age":["A valid integer is required."]}"#,
            "name: This field is required.; age: A valid integer is required.",
        ),
        (r#"{"errors":["a is wrong","b is wrong"]}"#, "a is wrong; b is wrong"),
        (
            r#"{"errors":[{"status":"422","source":{"pointer":"/data/name"},"title":"Invalid","detail":"is short"}]}"#,
            "/data/name: Invalid; /data/name: is short",
        ),
        (
            r#"{"errno":107,"message":"Invalid parameters","code":400,"error":"Invalid parameters","details":[{"location":"body","name":"data","description":"data is missing"}]}"#,
            "Invalid parameters; data: data is missing",
        ),
        (r#""just a text""#, "just a text"),
        ("{}", ""),
        ("[]", ""),
        ("not json", ""),
    ];
    for (body, text) in cases {
        let expected = if text.is_empty() { String::new() } else { format!("It says: “{text}”") };
        assert_eq!(said("application/json", body), expected, "{body}");
    }
    assert_eq!(said("application/problem+json; charset=utf-8", r#"{"title":"Bad"}"#), "It says: “Bad”");
    assert_eq!(said("text/plain", "Bad\n request"), "It says: “Bad request”");
    assert_eq!(said("text/html", "<h1>Bad</h1>"), "");
    assert_eq!(said("image/png", "PNG"), "");
}

#[test]
fn what_nobody_should_see_is_taken_out() {
    let cases = [
        ("boom\nTraceback (most recent call last):\n  File \"/srv/app.py\", line 1", "boom"),
        ("boom\n    at com.example.Main(Main.java:1)\n    at x", "boom"),
        ("cannot connect to 10.1.2.3:5432, or [::1]", "cannot connect to … or …"),
        ("no such file /home/app/secrets.yml here", "no such file … here"),
        ("see http://internal.local/x?key=1", "see …"),
        ("a\u{202e}b\u{200b}c\u{1b}[31m\r\nd\u{0}", "a b c [31m d"),
        ("<script>alert(1)</script>1 < 2 and <b>bold</b>", "alert(1) 1 < 2 and bold"),
        ("host=10.0.0.1", "…"),
    ];
    for (text, shown) in cases {
        assert_eq!(said("text/plain", text), format!("It says: “{shown}”"), "{text:?}");
    }
    let long = said("text/plain", &"é ".repeat(10_000));
    assert_eq!(long.trim_start_matches("It says: “").trim_end_matches('”').chars().count(), 300);
    assert!(long.ends_with("…”"));
}

#[test]
fn hostile_bodies_are_read_in_no_time() {
    let deep = "[".repeat(100_000);
    let nested = format!("{}1{}", r#"{"error":"#.repeat(100), "}".repeat(100));
    let wide = format!("{{{}}}", (0..50_000).map(|at| format!(r#""{at}":["x"]"#)).collect::<Vec<_>>().join(","));
    let tags = "<a".repeat(200_000);
    for (kind, body) in
        [("application/json", &deep), ("application/json", &nested), ("application/json", &wide), ("text/plain", &tags)]
    {
        let started = std::time::Instant::now();
        let message = response(400, kind, body).error().unwrap().message().to_owned();
        assert!(message.chars().count() < 400, "{message}");
        assert!(started.elapsed() < std::time::Duration::from_secs(2), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn what_was_sent_for_the_caller_is_not_shown_back() {
    let echo = |seen: &crate::support::Seen| {
        let all = seen.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n");
        let body = format!("{} {all}", seen.line);
        let upper = body.to_uppercase();
        Act::Answer(
            format!(
                "HTTP/1.1 403 No\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{body} {upper}",
                body.len() + 1 + upper.len()
            )
            .into_bytes(),
        )
    };
    let peer = Peer::start(echo).await;
    let (client, origin) = client(&peer.url(), &config());
    let key = Credential::Token(Secret::from("s3cr3t/k+y".to_owned()));
    let account = Credential::Basic { username: "alice".to_owned(), password: Secret::from("passw0rd!".to_owned()) };
    let placements = [
        (Placement::Bearer, key.clone()),
        (Placement::Basic, account),
        (Placement::Basic, key.clone()),
        (Placement::Header { name: "x-key".parse().unwrap(), prefix: "Token ".to_owned() }, key.clone()),
        (Placement::Query { name: "key".to_owned() }, key.clone()),
        (Placement::Cookie { name: "key".to_owned() }, key),
    ];
    for (placement, credential) in placements {
        let mut request = get(&origin, "/");
        request.attach(&placement, &credential).unwrap();
        let message = client.send(request).await.unwrap().error().unwrap().message().to_lowercase();
        assert!(message.contains("***"), "{message}");
        for secret in ["s3cr3t", "passw0rd", "k+y", "k%2by", "ywxpy2u6", "czncm3"] {
            assert!(!message.contains(secret), "{placement:?}: {message}");
        }
    }
}

#[tokio::test]
async fn a_failure_after_a_post_says_that_it_may_be_done() {
    let peer = Peer::start(|_| answer("500 Error", &[("content-type", "text/plain")], b"oops")).await;
    let (client, origin) = client(&peer.url(), &config());
    let error = client.send(post(&origin, "/", "{}")).await.unwrap().error().unwrap();
    assert_eq!(
        error.message(),
        "The upstream failed. Whether it did what was asked is not known: look before you try again. It says: “oops”"
    );
    let error = client.send(get(&origin, "/")).await.unwrap().error().unwrap();
    assert_eq!(error.message(), "The upstream failed. It says: “oops”");
}

#[tokio::test]
async fn a_key_of_the_app_is_masked_and_is_no_credential_of_the_caller() {
    let peer = Peer::start(|seen| {
        let status = if seen.line.contains("closed") { "403 Forbidden" } else { "400 Bad" };
        json(status, &format!(r#"{{"message":"app {} of {}"}}"#, seen.header("x-app").unwrap(), seen.line))
    })
    .await;
    let (client, origin) = client(&peer.url(), &config());
    let bind = [("header:X-App", "app-key-1234"), ("header:X-User", "{caller.id}"), ("header:X-Kind", "open")];
    let bind = bind.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let config = IdentityConfig { bind, ..IdentityConfig::default() };
    let identity = Identity::new("things", &config, &NoSources).unwrap();
    let described = Described {
        name: "look",
        effect: Effect::Read,
        parameters: Vec::new(),
        body: Vec::new(),
        has_field: &|_| false,
        security: Vec::new(),
        has_schemes: false,
    };
    let tie = identity.tie(&described).unwrap();
    let alice = testkit::caller("alice").await;
    let refused = identity.send(&client, &tie, &alice, get(&origin, "/open")).await.unwrap();
    let error = refused.error().unwrap();
    assert!(error.message().ends_with("It says: “app *** of GET /open”"), "{error}");
    let closed = identity.send(&client, &tie, &alice, get(&origin, "/closed")).await.unwrap();
    assert!(!closed.error().unwrap().message().contains("kept for you"), "{:?}", closed.error());
}
