//! Connected accounts at an authorization server that is slow, short-lived or gone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod refresh;
mod server;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use access::Caller;
use bellhop_credentials::{
    Accounts, Connect, ConnectionSource, KeyRing, Links, OAuthClient, Place, RecordKind, Slot, Store, StoreKey,
};
use secrecy::ExposeSecret;
use serde_json::json;
use server::AuthorizationServer;
use upstream::{ClientConfig, ConnectConfig, Credential, CredentialSource};

/// One user with an account at one server.
struct World {
    server: Arc<AuthorizationServer>,
    store: Arc<Store>,
    source: ConnectionSource,
    alice: Caller,
    _folder: tempfile::TempDir,
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

impl World {
    async fn with(lives_s: u64) -> Self {
        let server = AuthorizationServer::start(lives_s).await;
        let folder = tempfile::tempdir().unwrap();
        let key = StoreKey::generate().unwrap();
        let place = Place::File(folder.path().join("credentials.db"));
        let keys = KeyRing::parse(key.expose_secret(), "").unwrap();
        let store = Arc::new(Store::open(&place, keys, Duration::from_secs(20)).await.unwrap());
        let source = connected(&server, &store, "bellhop");
        Self { server, store, source, alice: testkit::caller("alice").await, _folder: folder }
    }

    fn slot(&self) -> Slot {
        Slot::of(&self.alice, "notes", RecordKind::Connection)
    }

    /// Keeps a first grant that is good for so long.
    async fn keep(&self, good_s: u64) {
        let grant = json!({"access_token": "access-0", "refresh_token": "refresh-0", "expires_at_s": now_s() + good_s});
        self.store.put(&self.slot(), "oauth", grant.to_string().as_bytes()).await.unwrap();
    }

    async fn token(&self) -> Result<String, connector::Error> {
        match self.source.credential(&self.alice).await? {
            Some(Credential::Token(token)) => Ok(token.expose().to_owned()),
            other => panic!("{other:?}"),
        }
    }
}

/// The same accounts in another process, or as another client.
fn connected(server: &AuthorizationServer, store: &Arc<Store>, client_id: &str) -> ConnectionSource {
    let issuer = Some(server.url.clone());
    let config = ConnectConfig { issuer, client_id: client_id.into(), ..ConnectConfig::default() };
    let oauth = OAuthClient::new(config, ClientConfig::default());
    ConnectionSource(Arc::new(Connect::new("notes", oauth, store.clone(), Arc::new(Links::default()))))
}
