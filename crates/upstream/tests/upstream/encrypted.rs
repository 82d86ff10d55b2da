use std::sync::atomic::Ordering;

use bellhop_upstream::{Client, ClientConfig, ConfigError, Origin};
use connector::ErrorKind;

use crate::support::tls::{Authority, serve};
use crate::support::{Peer, client, config, get, json};

fn trusting(authority: &Authority) -> ClientConfig {
    ClientConfig { ca: Some(authority.file.path().to_owned()), retries: 0, ..config() }
}

#[tokio::test]
async fn a_hundred_calls_share_one_connection_by_http_2() {
    let authority = Authority::new("ours");
    let (address, connections) = serve(authority.server("localhost", 2100, &["h2", "http/1.1"])).await;
    let (client, origin) = client(&format!("https://localhost:{}/v1", address.port()), &trusting(&authority));
    let first = client.send(get(&origin, "/first")).await.unwrap();
    assert_eq!(first.body, format!("HTTP/2.0 https://localhost:{}/v1/first", address.port()).as_bytes());
    let calls = (0..100).map(|at| {
        let (client, request) = (client.clone(), get(&origin, &format!("/{at}")));
        async move { client.send(request).await.unwrap().status.as_u16() }
    });
    assert_eq!(futures::future::join_all(calls).await, vec![200; 100]);
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_server_without_http_2_is_spoken_to_as_well() {
    let authority = Authority::new("ours");
    let (address, _) = serve(authority.server("localhost", 2100, &["http/1.1"])).await;
    let (client, origin) = client(&format!("https://localhost:{}", address.port()), &trusting(&authority));
    assert_eq!(client.send(get(&origin, "/x")).await.unwrap().body, b"HTTP/1.1 /x".as_slice());
}

#[tokio::test]
async fn a_certificate_that_proves_nothing_is_a_sentence() {
    let (authority, stranger) = (Authority::new("ours"), Authority::new("theirs"));
    let cases = [
        (authority.server("localhost", 2100, &[]), trusting(&stranger), "an unknown authority signed it"),
        (authority.server("localhost", 2020, &[]), trusting(&authority), "it has expired"),
        (authority.server("api.example.com", 2100, &[]), trusting(&authority), "it is for another name"),
        (
            authority.server("localhost", 2100, &[]),
            ClientConfig { ca: None, ..trusting(&authority) },
            "an unknown authority signed it",
        ),
    ];
    for (server, config, reason) in cases {
        let (address, connections) = serve(server).await;
        let (client, origin) =
            client(&format!("https://localhost:{}", address.port()), &ClientConfig { retries: 2, ..config });
        let error = client.send(get(&origin, "/")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        let sentence = format!(
            "The upstream's certificate cannot be trusted: {reason}. Its operator has to renew it, or `http.ca` of this \
             resource has to name the authority that signed it."
        );
        assert_eq!(error.message(), sentence, "{error:?}");
        assert_eq!(connections.load(Ordering::SeqCst), 1, "once more would be the same");
    }
}

#[tokio::test]
async fn what_does_not_speak_tls_is_an_error() {
    let peer = Peer::start(|_| json("200 OK", "[]")).await;
    let quick = ClientConfig { retries: 0, ..config() };
    let (client, origin) = client(&peer.url().replace("http", "https"), &quick);
    assert!(client.send(get(&origin, "/")).await.is_err());
    assert!(peer.seen().is_empty());
}

#[test]
fn a_file_without_certificates_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for path in [file.path().to_owned(), "/nowhere/ca.pem".into()] {
        let wrong = ClientConfig { ca: Some(path), ..config() };
        let origin = Origin::parse("https://api.example.com").unwrap();
        assert!(matches!(Client::new(vec![origin], &wrong), Err(ConfigError::Certificates { .. })));
    }
}
