use reqwest::Url;

use super::browser::Browser;
use super::{CHALLENGE, Client, REDIRECT, Tokens, VERIFIER, ask};
use crate::support::peers::ProviderServer;

/// Canaille with the users alice and bob.
pub(crate) struct Canaille {
    server: ProviderServer,
}

const APP: Client = ("app", "app-secret");
const MACHINE: Client = ("machine", "machine-secret");

impl Canaille {
    pub(crate) async fn start() -> Self {
        Self { server: ProviderServer::python("canaille", "canaille-server.py").await }
    }

    pub(crate) fn url(&self) -> &str {
        &self.server.url
    }

    /// Signs a user in by name, password and consent.
    pub(crate) async fn sign_in(&self, user: &str) -> Tokens {
        let query = [
            ("response_type", "code"),
            ("client_id", "app"),
            ("redirect_uri", REDIRECT),
            ("scope", "openid profile"),
            ("state", "s"),
            ("nonce", "of-this-sign-in"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let start = Url::parse_with_params(&format!("{}/oauth/authorize", self.url()), query).expect("an address");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut browser = Browser::new();
        let code = browser.code(start, |page| {
            let token = page.between("name=\"csrf_token\" value=\"").expect("a token against forgery");
            // Each page takes what it asks for.
            vec![
                pair("csrf_token", &token),
                pair("login", user),
                pair("password", "correct horse battery"),
                pair("answer", "accept"),
            ]
        });
        let code = code.await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("code_verifier", VERIFIER),
            ("redirect_uri", REDIRECT),
        ];
        Tokens(ask(&format!("{}/oauth/token", self.url()), &form, Some(APP)).await)
    }

    /// An opaque token that a machine gets for itself.
    pub(crate) async fn machine(&self) -> String {
        let form = [("grant_type", "client_credentials"), ("scope", "profile")];
        Tokens(ask(&format!("{}/oauth/token", self.url()), &form, Some(MACHINE)).await).access().to_owned()
    }

    /// Takes a user's token back.
    pub(crate) async fn revoke(&self, token: &str) {
        ask(&format!("{}/oauth/revoke", self.url()), &[("token", token)], Some(APP)).await;
    }
}
