//! The strings of `testkit`'s list in every place that a string can get to, against a listener that must stay alone.

use bellhop_upstream::{Client, ClientConfig, Credential, Origin, PathBuilder, Placement, Request, Secret};
use http::{HeaderName, HeaderValue};
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};
use testkit::Canary;

use crate::support::{Act, Peer, Seen, client, config, get, json};

fn quick() -> ClientConfig {
    ClientConfig { retries: 0, timeout_ms: 2_000, breaker_failures: 0, ..config() }
}

/// The ways in which a string gets into a request, from the careful one to the one that a defect elsewhere would be.
fn requests(origin: &Origin, attack: &str) -> Vec<Request> {
    let mut all = Vec::new();
    let path = PathBuilder::default().literal("/users/").value(attack).literal("/posts");
    all.extend(path.finish().ok().map(|path| get(origin, &path)));
    let path = PathBuilder::default().literal("/users").literal(attack);
    all.extend(path.finish().ok().map(|path| get(origin, &path)));
    all.push(get(origin, attack));
    all.push(get(origin, &format!("/users/{attack}/posts")));
    for query in [attack.to_owned(), format!("q={attack}&x=1")] {
        let mut request = get(origin, "/users");
        request.query = query;
        all.push(request);
    }
    if let Ok(value) = HeaderValue::from_bytes(attack.as_bytes()) {
        for name in ["x-mine", "cookie", "host", "content-length", "transfer-encoding", "connection"] {
            let mut request = get(origin, "/users");
            request.headers.insert(name, value.clone());
            all.push(request);
        }
    }
    if let Ok(name) = HeaderName::from_bytes(attack.as_bytes()) {
        let mut request = get(origin, "/users");
        request.headers.insert(name, HeaderValue::from_static("1"));
        all.push(request);
    }
    let key = Credential::Token(Secret::from(attack.to_owned()));
    let name = attack.to_owned();
    for placement in [
        Placement::Bearer,
        Placement::Basic,
        Placement::Header { name: HeaderName::from_static("x-key"), prefix: String::new() },
        Placement::Header { name: HeaderName::from_static("x-key"), prefix: name.clone() },
        Placement::Query { name: "key".to_owned() },
        Placement::Query { name: name.clone() },
        Placement::Cookie { name: "key".to_owned() },
        Placement::Cookie { name },
    ] {
        let mut request = get(origin, "/users");
        all.extend(request.attach(&placement, &key).ok().map(|()| request));
    }
    all
}

/// What may arrive: one request, at the base path, without steps, with one of each header that matters.
fn is_proper(seen: &Seen, host: &str) -> bool {
    let target = seen.line.strip_prefix("GET ").unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default();
    let hosts = seen.headers.iter().filter(|(name, _)| name == "host").collect::<Vec<_>>();
    let is_plain = target.bytes().all(|byte| byte.is_ascii_graphic());
    let has_steps = path.split('/').any(|step| matches!(step, "." | ".."));
    let is_own = seen.header("x-injected").is_none() && hosts.len() == 1 && hosts[0].1 == host;
    (path == "/v1" || path.starts_with("/v1/")) && is_plain && !has_steps && is_own && seen.body.is_empty()
}

#[tokio::test]
async fn no_string_in_a_request_reaches_another_server() {
    let canary = Canary::start().await;
    let peer = Peer::start(|_| json("200 OK", "[]")).await;
    let host = peer.address.to_string();
    let (client, origin) = client(&format!("{}/v1", peer.url()), &quick());
    let mut arrived = 0;
    for attack in canary.attacks() {
        for request in requests(&origin, &attack) {
            let printed = format!("{attack:?} {request:?} {:?}", request.query);
            arrived += usize::from(client.send(request).await.is_ok());
            let (count, last) = peer.last();
            assert_eq!(count, arrived, "{printed}");
            assert!(last.as_ref().is_none_or(|seen| is_proper(seen, &host)), "{printed} {last:?}");
        }
    }
    assert!(arrived > 1_000, "{arrived}");
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn no_redirect_reaches_another_server() {
    let canary = Canary::start().await;
    let list = canary.attacks();
    let known = list.clone();
    let peer = Peer::start(move |seen| {
        let path = seen.line.trim_start_matches("GET /v1/");
        match path.strip_prefix("from/").and_then(|at| at.parse::<usize>().ok()) {
            Some(at) => Act::Answer(
                format!("HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", known[at]).into_bytes(),
            ),
            None => json("200 OK", "[]"),
        }
    })
    .await;
    let host = peer.address.to_string();
    let (client, origin) = client(&format!("{}/v1", peer.url()), &quick());
    for at in 0..list.len() {
        let _ = client.send(get(&origin, &format!("/from/{at}"))).await;
    }
    let other = peer.seen().into_iter().find(|seen| seen.header("host") != Some(&host));
    assert!(other.is_none(), "{other:?}");
    assert!(peer.seen().len() >= list.len());
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn no_server_that_a_description_names_is_a_private_one() {
    let canary = Canary::start().await;
    let attacks = canary.attacks();
    let written =
        attacks.iter().flat_map(|attack| [attack.clone(), format!("http:{attack}"), format!("http://{attack}")]);
    let origins = written.filter_map(|base| Origin::described(&base).ok()).collect::<Vec<_>>();
    assert!(origins.len() > 100, "{}", origins.len());
    let client = Client::new(origins.clone(), &ClientConfig { connect_timeout_ms: 100, ..quick() }).unwrap();
    for origin in origins {
        // Names that may be anybody's are not looked up from a test.
        let host = origin.url().host_str().unwrap().to_owned();
        if host.parse::<std::net::Ipv4Addr>().is_ok() || host.starts_with('[') || host == "localhost" {
            assert!(client.send(get(&origin, "/")).await.is_err(), "{origin:?}");
        }
    }
    assert_eq!(canary.connections(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_value_stays_in_its_segment(value in any::<String>()) {
        let built = PathBuilder::default().literal("/a/").value(&value).literal("/b").finish();
        if let Ok(path) = built {
            let url = reqwest::Url::parse(&format!("https://api.example.com{path}")).unwrap();
            prop_assert_eq!(url.path(), &path);
            prop_assert_eq!(url.host_str(), Some("api.example.com"));
            prop_assert_eq!(path.split('/').count(), 4);
            prop_assert!(url.query().is_none() && url.fragment().is_none());
        }
    }

    #[test]
    fn any_description_stays_on_its_host(text in "[ -~]{0,20}") {
        if let Ok(path) = PathBuilder::default().literal(&text).finish() {
            let url = reqwest::Url::parse(&format!("https://api.example.com{path}")).unwrap();
            prop_assert_eq!(url.path(), &path);
            prop_assert_eq!(url.host_str(), Some("api.example.com"));
        }
    }
}
