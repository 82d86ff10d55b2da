//! Users connect their own accounts at an upstream, and nobody else's: oidc-provider is the upstream's authorization
//! server, and its API takes that server's tokens and nothing else.

mod attacks;
mod lives;
mod visitors;

use std::time::Duration;

use access::DevIssuer;
use reqwest::{Method, Url};
use serde_json::{Map, Value, json};

use crate::support::peers::ProviderServer;
use crate::support::providers::Browser;
use crate::support::{Bellhop, http, process};

/// An upstream, Bellhop before it, and whoever signs Bellhop's users' tokens.
struct World {
    upstream: ProviderServer,
    bellhop: Bellhop,
    issuer: DevIssuer,
}

/// A way through the authorization server that is waiting to be brought back.
struct Answered {
    /// Where the authorization server sent the browser: Bellhop's callback with a code.
    callback: Url,
    browser: Browser,
}

/// A port that nobody has.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl World {
    async fn start() -> Self {
        Self::with(600, "", "").await
    }

    /// With access tokens that live so long, more keys of `connect`, and more of `[auth]`.
    async fn with(ttl_s: u32, connect: &str, auth: &str) -> Self {
        let issuer = DevIssuer::new("https://login.test", "https://bellhop.test").unwrap();
        let inline = issuer.jwks()["keys"][0].clone();
        let key: Vec<_> = inline.as_object().unwrap().iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let trust = format!(
            "[auth]\nissuer = \"https://login.test\"\naudience = \"https://bellhop.test\"\njwks = {{ keys = [{{ {} }}] }}\n{auth}",
            key.join(", ")
        );
        let port = free_port();
        let upstream = Self::upstream(port, ttl_s).await;
        Self::before(upstream, port, issuer, &trust, connect).await
    }

    async fn upstream(port: u16, ttl_s: u32) -> ProviderServer {
        let redirects = json!([format!("http://127.0.0.1:{port}/connect/callback")]).to_string();
        ProviderServer::node("account-server.mjs", &[("REDIRECTS", &redirects), ("TTL_S", &ttl_s.to_string())]).await
    }

    async fn before(upstream: ProviderServer, port: u16, issuer: DevIssuer, auth: &str, connect: &str) -> Self {
        let url = &upstream.url;
        let config = format!(
            r#"{auth}
[resources.notes]
kind = "openapi"
url = "{url}"
document = "{url}/openapi.json"
connect = {{ issuer = "{url}", client_id = "bellhop", client_secret = "bellhop-secret-at-the-upstream", scopes = ["openid", "offline_access", "notes"], authorize_parameters = {{ prompt = "consent" }}{connect} }}

[audit]
file = "audit.jsonl"
"#
        );
        let home = process::home();
        std::fs::write(home.path().join("test.toml"), config).unwrap();
        let key = process::run(home.path(), &["secret", "key"], &[]).await.stdout;
        let key = String::from_utf8(key).unwrap();
        let words = ["serve", "--config", "test.toml", "--port", &port.to_string(), "--json"];
        let bellhop = Bellhop::start(home, &words, &[("BELLHOP_STORE_KEY", key.trim())]).await;
        Self { upstream, bellhop, issuer }
    }

    /// A token of this user at Bellhop.
    fn token(&self, user: &str) -> String {
        let claims = Map::from_iter([("sub".to_owned(), Value::from(user))]);
        self.issuer.token(claims, Duration::from_secs(3600)).unwrap()
    }

    /// One of Bellhop's endpoints, as this user.
    async fn api(&self, user: &str, method: Method, path: &str) -> (u16, Value) {
        let request = http().request(method, format!("{}{path}", self.bellhop.url)).bearer_auth(self.token(user));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Begins as the product's own page does, in a browser that gets the cookie.
    async fn begin(&self, user: &str) -> (Url, Browser) {
        let mut browser = Browser::new();
        let address = format!("{}/api/connections/notes", self.bellhop.url);
        let request = http().post(address).bearer_auth(self.token(user));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        browser.keep(&response);
        let answer: Value = response.json().await.unwrap();
        (answer["data"]["visit"].as_str().unwrap().parse().unwrap(), browser)
    }

    /// Goes on at the upstream, where the person signs in as `account`, up to the address that leads back.
    async fn agree(&self, mut browser: Browser, visit: Url, account: &str) -> Answered {
        let back = format!("{}/connect/callback", self.bellhop.url);
        let callback = browser.through(visit, account, &back).await;
        Answered { callback, browser }
    }

    /// The whole way. The page at its end.
    async fn connect(&self, user: &str, account: &str) -> String {
        let (visit, browser) = self.begin(user).await;
        let Answered { callback, mut browser } = self.agree(browser, visit, account).await;
        let response = browser.get(&callback).await;
        assert_eq!(response.status(), 200);
        response.text().await.unwrap()
    }

    /// Who the upstream takes this user for; the failed envelope where the call fails.
    async fn whoami(&self, user: &str) -> Result<String, Map<String, Value>> {
        let mut envelope = self.bellhop.mcp(&self.token(user)).call("notes_whoami", &json!({})).await;
        match envelope["success"] == true {
            true => Ok(envelope.remove("data").unwrap()["user"].as_str().unwrap().to_owned()),
            false => Err(envelope),
        }
    }

    async fn is_connected(&self, user: &str) -> bool {
        let (status, answer) = self.api(user, Method::GET, "/api/connections/notes").await;
        assert_eq!(status, 200, "{answer}");
        answer["data"]["set"].as_bool().unwrap()
    }

    async fn counts(&self) -> Value {
        http().get(format!("{}/counts", self.upstream.url)).send().await.unwrap().json().await.unwrap()
    }
}

/// The status and the text of a page, which is as closed as it should be.
async fn page(response: reqwest::Response) -> (u16, String) {
    let status = response.status().as_u16();
    let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("cache-control"), "no-store");
    assert!(
        header("content-security-policy").starts_with("default-src 'none'"),
        "{}",
        header("content-security-policy")
    );
    assert_eq!(header("x-frame-options"), "DENY");
    (status, response.text().await.unwrap())
}
