use std::io::Write;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bellhop_upstream::ClientConfig;
use connector::ErrorKind;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{Act, Peer, answer, client, config, eventually, get};

const MIB: usize = 1 << 20;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

async fn encoded(encoding: &'static str, body: Vec<u8>) -> Peer {
    Peer::start(move |_| answer("200 OK", &[("content-encoding", encoding)], &body)).await
}

#[tokio::test]
async fn what_is_compressed_is_read() {
    let cases = [
        ("gzip", gzip(br#"{"name":"brotli"}"#)),
        ("x-gzip", gzip(br#"{"name":"brotli"}"#)),
        ("GZIP", [gzip(br#"{"name":"#), gzip(br#""brotli"}"#)].concat()),
        ("br", STANDARD.decode(BROTLI).unwrap()),
        ("identity", br#"{"name":"brotli"}"#.to_vec()),
    ];
    for (encoding, body) in cases {
        let peer = encoded(encoding, body).await;
        let (client, origin) = client(&peer.url(), &config());
        let response = client.send(get(&origin, "/")).await.unwrap();
        assert_eq!(response.body, br#"{"name":"brotli"}"#.as_slice(), "{encoding}");
        assert!(!response.cut && !response.headers.contains_key("content-encoding"));
        assert_eq!(peer.seen()[0].header("accept-encoding"), Some("gzip, br"));
    }
}

#[tokio::test]
async fn ten_gigabytes_in_ten_megabytes_are_cut_at_the_bound() {
    // 10 MiB of zeros a thousand times over, as members of one gzip file.
    let bomb = gzip(&vec![0; 10 * MIB]).repeat(1024);
    assert!((9 * MIB..13 * MIB).contains(&bomb.len()), "{}", bomb.len());
    let peer = encoded("gzip", bomb).await;
    let (client, origin) = client(&peer.url(), &config());
    let started = Instant::now();
    let mut request = get(&origin, "/");
    request.answer_bytes_max = MIB;
    let response = client.send(request).await.unwrap();
    assert_eq!((response.body.len(), response.cut), (MIB, true));
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_brotli_bomb_is_cut_at_the_bound() {
    let peer = encoded("br", STANDARD.decode(BROTLI_BOMB).unwrap()).await;
    let (client, origin) = client(&peer.url(), &config());
    let response = client.send(get(&origin, "/")).await.unwrap();
    assert_eq!((response.body.len(), response.cut), (16 * MIB, true));
}

#[tokio::test]
async fn compression_of_compression_is_not_unpacked() {
    let nested = gzip(&gzip(&vec![0; 10 * MIB]));
    for encoding in ["gzip, gzip", "gzip,br", "zstd", "deflate", "compress", "nonsense"] {
        let peer = encoded(encoding, nested.clone()).await;
        let (client, origin) = client(&peer.url(), &config());
        let error = client.send(get(&origin, "/")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{encoding}");
        assert!(error.message().contains("compressed in a way that was not asked for"), "{error}");
    }
    let twice = [("content-encoding", "gzip"), ("content-encoding", "gzip")];
    let peer = Peer::start(move |_| answer("200 OK", &twice, &nested)).await;
    let (client, origin) = client(&peer.url(), &config());
    assert!(client.send(get(&origin, "/")).await.is_err());
}

#[tokio::test]
async fn what_is_not_what_it_says_is_an_error() {
    let whole = gzip(b"a long enough text");
    for (encoding, body) in [
        ("gzip", b"plain".to_vec()),
        ("gzip", whole[..whole.len() - 9].to_vec()),
        ("br", vec![0xff; 100]),
        ("br", STANDARD.decode(BROTLI).unwrap()[..8].to_vec()),
    ] {
        let peer = encoded(encoding, body).await;
        let (client, origin) = client(&peer.url(), &config());
        let error = client.send(get(&origin, "/")).await.unwrap_err();
        assert!(error.message().contains("is not what it says it is compressed with"), "{error}");
    }
}

#[tokio::test]
async fn members_that_hold_nothing_do_not_go_on_for_ever() {
    let nothing = gzip(b"").repeat(50);
    let head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n".to_vec();
    let peer = Peer::start(move |_| Act::Repeat(head.clone(), nothing.clone(), Duration::ZERO)).await;
    let (client, origin) = client(&peer.url(), &config());
    let mut request = get(&origin, "/");
    request.answer_bytes_max = 1000;
    let started = Instant::now();
    assert!(client.send(request).await.is_err());
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn an_endless_body_is_cut_and_hung_up_on() {
    let head = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    let peer = Peer::start(move |_| Act::Repeat(head.clone(), vec![b'a'; 4096], Duration::ZERO)).await;
    let (client, origin) = client(&peer.url(), &config());
    let mut request = get(&origin, "/");
    request.answer_bytes_max = 100_000;
    let response = client.send(request).await.unwrap();
    assert_eq!((response.body.len(), response.cut), (100_000, true));
    eventually(|| (peer.connections(), peer.closed()) == (1, 1)).await;
}

#[tokio::test]
async fn a_drip_ends_with_the_time() {
    let drips = [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n".to_vec(), b"a".to_vec()),
        (b"HTTP/1.1 200 OK\r\n".to_vec(), b"x-a: b\r\n".to_vec()),
        (Vec::new(), b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()),
    ];
    for (first, again) in drips {
        let peer = Peer::start(move |_| Act::Repeat(first.clone(), again.clone(), Duration::from_millis(20))).await;
        let (client, origin) = client(&peer.url(), &ClientConfig { timeout_ms: 400, ..config() });
        let started = Instant::now();
        let error = client.send(get(&origin, "/")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
        eventually(|| peer.connections() == peer.closed()).await;
    }
}

#[tokio::test]
async fn a_flood_of_headers_is_not_taken() {
    let many = (0..5_000).map(|at| format!("x-{at}: {at}\r\n")).collect::<String>();
    let long = format!("x-long: {}\r\n", "a".repeat(100_000));
    let endless = format!("x-long: {}\r\n", "a".repeat(2_000_000));
    for headers in [many, long, endless] {
        let head = format!("HTTP/1.1 200 OK\r\n{headers}content-length: 0\r\n\r\n").into_bytes();
        let peer = Peer::start(move |_| Act::Answer(head.clone())).await;
        let (client, origin) = client(&peer.url(), &ClientConfig { retries: 0, ..config() });
        assert!(client.send(get(&origin, "/")).await.is_err());
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_answer() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[1,2".to_vec();
    let peer = Peer::start(move |seen| if seen.connection < 1 { Act::Answer(half.clone()) } else { Act::Drop }).await;
    let (client, origin) = client(&peer.url(), &ClientConfig { retries: 0, timeout_ms: 300, ..config() });
    assert_eq!(client.send(get(&origin, "/")).await.unwrap_err().kind(), ErrorKind::Timeout);
}

const BROTLI: &str = "CwiAeyJuYW1lIjoiYnJvdGxpIn0D";

/// 200 MiB of zeros.
const BROTLI_BOMB: &str = "z///fwAkAOKxQHLv//n//w+ABEAcFoDu/T////8BkACIwwLQvf/n//8/ABIAcVgAuvf//P//B0ACIA4LQPf+n////wBIAMRhAeje//P//x8ACYA4LADd+3/+//8DIAEQhwWge//P//9/ACQA4rAAdO//+f//D4AEQBwWgO79P////wGQAIjDAtC9/+f//z8AEgBxWAC69//5//8HQAIgDgtA9/4P";
