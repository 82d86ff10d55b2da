pub(crate) mod peer;
pub(crate) mod tls;

use bellhop_upstream::{Client, ClientConfig, Origin, Request};
use std::time::Duration;

use http::Method;

pub(crate) use self::peer::{Act, Peer, Seen, answer, json};

/// What the tests change: little waiting, nothing else.
pub(crate) fn config() -> ClientConfig {
    ClientConfig { timeout_ms: 5_000, retry_wait_ms: 20, ..ClientConfig::default() }
}

/// A client of one origin.
pub(crate) fn client(base: &str, config: &ClientConfig) -> (Client, Origin) {
    let origin = Origin::parse(base).unwrap();
    (Client::new(vec![origin.clone()], config).unwrap(), origin)
}

/// Waits until it is so, for as long as a busy machine may need.
pub(crate) async fn eventually(is_so: impl Fn() -> bool) {
    for _ in 0..500 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came to be");
}

pub(crate) fn get(origin: &Origin, path: &str) -> Request {
    Request::new(Method::GET, origin.clone(), path)
}

pub(crate) fn post(origin: &Origin, path: &str, body: &'static str) -> Request {
    let mut request = Request::new(Method::POST, origin.clone(), path);
    request.body = body.into();
    request
}
