use std::time::{Duration, Instant};

use bellhop_upstream::ClientConfig;
use connector::ErrorKind;

use crate::support::{Act, Peer, client, config, get, json, post};

fn quick() -> ClientConfig {
    ClientConfig { retries: 0, breaker_ms: 600, ..config() }
}

#[tokio::test]
async fn a_dead_upstream_is_answered_for_at_once_and_found_again() {
    let peer = Peer::start(|_| json("200 OK", "[]")).await;
    let address = peer.address.to_string();
    drop(peer);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (client, origin) = client(&format!("http://{address}"), &quick());
    for _ in 0..10 {
        let error = client.send(get(&origin, "/")).await.unwrap_err();
        assert_eq!(error.message(), "The upstream cannot be reached right now. Try again in a moment.");
    }
    let started = Instant::now();
    let error = client.send(get(&origin, "/")).await.unwrap_err();
    let mut took = started.elapsed();
    // A machine with other work may have had something else to do just then.
    for _ in 0..3 {
        let started = Instant::now();
        client.send(get(&origin, "/")).await.unwrap_err();
        took = took.min(started.elapsed());
    }
    assert!(took < Duration::from_millis(5), "{took:?}");
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Unavailable, Some(Duration::from_secs(1))));
    assert!(error.message().contains("left alone for a moment"));

    let peer = Peer::start_at(&address, |_| json("200 OK", "[]")).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    for _ in 0..3 {
        assert_eq!(client.send(get(&origin, "/")).await.unwrap().status, 200);
    }
    assert_eq!(peer.seen().len(), 3);
}

#[tokio::test]
async fn one_call_at_a_time_looks_whether_it_is_well() {
    let peer =
        Peer::start(|seen| if seen.line.contains("/slow") { Act::Hang } else { json("503 Unavailable", "") }).await;
    let (client, origin) = client(&peer.url(), &quick());
    for _ in 0..10 {
        client.send(post(&origin, "/", "")).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(700)).await;
    let probe = tokio::spawn({
        let (client, request) = (client.clone(), get(&origin, "/slow"));
        async move { client.send(request).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    for _ in 0..20 {
        let error = client.send(get(&origin, "/slow")).await.unwrap_err();
        assert!(error.message().contains("left alone for a moment"), "{error}");
    }
    assert_eq!(peer.seen().len(), 11, "ten that failed and the one that looks");

    // Whoever asked goes away without having learnt anything: the next call may look.
    probe.abort();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let waited = tokio::time::timeout(Duration::from_millis(100), client.send(get(&origin, "/slow"))).await;
    assert!(waited.is_err(), "it is under way");
    assert_eq!(peer.seen().len(), 12);
}

#[tokio::test]
async fn errors_of_single_calls_open_nothing() {
    let peer = Peer::start(|_| json("500 Error", "{}")).await;
    let (client, origin) = client(&peer.url(), &quick());
    for _ in 0..30 {
        assert_eq!(client.send(get(&origin, "/")).await.unwrap().status, 500);
    }
}

#[tokio::test]
async fn one_success_in_between_starts_the_count_again() {
    let peer =
        Peer::start(|seen| if seen.line.contains("/bad") { json("502 Bad", "") } else { json("200 OK", "") }).await;
    let (client, origin) = client(&peer.url(), &quick());
    for _ in 0..3 {
        for _ in 0..9 {
            client.send(get(&origin, "/bad")).await.unwrap();
        }
        client.send(get(&origin, "/good")).await.unwrap();
    }
    assert_eq!(peer.seen().len(), 30);
}

#[tokio::test]
async fn upstreams_of_one_client_are_ill_by_themselves() {
    let (ill, well) = (Peer::start(|_| json("503 No", "")).await, Peer::start(|_| json("200 OK", "")).await);
    let origins = [ill.url(), format!("{}/v2", ill.url()), well.url()];
    let origins = origins.map(|base| bellhop_upstream::Origin::parse(&base).unwrap());
    let client = bellhop_upstream::Client::new(origins.to_vec(), &quick()).unwrap();
    for _ in 0..10 {
        client.send(get(&origins[0], "/")).await.unwrap();
    }
    assert!(client.send(get(&origins[0], "/")).await.is_err());
    assert!(client.send(get(&origins[1], "/")).await.is_err(), "another path of the same host");
    assert_eq!(client.send(get(&origins[2], "/")).await.unwrap().status, 200);
}

#[tokio::test]
async fn many_slow_calls_at_once_close_nothing_for_others() {
    let peer = Peer::start(|seen| if seen.line.contains("/slow") { Act::Hang } else { json("200 OK", "") }).await;
    let (client, origin) = client(&peer.url(), &ClientConfig { timeout_ms: 300, ..quick() });
    let slow = futures::future::join_all((0..20).map(|_| client.send(get(&origin, "/slow"))));
    let other = async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        client.send(get(&origin, "/quick")).await.unwrap()
    };
    let (slow, _) = tokio::join!(slow, other);
    assert!(slow.iter().all(|outcome| outcome.as_ref().unwrap_err().kind() == ErrorKind::Timeout));
    assert_eq!(client.send(get(&origin, "/quick")).await.unwrap().status, 200);
}
