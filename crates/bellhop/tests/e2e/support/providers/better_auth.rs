use reqwest::Url;
use serde_json::{Value, json};

use super::browser::{cookies, encoded};
use super::{CHALLENGE, REDIRECT, Tokens, VERIFIER, Wish, ask};
use crate::support::http;
use crate::support::peers::ProviderServer;

/// Better Auth with its jwt plugin.
pub(crate) struct BetterAuth {
    server: ProviderServer,
}

impl BetterAuth {
    /// With these environment variables: see `peers/providers/better-auth.mjs`.
    pub(crate) async fn start(variables: &[(&str, &str)]) -> Self {
        Self { server: ProviderServer::node("better-auth.mjs", variables).await }
    }

    /// Its base address, which is also the issuer and the audience of its tokens.
    pub(crate) fn url(&self) -> &str {
        &self.server.url
    }

    /// Where its public keys are.
    pub(crate) fn jwks(&self) -> String {
        format!("{}/api/auth/jwks", self.url())
    }

    /// A new user's session: what the browser would hold as a cookie, and the user's id.
    pub(crate) async fn sign_up(&self, name: &str) -> Session {
        sign_up(self.url(), name).await
    }

    /// The token that the page would send along.
    pub(crate) async fn token(&self, session: &Session) -> String {
        token(self.url(), session).await
    }
}

/// A signed-in user of Better Auth.
pub(crate) struct Session {
    cookie: String,
    /// Its 32 random characters.
    pub(crate) user_id: String,
    /// What stands in the cookie, without its signature.
    pub(crate) session_token: String,
}

async fn sign_up(url: &str, name: &str) -> Session {
    let body = json!({"email": format!("{name}@example.com"), "password": "correct horse battery", "name": name});
    let address = format!("{url}/api/auth/sign-up/email");
    let response = http().post(address).header("origin", url).json(&body).send().await;
    let response = response.expect("Better Auth answers");
    let cookie = cookies(&response);
    let answer: Value = response.json().await.expect("Better Auth answers JSON");
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    Session { cookie, user_id: text(&answer["user"]["id"]), session_token: text(&answer["token"]) }
}

async fn token(url: &str, session: &Session) -> String {
    let response = http().get(format!("{url}/api/auth/token")).header("cookie", &session.cookie).send().await;
    let answer: Value = response.expect("Better Auth answers").json().await.expect("Better Auth answers JSON");
    answer["token"].as_str().unwrap_or_else(|| panic!("no token in {answer}")).to_owned()
}

/// Better Auth with its MCP plugin: an authorization server beside the jwt plugin, with the same keys and users.
pub(crate) struct BetterAuthMcp {
    server: ProviderServer,
}

impl BetterAuthMcp {
    /// Its tokens are for `resource`.
    pub(crate) async fn start(resource: &str) -> Self {
        let variables = [("RESOURCE", resource)];
        Self { server: ProviderServer::node_in("better_auth_mcp", "better-auth-mcp.mjs", &variables).await }
    }

    /// The issuer of the jwt plugin's tokens.
    pub(crate) fn url(&self) -> &str {
        &self.server.url
    }

    /// The issuer of the MCP plugin's tokens.
    pub(crate) fn issuer(&self) -> String {
        format!("{}/api/auth", self.url())
    }

    pub(crate) async fn sign_up(&self, name: &str) -> Session {
        sign_up(self.url(), name).await
    }

    /// A token of the jwt plugin.
    pub(crate) async fn token(&self, session: &Session) -> String {
        token(self.url(), session).await
    }

    /// Registers a client, lets the user consent, and gives the client its tokens.
    pub(crate) async fn tokens(&self, session: &Session, wish: &Wish<'_>) -> Tokens {
        let client = json!({
            "client_name": "a test", "application_type": "native", "redirect_uris": [REDIRECT],
            "token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        });
        let registered = self.post("/oauth2/register", session, &client).await;
        let client = registered["client_id"].as_str().unwrap_or_else(|| panic!("{registered}"));
        let mut query = vec![
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", REDIRECT),
            ("scope", wish.scope),
            ("state", "s"),
            ("nonce", "of-this-sign-in"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        query.extend(wish.resource.map(|resource| ("resource", resource)));
        let address = format!("{}/oauth2/authorize?{}", self.issuer(), encoded(&query));
        let page = http().get(address).header("cookie", &session.cookie).send().await.expect("Better Auth answers");
        let page = page.headers().get("location").and_then(|value| value.to_str().ok()).expect("a redirect").to_owned();
        let asked = page.split_once('?').map(|(_, query)| query).unwrap_or_else(|| panic!("{page}"));
        let answer = self.post("/oauth2/consent", session, &json!({"accept": true, "oauth_query": asked})).await;
        let back = answer["url"].as_str().unwrap_or_else(|| panic!("{answer}"));
        let back = Url::parse(back).expect("an address");
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap_or_else(|| panic!("{back}")).1;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("client_id", client),
            ("code", &code),
            ("code_verifier", VERIFIER),
            ("redirect_uri", REDIRECT),
        ];
        form.extend(wish.resource.map(|resource| ("resource", resource)));
        Tokens(ask(&format!("{}/oauth2/token", self.issuer()), &form, None).await)
    }

    async fn post(&self, path: &str, session: &Session, body: &Value) -> Value {
        let request = http().post(format!("{}{path}", self.issuer())).header("origin", self.url());
        let request = request.header("cookie", &session.cookie).json(body);
        request.send().await.expect("Better Auth answers").json().await.expect("Better Auth answers JSON")
    }
}
