use bellhop_upstream::{Origin, Request};
use connector::ErrorKind;
use http::{HeaderValue, Method, StatusCode};

use crate::support::{Peer, client, config, get, json, post};

#[tokio::test]
async fn a_call_arrives_as_it_was_built() {
    let peer = Peer::start(|_| json("201 Created", r#"{"id":1}"#)).await;
    let (client, origin) = client(&format!("{}/v1/", peer.url()), &config());
    let mut request = post(&origin, "/things/a%2Fb", r#"{"name":"x"}"#);
    request.query = "q=it's%20[1]&q=%C3%A9".to_owned();
    request.headers.insert("content-type", HeaderValue::from_static("application/json"));
    let response = client.send(request).await.unwrap();

    assert_eq!((response.status, response.cut), (StatusCode::CREATED, false));
    assert_eq!(response.body, r#"{"id":1}"#.as_bytes());
    assert!(response.error().is_none());
    let seen = peer.seen();
    assert_eq!(seen[0].line, "POST /v1/things/a%2Fb?q=it%27s%20[1]&q=%C3%A9");
    assert_eq!(seen[0].body, r#"{"name":"x"}"#);
    assert_eq!(seen[0].header("content-type"), Some("application/json"));
    assert_eq!(seen[0].header("host"), Some(peer.address.to_string().as_str()));
}

#[tokio::test]
async fn connections_are_used_again() {
    let peer = Peer::start(|_| json("200 OK", "[]")).await;
    let (client, origin) = client(&peer.url(), &config());
    for _ in 0..20 {
        client.send(get(&origin, "/things")).await.unwrap();
    }
    assert_eq!((peer.seen().len(), peer.connections()), (20, 1));
}

#[tokio::test]
async fn an_origin_that_is_not_the_clients_is_not_called() {
    let (peer, canary) = (Peer::start(|_| json("200 OK", "[]")).await, Peer::canary("127.0.0.1:0").await);
    let (client, _) = client(&peer.url(), &config());
    let elsewhere = Origin::parse(&canary.url()).unwrap();
    let error = client.send(Request::new(Method::GET, elsewhere, "/")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn an_answer_is_cut_at_the_bound() {
    let peer = Peer::start(|_| json("200 OK", "\"0123456789\"")).await;
    let (client, origin) = client(&peer.url(), &config());
    let mut request = get(&origin, "/things");
    request.answer_bytes_max = 4;
    let response = client.send(request).await.unwrap();
    assert_eq!((response.body.as_ref(), response.cut), (b"\"012".as_slice(), true));
    let mut whole = get(&origin, "/things");
    whole.answer_bytes_max = 12;
    assert!(!client.send(whole).await.unwrap().cut);
}

#[tokio::test]
async fn an_operation_may_have_another_base_path_on_the_same_origin() {
    let peer = Peer::start(|_| json("200 OK", "[]")).await;
    let (client, _) = client(&format!("{}/v1", peer.url()), &config());
    let other = Origin::described(&format!("{}/uploads", peer.url())).unwrap();
    client.send(get(&other, "/things")).await.unwrap();
    assert_eq!(peer.seen()[0].line, "GET /uploads/things");
}

#[tokio::test]
async fn proxies_of_the_environment_are_not_heeded() {
    let canary = testkit::Canary::start().await;
    let proxy = format!("http://{}", canary.address());
    let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env(name, &proxy);
    }
    let output = command.env_remove("NO_PROXY").arg("calls::a_call_arrives_as_it_was_built").output().await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!(canary.connections(), 0);
}
