//! From a bearer token to a caller.

mod issuer;
mod sign_in;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_lc_rs::digest;
use moka::sync::Cache;
use serde_json::{Map, Value};

use crate::introspect::Judged;
use crate::keys::Identity;
use crate::token::{self, Times};
use crate::users::Users;
use crate::{Caller, ConfigError, Introspected, IssuerConfig, TokenError, VerifierOptions, config};
use issuer::{Issuer, KeySource};
pub use sign_in::SignedIn;

/// Makes callers of bearer tokens, and nothing else does. Cloning shares keys and caches.
#[derive(Clone)]
pub struct Verifier {
    inner: Arc<Inner>,
}

struct Inner {
    issuers: Vec<Issuer>,
    users: Users,
    options: VerifierOptions,
    verified: Cache<[u8; 32], Arc<Verified>>,
}

/// A token that was found good, and what that rests on.
struct Verified {
    caller: Caller,
    issuer: usize,
    key: Identity,
    times: Times,
}

/// What the issuer stands for, by its signature or by its word.
struct Stated {
    claims: Map<String, Value>,
    /// The header says `at+jwt`.
    is_typed: bool,
    times: Times,
}

/// The keys of this issuer are neither known nor to be had, or it is not known where to ask about its tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the issuer {issuer} cannot be asked for its keys, or where it tells of its tokens")]
pub struct NotReady {
    /// Its name.
    pub issuer: String,
}

impl Verifier {
    /// Accepts the tokens of `issuers`. No key is fetched yet.
    pub fn new(issuers: Vec<IssuerConfig>, options: VerifierOptions) -> Result<Self, ConfigError> {
        #[cfg(debug_assertions)]
        let may_be_empty = options.bypass;
        #[cfg(not(debug_assertions))]
        let may_be_empty = false;
        if issuers.is_empty() && !may_be_empty {
            return Err(ConfigError::NoIssuer);
        }
        #[cfg(debug_assertions)]
        if options.bypass {
            tracing::warn!("unsigned development tokens are accepted: anyone who can connect can be anyone");
        }
        config::together(&issuers)?;
        for url in issuers.iter().flat_map(IssuerConfig::exposed_addresses) {
            tracing::warn!(url, "an issuer is asked without TLS: who controls the network there can be any user");
        }
        let users = Users::of(&issuers);
        let issuers = issuers.into_iter().map(|config| Issuer::new(config, &options)).collect::<Result<_, _>>()?;
        let verified = Cache::new(options.tokens_cached_max);
        Ok(Self { inner: Arc::new(Inner { issuers, users, options, verified }) })
    }

    /// The caller that this token speaks for: what follows `Bearer ` in an `Authorization` header.
    pub async fn verify(&self, token: &str) -> Result<Caller, TokenError> {
        let options = &self.inner.options;
        if token.len() > options.token_bytes_max {
            return Err(TokenError::TooLarge);
        }
        #[cfg(debug_assertions)]
        if options.bypass
            && let Some(answer) = token::bypass(token, options.clock.now_s(), 0)
        {
            return answer;
        }
        let digest = sha256(token);
        // What was found good before need not be taken apart again.
        if let Some(known) = self.known(&digest).await {
            return self.asked_too(digest, token, known).await;
        }
        if token::is_jwt(token) {
            let new = Arc::new(self.verify_anew(token).await?);
            self.inner.verified.insert(digest, Arc::clone(&new));
            return self.asked_too(digest, token, new).await;
        }
        self.opaque(digest, token).await
    }

    /// Whether tokens could be verified now: keys are at hand, or were fetched just now.
    pub async fn ready(&self) -> Result<(), NotReady> {
        for Issuer { config, keys, introspector } in &self.inner.issuers {
            let has_keys = matches!(keys, KeySource::None) || keys.current().await.is_some();
            let can_ask = match introspector {
                Some(introspector) => introspector.is_ready().await,
                None => true,
            };
            if !(has_keys && can_ask) {
                return Err(NotReady { issuer: config.issuer.clone() });
            }
        }
        Ok(())
    }

    /// A JSON Web Token whose signature was found good before, and still is.
    async fn known(&self, digest: &[u8; 32]) -> Option<Arc<Verified>> {
        let known = self.inner.verified.get(digest)?;
        if self.is_still_good(&known).await {
            return Some(known);
        }
        self.inner.verified.invalidate(digest);
        None
    }

    /// The caller of a token whose signature is good, where its issuer need not be asked or says that it is active.
    async fn asked_too(&self, digest: [u8; 32], token: &str, known: Arc<Verified>) -> Result<Caller, TokenError> {
        let Issuer { config, introspector, .. } = &self.inner.issuers[known.issuer];
        let caller = known.caller.clone();
        match introspector {
            Some(introspector) if config.introspects(Introspected::Jwt) => {
                // What the token says is signed; the answer only says that it still holds.
                let judge = |_, now| Ok(Judged { good_for: known.caller.expires_in(now), caller });
                introspector.caller(digest, token, judge).await
            }
            _ => Ok(caller),
        }
    }

    /// The caller of a token that only its issuer can judge.
    async fn opaque(&self, digest: [u8; 32], token: &str) -> Result<Caller, TokenError> {
        let asked = |issuer: &&Issuer| issuer.config.introspects(Introspected::Opaque);
        let Some(Issuer { config, introspector: Some(introspector), .. }) = self.inner.issuers.iter().find(asked)
        else {
            return Err(TokenError::Malformed);
        };
        if !token::is_bearer_syntax(token) {
            return Err(TokenError::Malformed);
        }
        let judge = |claims: Map<String, Value>, now: SystemTime| {
            if claims.get("iss").is_some_and(|iss| *iss != config.issuer) {
                return Err(TokenError::Issuer);
            }
            let now_s = seconds(now);
            let cache_s = config.introspection.as_ref().map_or(0, |it| it.cache_s).max(1);
            let times = Times::read_or(&claims, Some(now_s.saturating_add(cache_s)))?;
            let caller = self.judge(config, token, Stated { claims, is_typed: false, times }, now_s)?;
            Ok(Judged { good_for: caller.expires_in(now), caller })
        };
        introspector.caller(digest, token, judge).await
    }

    /// The caller of claims that the issuer stands for.
    fn judge(
        &self,
        config: &IssuerConfig,
        token: &str,
        Stated { claims, is_typed, times }: Stated,
        now_s: u64,
    ) -> Result<Caller, TokenError> {
        token::for_us(&claims, config)?;
        times.check(now_s, config.leeway_s)?;
        token::access(&claims, is_typed, config.accept_id_tokens)?;
        let users = &self.inner.users;
        let whom = token::identify(config, users, claims)?;
        let caller = Caller::new(whom, config.issuer.clone(), users.realm(config).to_owned(), times.expires_at_s);
        let is_only_issuer = self.inner.issuers.len() == 1;
        Ok(if self.inner.options.keeps_tokens { caller.with_token(token, is_only_issuer) } else { caller })
    }

    async fn is_still_good(&self, known: &Verified) -> bool {
        let Issuer { config, keys, .. } = &self.inner.issuers[known.issuer];
        known.times.check(self.inner.options.clock.now_s(), config.leeway_s).is_ok()
            && keys.current().await.is_some_and(|keys| keys.contains(&known.key))
    }

    async fn verify_anew(&self, token: &str) -> Result<Verified, TokenError> {
        let parsed = token::parse(token)?;
        let iss = parsed.claims.get("iss").and_then(Value::as_str).ok_or(TokenError::Issuer)?;
        let place = self.inner.issuers.iter().position(|issuer| issuer.config.issuer == iss);
        let place = place.ok_or(TokenError::Issuer)?;
        let Issuer { config, keys, .. } = &self.inner.issuers[place];
        let key = keys.verify(&parsed).await?;
        // What the token says counts only from here on.
        let (times, is_typed) = (Times::read(&parsed.claims)?, parsed.header.is_typed);
        let stated = Stated { claims: parsed.claims, is_typed, times };
        let caller = self.judge(config, token, stated, self.inner.options.clock.now_s())?;
        Ok(Verified { caller, issuer: place, key, times })
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn sha256(token: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    bytes
}

impl fmt::Debug for Verifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let issuers: Vec<_> = self.inner.issuers.iter().map(|issuer| &issuer.config).collect();
        out.debug_struct("Verifier").field("issuers", &issuers).finish_non_exhaustive()
    }
}
