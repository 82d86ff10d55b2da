use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;

use crate::introspect::Introspector;
use crate::keys::{Address, Fetcher, Identity, Key, KeySet, Limits, Remote};
use crate::token::Parsed;
use crate::{ConfigError, IssuerConfig, Keys, TokenError, VerifierOptions};

/// One issuer: what configuration says of it, and what judges its tokens.
pub(super) struct Issuer {
    pub(super) config: IssuerConfig,
    pub(super) keys: KeySource,
    pub(super) introspector: Option<Introspector>,
}

pub(super) enum KeySource {
    Fixed(Arc<KeySet>),
    Remote(Arc<Remote>),
    /// No signature of this issuer is good.
    None,
}

impl Issuer {
    pub(super) fn new(config: IssuerConfig, options: &VerifierOptions) -> Result<Self, ConfigError> {
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
            Keys::None => KeySource::None,
        };
        let introspection = config.introspection.as_ref();
        let introspector = introspection.map(|it| Introspector::new(&config, it, options)).transpose()?;
        Ok(Self { config, keys, introspector })
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

    pub(super) async fn current(&self) -> Option<Arc<KeySet>> {
        match self {
            Self::Fixed(keys) => Some(Arc::clone(keys)),
            Self::Remote(remote) => remote.current().await,
            Self::None => None,
        }
    }

    /// The key that signed this token. Where none did, the issuer may have a newer one, of this name or another.
    pub(super) async fn verify(&self, token: &Parsed<'_>) -> Result<Identity, TokenError> {
        if matches!(self, Self::None) {
            return Err(TokenError::UnknownKey);
        }
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
