use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde_json::{Map, Value};

use super::{Issuer, Verifier};
use crate::token::{self, Times};
use crate::{TokenError, UserId};

/// Who signed in at an issuer for this server to see. It is no [`Caller`](crate::Caller): an ID token opens nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The issuer whose users these are.
    pub realm: String,
    /// The user's id, as a caller of the same user has it.
    pub id: UserId,
}

impl Verifier {
    /// Judges an ID token that this server, as the client `client_id`, got from `issuer` for a sign-in that it asked for
    /// with `nonce` (OpenID Connect Core 1.0 section 3.1.3.7).
    pub async fn signed_in(
        &self,
        id_token: &str,
        issuer: &str,
        client_id: &str,
        nonce: &str,
    ) -> Result<SignedIn, TokenError> {
        let options = &self.inner.options;
        if id_token.len() > options.token_bytes_max {
            return Err(TokenError::TooLarge);
        }
        let parsed = token::parse(id_token)?;
        let said = parsed.claims.get("iss").and_then(Value::as_str);
        let issuer = self.inner.issuers.iter().find(|known| known.config.issuer == issuer);
        let issuer = issuer.filter(|known| said == Some(known.config.issuer.as_str())).ok_or(TokenError::Issuer)?;
        let Issuer { config, keys, .. } = issuer;
        keys.verify(&parsed).await?;
        // What the token says counts only from here on.
        let claims = parsed.claims;
        is_for(&claims, client_id)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        // A nonce makes the token one of this very sign-in, and no other token of the same keys has it.
        if nonce.is_empty() || verify_slices_are_equal(text("nonce").as_bytes(), nonce.as_bytes()).is_err() {
            return Err(TokenError::Type);
        }
        let times = Times::read(&claims)?;
        times.check(options.clock.now_s(), config.leeway_s)?;
        let users = &self.inner.users;
        let whom = token::identify(config, users, claims)?;
        Ok(SignedIn { realm: users.realm(config).to_owned(), id: whom.id })
    }
}

/// For this client, and where it is for several, asked for by this client.
fn is_for(claims: &Map<String, Value>, client_id: &str) -> Result<(), TokenError> {
    let (ours, several) = match claims.get("aud") {
        Some(Value::String(one)) => (one == client_id, false),
        Some(Value::Array(all)) => (all.iter().any(|one| one == client_id), all.len() > 1),
        _ => (false, false),
    };
    let asked_by_us = claims.get("azp").map_or(!several, |azp| azp == client_id);
    (ours && asked_by_us).then_some(()).ok_or(TokenError::Audience)
}
