use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use access::Caller;
use bellhop_upstream::{
    ClientConfig, ConnectConfig, Credential, CredentialConfig, CredentialSource, Described, Identity, IdentityConfig,
    Placement, Request, Secret, Sources,
};
use connector::{Effect, ErrorKind, Result};
use http::{HeaderValue, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{Act, Peer, Seen, answer, client, config, get, json, post};

/// Answers `/from` with this status and location, everything else with `[]`.
async fn redirecting(status: &'static str, location: &'static str) -> Peer {
    Peer::start(move |seen| match seen.line.contains("/from") {
        true => answer(status, &[("location", location)], b"moved"),
        false => json("200 OK", "[]"),
    })
    .await
}

fn with_headers(mut request: Request) -> Request {
    request.headers.insert("content-type", HeaderValue::from_static("application/json"));
    request.headers.insert("x-mine", HeaderValue::from_static("1"));
    request.attach(&Placement::Bearer, &Credential::Token(Secret::from("key-of-alice".to_owned()))).unwrap();
    request
}

#[tokio::test]
async fn methods_change_as_the_standard_says() {
    let cases = [
        ("301 Moved", Method::GET, "GET /to", true),
        ("302 Found", Method::GET, "GET /to", true),
        ("302 Found", Method::HEAD, "HEAD /to", true),
        ("303 See", Method::HEAD, "HEAD /to", true),
        ("307 Temporary", Method::POST, "POST /to", true),
        ("308 Permanent", Method::PUT, "PUT /to", true),
        ("301 Moved", Method::POST, "POST /to", true),
        ("301 Moved", Method::DELETE, "DELETE /to", true),
        ("302 Found", Method::PATCH, "PATCH /to", true),
        ("302 Found", Method::POST, "GET /to", false),
        ("303 See", Method::POST, "GET /to", false),
        ("303 See", Method::PUT, "GET /to", false),
    ];
    for (status, method, line, keeps_body) in cases {
        let peer = redirecting(status, "/to").await;
        let (client, origin) = client(&peer.url(), &config());
        let mut request = with_headers(Request::new(method.clone(), origin, "/from"));
        let body = if method.is_safe() { "" } else { "{}" };
        request.body = body.into();
        let response = client.send(request).await.unwrap();
        assert_eq!(response.status, 200, "{status} {method}");
        let Seen { line: found, body: sent, .. } = &peer.seen()[1];
        assert_eq!((found.as_str(), sent.as_str()), (line, if keeps_body { body } else { "" }), "{status} {method}");
        let seen = &peer.seen()[1];
        assert_eq!(seen.header("authorization"), Some("Bearer key-of-alice"));
        assert_eq!(seen.header("x-mine"), Some("1"));
        assert_eq!(seen.header("content-type").is_some(), keeps_body, "{status} {method}");
    }
}

#[tokio::test]
async fn a_chain_has_an_end() {
    let peer = Peer::start(|_| answer("302 Found", &[("location", "/again")], b"")).await;
    let (client, origin) = client(&peer.url(), &config());
    let error = client.send(get(&origin, "/")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.message(), "The upstream redirects to one address after another, which is not followed.");
    assert_eq!(peer.seen().len(), 6);
}

#[tokio::test]
async fn no_redirect_leaves_the_origin() {
    let canary = Peer::canary("127.0.0.1:0").await;
    let at = canary.address;
    let port = at.port();
    let targets = [
        format!("http://{at}/?token=their-secret"),
        format!("//{at}/"),
        format!("\\\\{at}\\"),
        format!("/\\{at}/"),
        format!("/\t/{at}/"),
        format!("http:\\\\{at}"),
        format!("https://{at}/"),
        format!("http://2130706433:{port}/"),
        format!("http://0x7f.1:{port}/"),
        format!("http://0177.0.0.1:{port}/"),
        format!("http://127.1:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://localhost.:{port}/"),
        format!("ftp://{at}/"),
        "file:///etc/passwd".to_owned(),
        "data:text/plain,hello".to_owned(),
        "javascript:alert(1)".to_owned(),
        "gopher://127.0.0.1:70/".to_owned(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[fd00:ec2::254]/latest/meta-data/".to_owned(),
        "http://".to_owned(),
    ];
    let statuses = ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"];
    let known = targets.clone();
    let peer = Peer::start(move |seen| {
        let (target, status) = seen.line.trim_start_matches("POST /").split_once('/').unwrap();
        let location = known[target.parse::<usize>().unwrap()].as_str();
        answer(statuses[status.parse::<usize>().unwrap()], &[("location", location)], b"")
    })
    .await;
    let (client, origin) = client(&peer.url(), &config());
    for (at, target) in targets.iter().enumerate() {
        for status in 0..statuses.len() {
            let request = with_headers(post(&origin, &format!("/{at}/{status}"), "{}"));
            let error = client.send(request).await.expect_err(target);
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{target}");
            let shown = format!("{error:?}");
            assert!(!shown.contains("their-secret") && !shown.contains("key-of-alice"), "{shown}");
        }
    }
    assert_eq!(peer.seen().len(), targets.len() * statuses.len());
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn an_account_in_the_target_is_not_sent() {
    let peer = Peer::start_at("127.0.0.1:0", |_| json("200 OK", "[]")).await;
    let own = peer.address;
    let redirecting = move |seen: &Seen| match seen.line.as_str() {
        "GET /from" => {
            answer("302 Found", &[("location", &format!("http://mallory:pw@{}/to", seen.header("host").unwrap()))], b"")
        }
        _ => json("200 OK", "[]"),
    };
    let peer = Peer::start(redirecting).await;
    assert_ne!(own, peer.address);
    let (client, origin) = client(&peer.url(), &config());
    assert!(client.send(get(&origin, "/from")).await.is_err());
    assert_eq!(peer.lines(), ["GET /from"]);
}

#[tokio::test]
async fn a_redirect_that_forgets_who_is_calling_is_not_followed() {
    let moved = |location: &'static str| {
        move |seen: &Seen| -> Act {
            match seen.line.contains("/from") {
                true => answer("301 Moved", &[("location", location)], b""),
                false => json("200 OK", "[]"),
            }
        }
    };
    for (location, is_followed) in [
        ("/to", false),
        ("/to?owner=bob", false),
        ("/to?owner=alice2&x=1", false),
        ("/to?x=1&owner=alice", true),
        ("?owner=alice#top", false),
    ] {
        let peer = Peer::start(moved(location)).await;
        let (client, origin) = client(&peer.url(), &config());
        let mut request = get(&origin, "/from");
        request.query = "owner=alice&x=1".to_owned();
        assert_eq!(client.send(request).await.is_ok(), is_followed, "{location}");
        assert_eq!(peer.seen().len(), if is_followed { 2 } else { 1 }, "{location}");
    }
}

#[tokio::test]
async fn a_move_to_https_says_what_to_configure() {
    let peer = Peer::start(|seen| {
        let location = format!("https://{}/", seen.header("host").unwrap());
        answer("301 Moved", &[("location", &location)], b"")
    })
    .await;
    let (client, origin) = client(&peer.url(), &config());
    let error = client.send(get(&origin, "/")).await.unwrap_err();
    assert_eq!(
        error.message(),
        "The upstream redirects to https: write `url` of this resource with https, which is not followed."
    );
}

#[tokio::test]
async fn a_post_is_not_made_again_where_only_what_it_led_to_cannot_be_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let later = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        drop(listener);
        let mut head = [0; 4096];
        assert!(stream.read(&mut head).await.unwrap() > 0 && head.starts_with(b"POST /from"));
        let answer = b"HTTP/1.1 303 See\r\nlocation: /to\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        stream.write_all(answer).await.unwrap();
        drop(stream);
        tokio::time::sleep(Duration::from_millis(100)).await;
        Peer::start_at(&address.to_string(), |_| json("200 OK", "[]")).await
    });
    let patient = ClientConfig { retry_wait_ms: 600, ..config() };
    let (client, origin) = client(&format!("http://{address}"), &patient);
    let outcome = client.send(post(&origin, "/from", "{}")).await;
    assert_eq!(later.await.unwrap().lines(), [""; 0], "no second POST");
    let error = outcome.unwrap_err();
    assert!(error.message().contains("Whether it did what was asked is not known"), "{error}");
}

#[derive(Debug)]
struct Newer(AtomicUsize);

#[async_trait::async_trait]
impl CredentialSource for Newer {
    async fn credential(&self, _caller: &Caller) -> Result<Option<Credential>> {
        Ok(Some(Credential::Token(format!("key-{}", self.0.load(Ordering::SeqCst)).into())))
    }

    async fn refused(&self, _caller: &Caller, _used: &Credential) -> bool {
        self.0.fetch_add(1, Ordering::SeqCst);
        true
    }

    fn missing(&self) -> String {
        String::new()
    }

    fn describe(&self) -> String {
        "a test".into()
    }
}

#[derive(Debug)]
struct Keys(Arc<Newer>);

impl Sources for Keys {
    fn store(&self, _resource: &str) -> Option<Arc<dyn CredentialSource>> {
        Some(self.0.clone())
    }

    fn connect(&self, _resource: &str, _config: &ConnectConfig) -> Option<Arc<dyn CredentialSource>> {
        None
    }

    fn query(&self, _sql_resource: &str, _action: &str) -> Option<Arc<dyn CredentialSource>> {
        None
    }
}

#[tokio::test]
async fn a_newer_credential_makes_no_second_post_of_one_that_was_answered() {
    let peer = Peer::start(|seen| match seen.line.as_str() {
        "POST /from" => answer("303 See", &[("location", "/to")], b""),
        _ => json("401 Unauthorized", "{}"),
    })
    .await;
    let (client, origin) = client(&peer.url(), &config());
    let credential = Some(CredentialConfig { store: true, ..CredentialConfig::default() });
    let config = IdentityConfig { credential, ..IdentityConfig::default() };
    let identity = Identity::new("things", &config, &Keys(Arc::new(Newer(AtomicUsize::new(0))))).unwrap();
    let described = Described {
        name: "make",
        effect: Effect::Write,
        parameters: Vec::new(),
        body: Vec::new(),
        has_field: &|_| false,
        security: Vec::new(),
        has_schemes: false,
    };
    let tie = identity.tie(&described).unwrap();
    let alice = testkit::caller("alice").await;
    let answer = identity.send(&client, &tie, &alice, post(&origin, "/from", "{}")).await.unwrap();
    assert_eq!(peer.lines(), ["POST /from", "GET /to"]);
    assert!(answer.error().unwrap().message().contains("Whether it did what was asked is not known"));
    let straight = identity.send(&client, &tie, &alice, post(&origin, "/to", "{}")).await.unwrap();
    assert_eq!(straight.status, 401);
    assert_eq!(peer.lines()[2..], ["POST /to", "POST /to"], "this one was not let in");
}
