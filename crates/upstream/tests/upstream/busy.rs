use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bellhop_upstream::ClientConfig;
use connector::ErrorKind;

use crate::support::{Act, Peer, client, config, eventually, get, json};

#[tokio::test]
async fn two_hundred_calls_at_once_all_come_back_with_their_own() {
    let peer = Peer::start(|seen| json("200 OK", &seen.line.clone())).await;
    let (client, origin) = client(&peer.url(), &config());
    let calls = (0..200).map(|at| {
        let (client, request) = (client.clone(), get(&origin, &format!("/things/{at}")));
        async move { (at, client.send(request).await.unwrap().body) }
    });
    for (at, body) in futures::future::join_all(calls).await {
        assert_eq!(body, format!("GET /things/{at}").as_bytes());
    }
    assert_eq!(peer.seen().len(), 200);
    assert!(peer.connections() <= 64, "{}", peer.connections());
}

#[tokio::test]
async fn no_more_than_so_many_are_under_way_and_the_first_in_line_is_next() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let peer = Peer::start(|_| json("200 OK", "[]")).await;
    let (client, origin) = client(&peer.url(), &ClientConfig { concurrency_max: 1, ..config() });
    let calls = (0..20).map(|at| {
        let (client, request, now, most) = (client.clone(), get(&origin, &format!("/{at}")), now.clone(), most.clone());
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
            client.send(request).await.unwrap();
            now.fetch_sub(1, Ordering::SeqCst);
        }
    });
    futures::future::join_all(calls).await;
    let expected = (0..20).map(|at| format!("GET /{at}")).collect::<Vec<_>>();
    assert_eq!((peer.lines(), peer.connections()), (expected, 1));
}

#[tokio::test]
async fn who_never_gets_a_turn_is_told_that_nothing_was_sent() {
    let peer = Peer::start(|_| Act::Hang).await;
    let (client, origin) = client(&peer.url(), &ClientConfig { concurrency_max: 1, timeout_ms: 200, ..config() });
    let (first, second) = tokio::join!(client.send(get(&origin, "/1")), client.send(get(&origin, "/2")));
    assert_eq!(first.unwrap_err().kind(), ErrorKind::Timeout);
    let error = second.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(
        error.message(),
        "Too many calls to the upstream are under way. Nothing was sent; try again in a moment."
    );
    assert_eq!(peer.lines(), ["GET /1"]);
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_is_hung_up_on() {
    let peer = Peer::start(|_| Act::Hang).await;
    let (client, origin) = client(&peer.url(), &ClientConfig { concurrency_max: 1, ..config() });
    for at in 1..4 {
        let waited = tokio::time::timeout(Duration::from_millis(100), client.send(get(&origin, "/"))).await;
        assert!(waited.is_err());
        // Its turn and its connection are given back.
        eventually(|| (peer.connections(), peer.closed()) == (at, at)).await;
    }
}
