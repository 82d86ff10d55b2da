use bellhop_upstream::{Credential, Placement, Request, Secret};
use connector::ErrorKind;
use http::{HeaderValue, Method};

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
