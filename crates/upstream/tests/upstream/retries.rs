use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use bellhop_upstream::ClientConfig;
use connector::ErrorKind;

use crate::support::{Act, Peer, answer, client, config, get, json, post};

/// Does `first` so many times, then answers.
async fn failing(times: usize, first: Act) -> Peer {
    let count = AtomicUsize::new(0);
    Peer::start(move |_| match count.fetch_add(1, Ordering::SeqCst) < times {
        true => first.clone(),
        false => json("200 OK", "[]"),
    })
    .await
}

#[tokio::test]
async fn what_may_be_repeated_is_repeated_until_it_works() {
    for status in ["429 Too Many", "502 Bad Gateway", "503 Unavailable", "504 Gateway Timeout"] {
        let peer = failing(2, json(status, "{}")).await;
        let (client, origin) = client(&peer.url(), &config());
        assert_eq!(client.send(get(&origin, "/")).await.unwrap().status, 200, "{status}");
        assert_eq!(peer.seen().len(), 3, "{status}");
    }
    let peer = failing(2, Act::Drop).await;
    let (client, origin) = client(&peer.url(), &config());
    assert_eq!(client.send(get(&origin, "/")).await.unwrap().status, 200);
    assert_eq!(peer.seen().len(), 3);
}

#[tokio::test]
async fn repeats_end_and_the_last_answer_is_told() {
    let peer = failing(9, json("503 Unavailable", r#"{"message":"down for maintenance"}"#)).await;
    let (client, origin) = client(&peer.url(), &config());
    let error = client.send(get(&origin, "/")).await.unwrap().error().unwrap();
    assert_eq!(peer.seen().len(), 3);
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(
        error.message(),
        "The upstream is not available right now. Try again in a moment. It says: “down for maintenance”"
    );
}

#[tokio::test]
async fn other_statuses_are_not_repeated() {
    for status in ["400 Bad", "401 Unauthorized", "404 Not Found", "409 Conflict", "500 Error", "501 Not"] {
        let peer = failing(9, json(status, "{}")).await;
        let (client, origin) = client(&peer.url(), &config());
        client.send(get(&origin, "/")).await.unwrap();
        assert_eq!(peer.seen().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_post_without_a_key_is_sent_exactly_once() {
    for first in
        [Act::Drop, json("503 Unavailable", "{}"), json("429 Too Many", "{}"), Act::Answer(b"HTTP/1.1 2".to_vec())]
    {
        let is_answer = matches!(&first, Act::Answer(bytes) if bytes.len() > 20);
        let act = first.clone();
        let peer = Peer::start(move |_| act.clone()).await;
        let short = ClientConfig { timeout_ms: 500, ..config() };
        let (client, origin) = client(&peer.url(), &short);
        let outcome = client.send(post(&origin, "/", "{}")).await;
        assert_eq!(outcome.is_ok(), is_answer, "{first:?}");
        if let Err(error) = outcome {
            assert!(error.message().contains("Whether it did what was asked is not known"), "{error}");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(peer.seen().len(), 1, "{first:?}");
    }
}

#[tokio::test]
async fn a_post_by_a_connection_that_was_idle_is_sent_exactly_once() {
    // The first request leaves a connection in the pool, which dies as the second has arrived.
    let peer = Peer::start(|seen| if seen.line.starts_with("GET") { json("200 OK", "[]") } else { Act::Drop }).await;
    let (client, origin) = client(&peer.url(), &config());
    for _ in 0..20 {
        client.send(get(&origin, "/")).await.unwrap();
        client.send(post(&origin, "/", "{}")).await.unwrap_err();
    }
    let posts = peer.lines().iter().filter(|line| line.starts_with("POST")).count();
    assert_eq!(posts, 20);
}

#[tokio::test]
async fn a_post_with_a_key_is_repeated() {
    let peer = failing(1, Act::Drop).await;
    let (client, origin) = client(&peer.url(), &config());
    let mut request = post(&origin, "/", "{}");
    request.headers.insert("idempotency-key", http::HeaderValue::from_static("k1"));
    request.repeatable = true;
    assert_eq!(client.send(request).await.unwrap().status, 200);
    let keys = peer.seen().iter().map(|seen| seen.header("idempotency-key").unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(keys, ["k1", "k1"]);
}

#[tokio::test]
async fn nothing_listens_and_even_a_post_is_tried_again() {
    let peer = Peer::start(|_| json("200 OK", "[]")).await;
    let address = peer.address.to_string();
    drop(peer);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let slow = ClientConfig { retry_wait_ms: 400, ..config() };
    let (client, origin) = client(&format!("http://{address}"), &slow);
    let sent = tokio::spawn(async move { client.send(post(&origin, "/", "{}")).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let peer = Peer::start_at(&address, |_| json("200 OK", "[]")).await;
    assert_eq!(sent.await.unwrap().unwrap().status, 200);
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let seconds = || "1".to_owned();
    let date = || httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(2));
    for after in [seconds as fn() -> String, date] {
        let after = after();
        let peer = failing(1, answer("429 Too Many", &[("retry-after", &after)], b"")).await;
        let (client, origin) = client(&peer.url(), &config());
        let started = Instant::now();
        assert_eq!(client.send(get(&origin, "/")).await.unwrap().status, 200);
        let took = started.elapsed();
        assert!((Duration::from_millis(900)..Duration::from_secs(4)).contains(&took), "{after}: {took:?}");
        assert_eq!(peer.seen().len(), 2);
    }
}

#[tokio::test]
async fn a_longer_pause_than_there_is_time_is_told_at_once() {
    let far = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(120));
    let cases = [
        ("429 Too Many", "60".to_owned(), ErrorKind::RateLimited, 60),
        ("503 Unavailable", "99999999999999999999999".to_owned(), ErrorKind::Unavailable, u64::from(u32::MAX)),
        ("503 Unavailable", far, ErrorKind::Unavailable, 119),
    ];
    for (status, after, kind, seconds) in cases {
        let peer = failing(9, answer(status, &[("retry-after", &after)], b"")).await;
        let (client, origin) = client(&peer.url(), &config());
        let started = Instant::now();
        let error = client.send(get(&origin, "/")).await.unwrap().error().unwrap();
        assert!(started.elapsed() < Duration::from_secs(3));
        assert_eq!((error.kind(), peer.seen().len()), (kind, 1));
        let told = error.retry_after().unwrap().as_secs();
        assert!((seconds - 1..=seconds + 1).contains(&told), "{told}");
    }
}

#[tokio::test]
async fn a_pause_longer_than_any_clock_ends_the_call() {
    for asked in ["18446744073709551615", "99999999999999999999999999"] {
        let peer = Peer::start(move |_| answer("503 Unavailable", &[("retry-after", asked)], b"")).await;
        let (client, origin) = client(&peer.url(), &config());
        let error = client.send(get(&origin, "/")).await.unwrap().error().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(u64::from(u32::MAX))), "{asked}");
        assert_eq!(peer.seen().len(), 1, "{asked}");
    }
}
