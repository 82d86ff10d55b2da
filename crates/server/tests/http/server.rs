//! A whole server on a free port.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use access::{DevIssuer, IssuerConfig, Keys, Policy, ResourcePolicy, Verifier, VerifierOptions};
use agent::{Agent, Limits, Model, RemoteModel};
use bellhop_server::{App, Config, serve};
use connector::Connector;
use credentials::Accounts;
use gateway::{Audit, Gateway, Options};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::resource::{Notes, Seen};

pub const ISSUER: &str = "https://issuer.test/realms/one/";

pub struct Server {
    pub address: SocketAddr,
    pub http: reqwest::Client,
    pub issuer: DevIssuer,
    pub seen: Arc<Seen>,
    stop: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<std::io::Result<()>>>,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(Config::default(), Options::default()).await
    }

    pub async fn with(config: Config, options: Options) -> Self {
        let issuer = DevIssuer::new(ISSUER, "https://bellhop.test/mcp").unwrap();
        let keys = Keys::Jwks(issuer.jwks());
        Self::with_keys(config, options, issuer, keys).await
    }

    pub async fn with_keys(config: Config, options: Options, issuer: DevIssuer, keys: Keys) -> Self {
        Self::with_all(config, options, issuer, keys, Model::BuiltIn, Arc::default()).await
    }

    /// With a model that is asked over the network.
    pub async fn with_model(model: RemoteModel) -> Self {
        let issuer = DevIssuer::new(ISSUER, "https://bellhop.test/mcp").unwrap();
        let keys = Keys::Jwks(issuer.jwks());
        Self::with_all(Config::default(), Options::default(), issuer, keys, Model::Remote(model), Arc::default()).await
    }

    /// With a place for users' own credentials.
    pub async fn with_accounts(accounts: Accounts) -> Self {
        let issuer = DevIssuer::new(ISSUER, "https://bellhop.test/mcp").unwrap();
        let keys = Keys::Jwks(issuer.jwks());
        let (config, options) = (Config::default(), Options::default());
        Self::with_all(config, options, issuer, keys, Model::BuiltIn, Arc::new(accounts)).await
    }

    async fn with_all(
        config: Config,
        options: Options,
        issuer: DevIssuer,
        keys: Keys,
        model: Model,
        accounts: Arc<Accounts>,
    ) -> Self {
        let accepted = IssuerConfig::new(issuer.issuer(), issuer.audience(), keys);
        let verifier = Verifier::new(vec![accepted], VerifierOptions::default()).unwrap();
        let (gateway, seen) = gateway(options);
        Self::of(gateway, seen, config, issuer, verifier, model, accounts).await
    }

    /// With other resources.
    pub async fn with_gateway(gateway: Gateway) -> Self {
        let issuer = DevIssuer::new(ISSUER, "https://bellhop.test/mcp").unwrap();
        let accepted = IssuerConfig::new(issuer.issuer(), issuer.audience(), Keys::Jwks(issuer.jwks()));
        let verifier = Verifier::new(vec![accepted], VerifierOptions::default()).unwrap();
        let (config, seen) = (Config::default(), Arc::default());
        Self::of(gateway, seen, config, issuer, verifier, Model::BuiltIn, Arc::default()).await
    }

    async fn of(
        gateway: Gateway,
        seen: Arc<Seen>,
        config: Config,
        issuer: DevIssuer,
        verifier: Verifier,
        model: Model,
        accounts: Arc<Accounts>,
    ) -> Self {
        let app = App {
            gateway,
            verifier,
            accounts,
            agent: Arc::new(Agent::new(model, Limits::default(), None).unwrap()),
            config,
            authorization_servers: vec![ISSUER.into()],
            jwks: Some(serde_json::json!({"keys": []})),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(serve(listener, app, async { drop(stopped.await) }));
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().unwrap();
        Self { address, http, issuer, seen, stop: Some(stop), running: Some(running) }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A token of this user, good for an hour.
    pub fn token(&self, user: &str) -> String {
        self.token_with(json!({"sub": user}))
    }

    pub fn token_with(&self, claims: Value) -> String {
        let Value::Object(claims) = claims else { panic!("claims are an object") };
        self.issuer.token(claims, Duration::from_secs(3600)).unwrap()
    }

    pub fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.get(self.url(path))
    }

    pub fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.post(self.url(path))
    }

    /// Calls a tool over `/api/tools`.
    pub async fn call(&self, user: &str, tool: &str, arguments: Value) -> Answer {
        Answer::of(self.post(&format!("/api/tools/{tool}")).bearer_auth(self.token(user)).json(&arguments)).await
    }

    /// Waits until so many calls were dropped in the middle.
    pub async fn wait_until_dropped(&self, wanted: u32) {
        wait_until_dropped(&self.seen, wanted).await;
    }

    /// Tells the server to stop, and waits until it has.
    pub async fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.running.take().unwrap().await.unwrap().unwrap();
    }

    pub fn tell_to_stop(&mut self) -> JoinHandle<std::io::Result<()>> {
        self.stop.take().unwrap().send(()).unwrap();
        self.running.take().unwrap()
    }
}

/// An open resource `desk` and one that needs scopes, `vault`.
pub fn gateway(options: Options) -> (Gateway, Arc<Seen>) {
    let (desk, vault) = (Notes::new("desk"), Notes::new("vault"));
    let seen = desk.seen.clone();
    let resources: [(String, Arc<dyn Connector>); 2] =
        [("desk".into(), Arc::new(desk)), ("vault".into(), Arc::new(vault))];
    let needs: ResourcePolicy = serde_json::from_value(json!({
        "read": {"scopes": ["vault:read"]},
        "write": {"scopes": ["vault:read", "vault:write"]},
        "destroy": {"scopes": ["vault:read", "vault:write"]}
    }))
    .unwrap();
    let policy = Policy::new([("desk".into(), ResourcePolicy::default()), ("vault".into(), needs)]);
    (Gateway::new(resources, policy, options, Audit::default(), None).unwrap(), seen)
}

pub async fn wait_until_dropped(seen: &Seen, wanted: u32) {
    for _ in 0..100 {
        if seen.dropped.load(Ordering::SeqCst) >= wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the call goes on although nobody waits for it");
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {:?}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The envelope of a failure, without the sentence and the request id, which must be there.
    pub fn failure(&self) -> (u16, Value) {
        let mut envelope = self.json();
        let object = envelope.as_object_mut().unwrap();
        assert!(object.remove("error").is_some_and(|error| error.as_str().is_some_and(|text| !text.is_empty())));
        assert_eq!(object.remove("request_id").unwrap(), self.header("x-request-id"));
        (self.status, envelope)
    }
}

/// What a failure looks like.
pub fn failed(code: &str, retryable: bool) -> Value {
    json!({"success": false, "code": code, "retryable": retryable})
}
