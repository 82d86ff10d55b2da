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
        let caller = token::caller(&config.issuer, config.user_id_claim.as_deref(), claims, times.expires_at_s)?;
        Ok(SignedIn { realm: caller.issuer().to_owned(), id: caller.id().clone() })
    }
}

/// For this client, and where it is for several, asked for by this client.
fn is_for(claims: &Map<String, Value>, client_id: &str) -> Result<(), TokenError> {
    token::audience(claims, &[client_id.to_owned()])?;
    let several = claims.get("aud").and_then(Value::as_array).is_some_and(|aud| aud.len() > 1);
    match claims.get("azp") {
        Some(azp) if azp == client_id => Ok(()),
        None if !several => Ok(()),
        _ => Err(TokenError::Audience),
    }
}
