use reqwest::Url;
use serde_json::Value;

use super::browser::{Browser, oidc_form};
use super::{CHALLENGE, Client, REDIRECT, Tokens, VERIFIER, Wish, ask};
use crate::support::peers::ProviderServer;

/// oidc-provider with one resource for each algorithm, and one for opaque tokens.
pub(crate) struct OidcProvider {
    server: ProviderServer,
}

/// The client that may ask about tokens.
const BELLHOP: Client = ("bellhop", "bellhop-secret");

impl OidcProvider {
    /// `resources` is an object of algorithms by resource.
    pub(crate) async fn start(resources: &Value) -> Self {
        let variables = [("RESOURCES", resources.to_string())];
        let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
        Self { server: ProviderServer::node("oidc-provider.mjs", &variables).await }
    }

    /// One that runs already.
    pub(crate) fn of(server: ProviderServer) -> Self {
        Self { server }
    }

    /// The issuer of its tokens.
    pub(crate) fn url(&self) -> &str {
        &self.server.url
    }

    /// Signs a user in (authorization code with PKCE) and gives the access and the id token for this resource.
    pub(crate) async fn sign_in(&self, user: &str, resource: &str) -> (String, String) {
        let wish = Wish { scope: "openid tools:read", resource: Some(resource) };
        let tokens = self.tokens(user, &wish).await;
        (tokens.access().to_owned(), tokens.id().to_owned())
    }

    /// The same with other scopes.
    pub(crate) async fn tokens(&self, user: &str, wish: &Wish<'_>) -> Tokens {
        let code = self.code(user, wish).await;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("client_id", "app"),
            ("code", &code),
            ("code_verifier", VERIFIER),
            ("redirect_uri", REDIRECT),
        ];
        form.extend(wish.resource.map(|resource| ("resource", resource)));
        Tokens(ask(&self.at("/token"), &form, None).await)
    }

    /// A token that a machine gets for itself (client credentials).
    pub(crate) async fn machine(&self, resource: &str) -> String {
        let form = [("grant_type", "client_credentials"), ("scope", "tools:read"), ("resource", resource)];
        Tokens(ask(&self.at("/token"), &form, Some(("machine", "machine-secret"))).await).access().to_owned()
    }

    /// Takes a token back, as the client that it was given to.
    pub(crate) async fn revoke(&self, token: &str) {
        ask(&self.at("/token/revocation"), &[("token", token), ("client_id", "app")], None).await;
    }

    /// What it says of a token when Bellhop's client asks without a hint.
    pub(crate) async fn says(&self, token: &str) -> Value {
        ask(&self.at("/token/introspection"), &[("token", token)], Some(BELLHOP)).await
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url())
    }

    async fn code(&self, user: &str, wish: &Wish<'_>) -> String {
        let mut query = vec![
            ("response_type", "code"),
            ("client_id", "app"),
            ("redirect_uri", REDIRECT),
            ("scope", wish.scope),
            ("prompt", "consent"),
            ("state", "s"),
            ("nonce", "of-this-sign-in"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        query.extend(wish.resource.map(|resource| ("resource", resource)));
        let start = Url::parse_with_params(&self.at("/auth"), query).expect("an address");
        Browser::new().code(start, |page| oidc_form(page, user)).await
    }
}
