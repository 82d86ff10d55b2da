use bellhop_upstream::{Credential, Origin, Placement, Request, Secret};
use http::header::{AUTHORIZATION, COOKIE, HOST};
use http::{HeaderName, HeaderValue, Method};

fn request() -> Request {
    let mut request = Request::new(Method::GET, Origin::parse("https://api.example.com").unwrap(), "/things");
    request.query = "a=1&api%5Fkey=mine&API_KEY=mine&b=2".to_owned();
    request.headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer forged"));
    request.headers.append(AUTHORIZATION, HeaderValue::from_static("Basic forged"));
    request.headers.append(COOKIE, HeaderValue::from_static("theme=dark; session=forged"));
    request.headers.append(COOKIE, HeaderValue::from_static("session=forged"));
    request.headers.append("x-key", HeaderValue::from_static("forged"));
    request
}

fn token(text: &str) -> Credential {
    Credential::Token(Secret::from(text.to_owned()))
}

fn account(username: &str, password: &str) -> Credential {
    Credential::Basic { username: username.to_owned(), password: Secret::from(password.to_owned()) }
}

fn header(name: &'static str, prefix: &str) -> Placement {
    Placement::Header { name: HeaderName::from_static(name), prefix: prefix.to_owned() }
}

fn values(request: &Request, name: impl http::header::AsHeaderName) -> Vec<&str> {
    request.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
}

#[test]
fn nothing_that_stood_there_stays() {
    let mut sent = request();
    sent.attach(&Placement::Bearer, &token("k1")).unwrap();
    assert_eq!(values(&sent, AUTHORIZATION), ["Bearer k1"]);

    sent.attach(&Placement::Basic, &account("alice", "p:w")).unwrap();
    assert_eq!(values(&sent, AUTHORIZATION), ["Basic YWxpY2U6cDp3"]);
    sent.attach(&Placement::Basic, &token("alice:p:w")).unwrap();
    assert_eq!(values(&sent, AUTHORIZATION), ["Basic YWxpY2U6cDp3"]);
    sent.attach(&Placement::Basic, &token("alice")).unwrap();
    assert_eq!(values(&sent, AUTHORIZATION), ["Basic YWxpY2U6"]);

    sent.attach(&header("x-key", "Token "), &token("k2")).unwrap();
    assert_eq!(values(&sent, "x-key"), ["Token k2"]);

    sent.attach(&Placement::Query { name: "api_key".to_owned() }, &token("k&3=")).unwrap();
    assert_eq!(sent.query, "a=1&b=2&api_key=k%263%3D");

    sent.attach(&Placement::Cookie { name: "session".to_owned() }, &token("k4")).unwrap();
    assert_eq!(values(&sent, COOKIE), ["theme=dark; session=k4"]);
}

#[test]
fn a_credential_that_would_write_more_than_itself_is_not_sent() {
    let cookie = Placement::Cookie { name: "session".to_owned() };
    let cases = [
        (Placement::Bearer, token("a\r\nx-admin: 1")),
        (Placement::Bearer, token("")),
        (Placement::Bearer, token("é")),
        (Placement::Bearer, account("alice", "pw")),
        (Placement::Basic, account("alice:admin", "pw")),
        (header("x-key", ""), token("a\nb")),
        (header("host", ""), token("evil.example")),
        (header("content-length", ""), token("0")),
        (cookie.clone(), token("a; admin=1")),
        (cookie, token("a\"b")),
        (Placement::Cookie { name: "a=b".to_owned() }, token("k")),
    ];
    for (placement, credential) in cases {
        let mut sent = request();
        let error = sent.attach(&placement, &credential).expect_err(&format!("{placement:?} {credential:?}"));
        assert_eq!(error.kind(), connector::ErrorKind::PermissionDenied);
        assert!(!values(&sent, HOST).contains(&"evil.example"));
    }
}

#[test]
fn a_credential_does_not_print() {
    let mut sent = request();
    sent.attach(&Placement::Bearer, &token("top-secret")).unwrap();
    sent.attach(&header("x-key", ""), &token("top-secret")).unwrap();
    sent.attach(&Placement::Cookie { name: "session".to_owned() }, &token("top-secret")).unwrap();
    sent.attach(&Placement::Query { name: "key".to_owned() }, &token("top-secret")).unwrap();
    let printed = format!("{sent:?}");
    assert!(!printed.contains("top-secret"), "{printed}");
}
