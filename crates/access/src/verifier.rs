use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use moka::sync::Cache;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::keys::{Address, Fetcher, Identity, Key, KeySet, Limits, Remote};
use crate::token::{self, Parsed, Times};
use crate::{Caller, ConfigError, IssuerConfig, Keys, TokenError, VerifierOptions};

/// Makes callers of bearer tokens, and nothing else does. Cloning shares keys and caches.
#[derive(Clone)]
pub struct Verifier {
    inner: Arc<Inner>,
}

struct Inner {
    issuers: Vec<Issuer>,
    options: VerifierOptions,
    verified: Cache<[u8; 32], Arc<Verified>>,
}

struct Issuer {
    config: IssuerConfig,
    keys: KeySource,
}

enum KeySource {
    Fixed(Arc<KeySet>),
    Remote(Arc<Remote>),
}

/// A token that was found good, and what that rests on.
struct Verified {
    caller: Caller,
    issuer: usize,
    key: Identity,
    times: Times,
}

/// The keys of this issuer are neither known nor to be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the keys of the issuer {issuer} cannot be fetched")]
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
        for (place, config) in issuers.iter().enumerate() {
            config.check()?;
            if let Some(url) = config.exposed_address() {
                tracing::warn!(url, "keys are fetched without TLS: who controls the network there can be any user");
            }
            if issuers[..place].iter().any(|earlier| earlier.issuer == config.issuer) {
                return Err(ConfigError::TwoIssuers { issuer: config.issuer.clone() });
            }
        }
        let issuers = issuers.into_iter().map(|config| Issuer::new(config, &options)).collect::<Result<_, _>>()?;
        let verified = Cache::new(options.tokens_cached_max);
        Ok(Self { inner: Arc::new(Inner { issuers, options, verified }) })
    }

    /// The caller that this token speaks for: what follows `Bearer ` in an `Authorization` header.
    pub async fn verify(&self, token: &str) -> Result<Caller, TokenError> {
        let Inner { options, verified, .. } = &*self.inner;
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
        if let Some(known) = verified.get(&digest) {
            if self.is_still_good(&known).await {
                return Ok(known.caller.clone());
            }
            verified.invalidate(&digest);
        }
        let new = self.verify_anew(token).await?;
        let caller = new.caller.clone();
        verified.insert(digest, Arc::new(new));
        Ok(caller)
    }

    /// Whether tokens could be verified now: keys are at hand, or were fetched just now.
    pub async fn ready(&self) -> Result<(), NotReady> {
        for issuer in &self.inner.issuers {
            if issuer.keys.current().await.is_none() {
                return Err(NotReady { issuer: issuer.config.issuer.clone() });
            }
        }
        Ok(())
    }

    async fn is_still_good(&self, known: &Verified) -> bool {
        let Issuer { config, keys } = &self.inner.issuers[known.issuer];
        known.times.check(self.inner.options.clock.now_s(), config.leeway_s).is_ok()
            && keys.current().await.is_some_and(|keys| keys.contains(&known.key))
    }

    async fn verify_anew(&self, token: &str) -> Result<Verified, TokenError> {
        let parsed = token::parse(token)?;
        let iss = parsed.claims.get("iss").and_then(Value::as_str).ok_or(TokenError::Issuer)?;
        let place = self.inner.issuers.iter().position(|issuer| issuer.config.issuer == iss);
        let place = place.ok_or(TokenError::Issuer)?;
        let Issuer { config, keys } = &self.inner.issuers[place];
        let key = keys.verify(&parsed).await?;
        // What the token says counts only from here on.
        token::audience(&parsed.claims, &config.audiences)?;
        let times = Times::read(&parsed.claims)?;
        times.check(self.inner.options.clock.now_s(), config.leeway_s)?;
        let claim = config.user_id_claim.as_deref();
        let mut caller = token::caller(&config.issuer, claim, parsed.claims, times.expires_at_s)?;
        if self.inner.options.keeps_tokens {
            caller = caller.with_token(token);
        }
        Ok(Verified { caller, issuer: place, key, times })
    }
}

impl Issuer {
    fn new(config: IssuerConfig, options: &VerifierOptions) -> Result<Self, ConfigError> {
        let keys = match &config.keys {
            Keys::Secret(secret) => {
                KeySource::Fixed(Arc::new(KeySet::of(Key::secret(secret.expose_secret().as_bytes()))))
            }
            Keys::Jwks(jwks) => {
                let keys = KeySet::read(jwks).filter(|keys| !keys.is_empty());
                let no_keys = || ConfigError::NoKeys { issuer: config.issuer.clone() };
                KeySource::Fixed(Arc::new(keys.ok_or_else(no_keys)?))
            }
            Keys::JwksUrl(url) => KeySource::remote(Address::Url(url.clone()), options)?,
            Keys::Discover => KeySource::remote(Address::Issuer(config.issuer.clone()), options)?,
        };
        Ok(Self { config, keys })
    }
}

impl KeySource {
    fn remote(address: Address, options: &VerifierOptions) -> Result<Self, ConfigError> {
        let timeout = Duration::from_millis(options.fetch_timeout_ms);
        let fetcher = Fetcher::new(timeout, options.jwks_bytes_max).map_err(ConfigError::Http)?;
        let limits = Limits {
            refresh: Duration::from_secs(options.keys_refresh_s),
            cooldown: Duration::from_millis(options.keys_cooldown_ms),
            unknown_keys_max: options.unknown_keys_max,
            unknown_key: Duration::from_secs(options.unknown_key_s),
        };
        Ok(Self::Remote(Remote::new(address, fetcher, limits, options.clock.clone())))
    }

    async fn current(&self) -> Option<Arc<KeySet>> {
        match self {
            Self::Fixed(keys) => Some(Arc::clone(keys)),
            Self::Remote(remote) => remote.current().await,
        }
    }

    /// The key that signed this token. Where none did, the issuer may have a newer one, of this name or another.
    async fn verify(&self, token: &Parsed<'_>) -> Result<Identity, TokenError> {
        let keys = self.current().await.ok_or(TokenError::Unavailable)?;
        let found = keys.find(token);
        let (Self::Remote(remote), Err(why)) = (self, found) else { return found };
        let kid = token.header.kid.as_deref();
        let Some(newer) = remote.newer(&keys, kid).await else { return Err(why) };
        let found = newer.find(token);
        if found.is_err() {
            remote.is_still_unknown(kid);
        }
        found
    }
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
