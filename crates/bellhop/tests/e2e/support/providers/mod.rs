//! Identity providers that nobody here wrote, and how a user signs in at them without a browser.

mod better_auth;
mod browser;
mod canaille;
mod oidc_provider;

pub(crate) use better_auth::{BetterAuth, BetterAuthMcp};
pub(crate) use browser::Browser;
pub(crate) use canaille::Canaille;
pub(crate) use oidc_provider::OidcProvider;

use serde_json::Value;

/// A public example of a verifier and its S256 challenge (RFC 7636 appendix B).
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT: &str = "http://127.0.0.1/callback";

/// A client's id and secret.
pub(crate) type Client = (&'static str, &'static str);

/// What a client asks for in the user's name.
pub(crate) struct Wish<'a> {
    pub(crate) scope: &'a str,
    pub(crate) resource: Option<&'a str>,
}

/// Tokens by their names in the answer.
#[derive(Debug)]
pub(crate) struct Tokens(Value);

impl Tokens {
    pub(crate) fn access(&self) -> &str {
        self.text("access_token")
    }

    pub(crate) fn id(&self) -> &str {
        self.text("id_token")
    }

    pub(crate) fn refresh(&self) -> &str {
        self.text("refresh_token")
    }

    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.0))
    }
}

/// Posts a form as this client and reads the answer.
async fn ask(address: &str, form: &[(&str, &str)], client: Option<Client>) -> Value {
    let mut request = super::http().post(address);
    if let Some((id, secret)) = client {
        request = request.basic_auth(id, Some(secret));
    }
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(browser::encoded(form));
    let text = request.send().await.expect("the provider answers").text().await.expect("a whole answer");
    if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}

/// The claims of a JSON Web Token, or its header, unchecked.
pub(crate) fn part(token: &str, place: usize) -> Value {
    use base64::Engine as _;
    let part = token.split('.').nth(place).unwrap_or_else(|| panic!("no part {place} in {token}"));
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}
