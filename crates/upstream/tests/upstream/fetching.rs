use bellhop_upstream::{ConfigError, Fetcher};
use connector::ErrorKind;

use crate::support::{Peer, answer, config, json};

fn url(text: &str) -> reqwest::Url {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_document_is_read_once_and_then_only_asked_about() {
    let peer = Peer::start(|seen| match (seen.line.as_str(), seen.header("if-none-match")) {
        (_, Some("\"v1\"")) => answer("304 Not Modified", &[("etag", "\"v1\"")], b""),
        ("GET /api.yaml?v=1&x=%5B", _) => answer("302 Found", &[("location", "/docs/api.yaml?v=1&x=%5B")], b""),
        _ => answer(
            "200 OK",
            &[("content-type", "Application/YAML; charset=utf-8"), ("etag", "\"v1\"")],
            b"openapi: 3.1.0",
        ),
    })
    .await;
    let address = format!("{}/api.yaml?v=1&x=%5B", peer.url());
    let fetcher = Fetcher::new(&address, &config()).unwrap();
    let document = fetcher.get(&url(&address), 1000, None).await.unwrap().unwrap();
    assert_eq!(document.body, b"openapi: 3.1.0".as_slice());
    assert_eq!(document.media_type.as_deref(), Some("application/yaml"));
    assert_eq!(document.address, url(&format!("{}/docs/api.yaml?v=1&x=%5B", peer.url())));
    assert!(fetcher.get(&document.address, 1000, Some(&document.validators)).await.unwrap().is_none());
    assert_eq!(fetcher.get(&document.address, 13, None).await.unwrap_err().kind(), ErrorKind::LimitExceeded);
}

#[tokio::test]
async fn what_it_refers_to_elsewhere_is_not_read() {
    let canary = Peer::canary("127.0.0.1:0").await;
    let peer = Peer::start(|_| json("404 Not Found", "{}")).await;
    let fetcher = Fetcher::new(&format!("{}/api.json", peer.url()), &config()).unwrap();
    for address in [canary.url(), peer.url().replace("http", "https"), format!("http://a:b@{}", peer.address)] {
        assert!(!fetcher.reaches(&url(&address)));
        assert_eq!(fetcher.get(&url(&address), 1000, None).await.unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    assert_eq!(fetcher.get(&url(&peer.url()), 1000, None).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!((canary.connections(), peer.seen().len()), (0, 1));
    assert!(matches!(Fetcher::new("http://a:b@127.0.0.1/x", &config()), Err(ConfigError::Address { .. })));
}
