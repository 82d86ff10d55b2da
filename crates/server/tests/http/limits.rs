use std::time::{Duration, Instant};

use bellhop_server::Config;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::server::{Answer, Server, failed};

async fn with(config: Config) -> Server {
    let options = gateway::Options { result_bytes_max: 64 * 1024 * 1024, timeout_ms: 20_000, ..Default::default() };
    Server::with(config, options).await
}

#[tokio::test]
async fn a_body_beyond_the_bound_is_413_whether_announced_or_not() {
    let server = with(Config { body_bytes_max: 1000, ..Config::default() }).await;
    for path in ["/api/tools/desk_notes_list", "/api/agents/chat", "/mcp"] {
        let post = || server.post(path).bearer_auth(server.token("alice")).header("content-type", "application/json");
        let announced = Answer::of(post().body("x".repeat(100_000))).await;
        assert_eq!(announced.failure(), (413, failed("body_too_large", false)), "{path}");
        let chunks = futures::stream::iter((0..100).map(|_| Ok::<_, std::io::Error>("x".repeat(1000))));
        let streamed = Answer::of(post().body(reqwest::Body::wrap_stream(chunks))).await;
        assert_eq!(streamed.failure(), (413, failed("body_too_large", false)), "{path}");
    }
    let exact = format!("{{\"limit\":5{}}}", " ".repeat(1000 - 11));
    let post = server
        .post("/api/tools/desk_notes_list")
        .bearer_auth(server.token("alice"))
        .header("content-type", "application/json");
    assert_eq!(Answer::of(post.body(exact)).await.status, 200);
}

#[tokio::test]
async fn a_stranger_with_a_large_body_gets_to_read_why() {
    let server = Server::start().await;
    for path in ["/api/tools/desk_notes_list", "/mcp"] {
        let answer =
            Answer::of(server.post(path).header("content-type", "application/json").body("x".repeat(3_000_000))).await;
        assert_eq!(answer.failure(), (401, failed("unauthenticated", false)));
    }
}

#[tokio::test]
async fn the_body_of_a_stranger_is_not_waited_for() {
    let server = Server::start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\n").await.unwrap();
    let head = read_some(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 401 "), "{head}");
}

async fn read_some(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 16 * 1024];
    let read =
        tokio::time::timeout(Duration::from_secs(5), stream.read(&mut bytes)).await.expect("an answer").unwrap_or(0);
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}

#[tokio::test]
async fn a_client_that_never_ends_its_head_is_let_go() {
    let server = with(Config { header_timeout_ms: 300, ..Config::default() }).await;
    for head in ["", "GET /healthz HTTP/1.1\r\nhost: lo"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let started = Instant::now();
        while stream.read(&mut [0; 1024]).await.is_ok_and(|read| read > 0) {}
        assert!(started.elapsed() < Duration::from_secs(3));
    }
}

#[tokio::test]
async fn a_client_that_never_ends_its_body_gets_a_timeout() {
    let server = with(Config { request_timeout_ms: 300, ..Config::default() }).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /api/tools/desk_notes_list HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: 100\r\n\r\n{{",
        server.token("alice")
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(read_some(&mut stream).await.starts_with("HTTP/1.1 504 "));
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_stopped_and_its_call_with_it() {
    let server = with(Config { request_timeout_ms: 300, ..Config::default() }).await;
    let answer = server.call("alice", "desk_slow", json!({"ms": 20_000})).await;
    assert_eq!(answer.failure(), (504, failed("timeout", true)));
    server.wait_until_dropped(1).await;
    let call = super::mcp::legacy(
        &server,
        &server.token("alice"),
        "2025-11-25",
        "tools/call",
        json!({"name": "desk_slow", "arguments": {"ms": 20_000}}),
    );
    assert_eq!(Answer::of(call).await.failure(), (504, failed("timeout", true)));
    server.wait_until_dropped(2).await;
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answer_is_let_go() {
    let server = with(Config { write_timeout_ms: 500, connections_max: 1, ..Config::default() }).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let body = json!({"bytes": 30 * 1024 * 1024}).to_string();
    let request = format!(
        "POST /api/tools/desk_large HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        server.token("alice"),
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    // The only place is taken until the server gives up on the first client.
    let next =
        tokio::time::timeout(Duration::from_secs(20), Answer::of(server.get("/healthz"))).await.expect("a place");
    assert_eq!(next.status, 200);
}

#[tokio::test]
async fn connections_beyond_the_bound_wait_for_a_place() {
    let server = with(Config { connections_max: 1, ..Config::default() }).await;
    let first = TcpStream::connect(server.address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let waiting = tokio::time::timeout(Duration::from_millis(300), Answer::of(server.get("/healthz"))).await;
    assert!(waiting.is_err());
    drop(first);
    assert_eq!(Answer::of(server.get("/healthz")).await.status, 200);
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = Server::start().await;
    let answer = server.get("/healthz").header("x-large", "x".repeat(1024 * 1024)).send().await;
    assert!(answer.map_or(true, |answer| answer.status() == 431));
    assert_eq!(Answer::of(server.get("/healthz")).await.status, 200);
}

#[tokio::test]
async fn going_away_cancels_the_call_over_the_plain_door_too() {
    let server = Server::start().await;
    let asked = server.call("alice", "desk_slow", json!({"ms": 20_000}));
    assert!(tokio::time::timeout(Duration::from_millis(300), asked).await.is_err());
    server.wait_until_dropped(1).await;
}

#[tokio::test]
async fn told_to_stop_the_server_takes_no_more_and_finishes_what_it_began() {
    let mut server = Server::start().await;
    let token = server.token("alice");
    let post = server.post("/api/tools/desk_slow").bearer_auth(&token).json(&json!({"ms": 700}));
    let mcp = super::mcp::legacy(
        &server,
        &token,
        "2025-11-25",
        "tools/call",
        json!({"name": "desk_slow", "arguments": {"ms": 700}}),
    );
    let steps = json!({"name": "desk_steps", "arguments": {"apart_ms": 150}, "_meta": {"progressToken": 1}});
    let stream = super::mcp::legacy(&server, &token, "2025-11-25", "tools/call", steps);
    let under_way = [post, mcp, stream].map(|request| tokio::spawn(Answer::of(request)));
    tokio::time::sleep(Duration::from_millis(300)).await;
    let stopping = server.tell_to_stop();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(TcpStream::connect(server.address).await.is_err());
    for answer in under_way {
        let answer = answer.await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.text.contains("done"), "{answer:?}");
    }
    let ended = tokio::time::timeout(Duration::from_secs(2), stopping).await.expect("it ends when all is done");
    ended.unwrap().unwrap();
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_up_the_end() {
    let mut server = Server::start().await;
    let _idle = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(Answer::of(server.get("/healthz")).await.status, 200);
    tokio::time::timeout(Duration::from_secs(2), server.stop()).await.expect("it ends");
}

#[tokio::test]
async fn what_is_not_done_within_the_grace_is_cancelled() {
    let mut server = with(Config { shutdown_grace_ms: 300, ..Config::default() }).await;
    let post = server.post("/api/tools/desk_slow").bearer_auth(server.token("alice")).json(&json!({"ms": 20_000}));
    let under_way = tokio::spawn(post.send());
    let call = json!({"name": "desk_steps", "arguments": {"apart_ms": 10_000}, "_meta": {"progressToken": 1}});
    let stream = super::mcp::legacy(&server, &server.token("alice"), "2025-11-25", "tools/call", call);
    let streaming = tokio::spawn(async move { stream.send().await?.text().await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    tokio::time::timeout(Duration::from_secs(2), server.stop()).await.expect("it ends");
    assert!(under_way.await.unwrap().is_err());
    let _ = streaming.await;
    server.wait_until_dropped(2).await;
}
