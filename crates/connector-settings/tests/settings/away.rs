//! Stores that go away, stand still and come back.

use std::time::{Duration, Instant};

use bellhop_connector_settings::{Config, Settings};
use connector::{Connector, Error, ErrorKind};
use serde_json::{Value, json};
use testkit::nats::Nats;
use testkit::redis::Redis;

use crate::support::{Bench, RESOURCE, kind};

/// How long it may take until everything is well again.
const RECOVERY: Duration = Duration::from_secs(15);

/// A server of either sort.
enum Server {
    Redis(Redis),
    Nats(Nats),
}

impl Server {
    fn config(&self) -> Config {
        let url = match self {
            Self::Redis(it) => it.url(),
            Self::Nats(it) => it.url(),
        };
        Config { timeout_ms: 500, ..Config::at(url) }
    }

    async fn kill(&mut self) {
        match self {
            Self::Redis(it) => it.kill().await,
            Self::Nats(it) => it.kill().await,
        }
    }

    async fn restart(&mut self) {
        match self {
            Self::Redis(it) => it.restart().await,
            Self::Nats(it) => it.restart().await,
        }
    }

    async fn freeze(&self, still: bool) {
        match self {
            Self::Redis(it) => it.freeze(still).await,
            Self::Nats(it) => it.freeze(still).await,
        }
    }

    /// How often Alice's settings were written, as the server counts.
    async fn writes(&self) -> u64 {
        match self {
            Self::Redis(it) => it.ask(&["GET", "bellhop:prefs:alice#rev"]).await[0].parse().expect("a number"),
            Self::Nats(it) => it.bucket("bellhop").await["last_seq"].as_u64().expect("a number"),
        }
    }
}

async fn is_well(bench: &Bench) {
    let deadline = Instant::now() + RECOVERY;
    while bench.settings.health().await.is_err() || bench.get("alice", "theme").await.is_err() {
        assert!(Instant::now() < deadline, "it is not well again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn unavailable(answer: Result<Value, Error>) -> Error {
    let error = answer.expect_err("the store is away");
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
    error
}

async fn away_and_back(mut server: Server) {
    let bench = Bench::open(server.config()).await;
    let revision = bench.set("alice", "theme", "dark".into()).await;
    server.kill().await;
    for _ in 0..3 {
        let started = Instant::now();
        unavailable(bench.get("alice", "theme").await);
        unavailable(bench.update("alice", "theme", json!({"value": "x"}), Some(&revision)).await);
        unavailable(bench.create("alice", json!({"key": "new", "value": 1})).await);
        assert_eq!(kind(bench.settings.health().await), ErrorKind::Unavailable);
        assert!(started.elapsed() < Duration::from_secs(5), "the answers took {:?}", started.elapsed());
    }
    server.restart().await;
    is_well(&bench).await;
    assert_eq!(bench.value("alice", "theme").await, "dark", "what was tried meanwhile was not done later");
    assert_eq!(server.writes().await, 1);
    bench.update("alice", "theme", json!({"value": "light"}), Some(&revision)).await.expect("the revision is the same");
    assert_eq!(server.writes().await, 2);
}

/// The write reaches the server, and its answer never comes.
async fn answer_is_lost(server: Server) {
    let bench = Bench::open(server.config()).await;
    let revision = bench.set("alice", "theme", "dark".into()).await;
    // What the write reads first it has to get; only then the server stands still.
    let mut lost = None;
    for nth in 0..50 {
        let seen = bench.get("alice", "theme").await.expect("it is there");
        let revision = seen["revision"].as_str().expect("a revision").to_owned();
        let writing = tokio::spawn({
            let bench = bench.clone();
            async move { bench.update("alice", "theme", json!({"value": nth}), Some(&revision)).await }
        });
        tokio::time::sleep(Duration::from_micros(100 * nth)).await;
        server.freeze(true).await;
        let answer = writing.await.expect("no panic");
        server.freeze(false).await;
        is_well(&bench).await;
        if let Err(error) = answer {
            let error = unavailable(Err(error));
            if error.message().contains("Get the setting first") {
                lost = Some(nth);
                break;
            }
        }
    }
    let nth = lost.expect("no answer was lost");
    let item = bench.get("alice", "theme").await.expect("it is there");
    let now: u64 = item["revision"].as_str().expect("a revision").parse().expect("a number");
    assert_eq!(server.writes().await, now, "each write happened once, if at all");
    let first: u64 = revision.parse().expect("a number");
    assert!(now <= first + nth + 1, "{nth} changes made {now} of {first}");
}

async fn stands_still_from_the_start(url: String) {
    let started = Instant::now();
    let config = Config { timeout_ms: 300, ..Config::at(url) };
    assert_eq!(kind(Settings::connect(RESOURCE, config).await), ErrorKind::Unavailable);
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_away_and_back_does_nothing_twice() {
    away_and_back(Server::Redis(Redis::start().await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nats_away_and_back_does_nothing_twice() {
    away_and_back(Server::Nats(Nats::start().await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_redis_that_is_lost_says_look_first() {
    answer_is_lost(Server::Redis(Redis::start().await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_nats_that_is_lost_says_look_first() {
    answer_is_lost(Server::Nats(Nats::start().await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_accepts_and_says_nothing_is_unavailable_in_time() {
    // A listener whose connections wait in its queue.
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    stands_still_from_the_start(format!("redis://{address}")).await;
    stands_still_from_the_start(format!("nats://{address}")).await;
}
