//! Stores that go away, stand still and come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bellhop_connector_settings::{Config, Settings};
use connector::{Connector, Error, ErrorKind};
use serde_json::{Value, json};
use testkit::nats::Nats;
use testkit::redis::Redis;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

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

    fn port(&self) -> u16 {
        match self {
            Self::Redis(it) => it.port(),
            Self::Nats(it) => it.port(),
        }
    }

    fn scheme(&self) -> &'static str {
        match self {
            Self::Redis(_) => "redis",
            Self::Nats(_) => "nats",
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
async fn answer_is_lost(server: Server, write: &'static str) {
    let deaf = Deaf::before(server.port(), write).await;
    let url = format!("{}://127.0.0.1:{}", server.scheme(), deaf.port);
    let bench = Bench::open(Config { url: Some(url.into()), ..server.config() }).await;
    let revision = bench.set("alice", "theme", "dark".into()).await;
    deaf.armed.store(true, Ordering::SeqCst);
    let change = || bench.update("alice", "theme", json!({"value": "light"}), Some(&revision));
    let error = unavailable(change().await);
    assert!(error.message().contains("Get the setting first"), "{error}");
    deaf.armed.store(false, Ordering::SeqCst);
    deaf.cut.notify_waiters();
    is_well(&bench).await;
    assert_eq!(bench.value("alice", "theme").await, "light", "it had been done");
    assert_eq!(server.writes().await, 2, "and once");
    assert_eq!(kind(change().await), ErrorKind::Conflict, "the same again does nothing");
    assert_eq!(server.writes().await, 2);
}

/// Stands between client and server. Armed, it lets nothing come back on a connection from the first write on.
struct Deaf {
    port: u16,
    armed: Arc<AtomicBool>,
    cut: Arc<Notify>,
}

impl Deaf {
    async fn before(server: u16, write: &'static str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (armed, cut) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
        let (is_armed, is_cut) = (Arc::clone(&armed), Arc::clone(&cut));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { continue };
                let (is_armed, is_cut) = (Arc::clone(&is_armed), Arc::clone(&is_cut));
                tokio::spawn(async move {
                    tokio::select! {
                        () = carry(client, server, write, &is_armed) => {}
                        () = is_cut.notified() => {}
                    }
                });
            }
        });
        Self { port, armed, cut }
    }
}

async fn carry(mut client: TcpStream, mut server: TcpStream, write: &str, armed: &AtomicBool) {
    let (mut asked, mut told, mut is_deaf) = (vec![0; 65_536], vec![0; 65_536], false);
    loop {
        tokio::select! {
            Ok(length) = client.read(&mut asked) => {
                let asked = &asked[..length];
                is_deaf |= armed.load(Ordering::SeqCst) && String::from_utf8_lossy(asked).contains(write);
                if length == 0 || server.write_all(asked).await.is_err() {
                    return;
                }
            }
            Ok(length) = server.read(&mut told) => {
                if length == 0 || (!is_deaf && client.write_all(&told[..length]).await.is_err()) {
                    return;
                }
            }
            else => return,
        }
    }
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
    answer_is_lost(Server::Redis(Redis::start().await), "EVALSHA").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_nats_that_is_lost_says_look_first() {
    answer_is_lost(Server::Nats(Nats::start().await), "Nats-Expected-Last-Subject-Sequence").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_accepts_and_says_nothing_is_unavailable_in_time() {
    // A listener whose connections wait in its queue.
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    stands_still_from_the_start(format!("redis://{address}")).await;
    stands_still_from_the_start(format!("nats://{address}")).await;
}
