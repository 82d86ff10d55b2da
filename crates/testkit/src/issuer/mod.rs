//! An identity provider: keys of every algorithm, and an HTTP server for their public halves that a test can make
//! rotate, lie, hang, stop and come back.

mod key;
mod server;

pub use key::{ALGORITHMS, SigningKey};
pub use server::{Answer, Received};

use std::time::{SystemTime, UNIX_EPOCH};

use access::{IssuerConfig, Keys, Verifier, VerifierOptions};
use serde_json::{Value, json};

/// What its tokens are for.
pub const AUDIENCE: &str = "https://bellhop.test";

/// An identity provider on a free port of the loopback interface.
pub struct Issuer {
    /// Its current key. [`rotate`](Self::rotate) changes it.
    pub key: SigningKey,
    server: server::Server,
    rotations: usize,
}

impl Issuer {
    /// A provider with one key, which it publishes at [`jwks_url`](Self::jwks_url).
    pub async fn start(alg: &'static str) -> Self {
        let key = SigningKey::new("key-0", alg);
        let issuer = Self { key, server: server::Server::start().await, rotations: 0 };
        issuer.publish(std::slice::from_ref(&issuer.key));
        issuer
    }

    /// What its tokens have as `iss`: its address, without a slash at the end.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Where its keys are.
    pub fn jwks_url(&self) -> String {
        format!("{}/jwks", self.url())
    }

    /// Publishes these keys and no others.
    pub fn publish(&self, keys: &[SigningKey]) {
        self.serve("/jwks", Answer::Json(json!({"keys": keys.iter().map(SigningKey::jwk).collect::<Vec<_>>()})));
    }

    /// Makes a new key of the same algorithm. It is published beside the old one, or instead of it.
    pub fn rotate(&mut self, keep_old: bool) {
        self.rotations += 1;
        let new = SigningKey::new(&format!("key-{}", self.rotations), self.key.alg);
        let old = std::mem::replace(&mut self.key, new.clone());
        self.publish(&if keep_old { vec![old, new] } else { vec![new] });
    }

    /// From now on, `path` answers this. Paths never named answer 404.
    pub fn serve(&self, path: &str, answer: Answer) {
        self.server.serve(path, answer);
    }

    /// How many times `path` was asked for.
    pub fn requests(&self, path: &str) -> usize {
        self.server.requests(path)
    }

    /// What came with the last request for `path`.
    pub fn received(&self, path: &str) -> Received {
        self.server.received(path)
    }

    /// Closes the port.
    pub async fn stop(&mut self) {
        self.server.stop().await;
    }

    /// Opens the same port again.
    pub async fn restart(&mut self) {
        self.server.open().await;
    }

    /// Claims of an ordinary access token that is good for an hour.
    pub fn claims(&self, user: &str) -> Value {
        let now_s = now_s();
        json!({"iss": self.url(), "aud": AUDIENCE, "sub": user, "iat": now_s, "exp": now_s + 3600})
    }

    /// An ordinary token of this user.
    pub fn token(&self, user: &str) -> String {
        self.key.token(&self.claims(user))
    }

    /// A token whose claims differ from the ordinary ones: null takes a claim away.
    pub fn token_with(&self, user: &str, changes: &Value) -> String {
        self.key.token(&changed(self.claims(user), changes))
    }

    /// The configuration that trusts this provider and fetches its keys.
    pub fn config(&self) -> IssuerConfig {
        IssuerConfig::new(self.url(), AUDIENCE, Keys::JwksUrl(self.jwks_url()))
    }

    /// A verifier that trusts this provider alone.
    pub fn verifier(&self) -> Verifier {
        self.verifier_with(VerifierOptions::default())
    }

    /// The same with other bounds or another clock.
    pub fn verifier_with(&self, options: VerifierOptions) -> Verifier {
        Verifier::new(vec![self.config()], options).expect("the configuration is good")
    }
}

/// `object` with the members of `changes`; null takes one away.
pub fn changed(mut object: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().expect("changes are an object") {
        match value {
            Value::Null => drop(object.as_object_mut().expect("an object").remove(name)),
            value => object[name] = value.clone(),
        }
    }
    object
}

/// Seconds since 1970-01-01 UTC.
pub fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs()
}
