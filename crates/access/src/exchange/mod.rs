//! Token exchange (RFC 8693): the caller's own token becomes one for somebody else.

mod answer;
mod options;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use moka::future::Cache;
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};

use crate::Caller;

use answer::Answer;
pub use options::{ExchangeConfigError, ExchangeOptions};

/// Exchanges callers' tokens at one token endpoint. It is the only thing that a caller's own token is ever sent by, and
/// that endpoint the only place it is sent to: there is no way to read the token out of a [`Caller`].
///
/// ```compile_fail,E0624
/// fn read(caller: &bellhop_access::Caller) { let _ = caller.token(&[]); }
/// ```
///
/// ```compile_fail,E0616
/// fn read(caller: &bellhop_access::Caller) { let _ = &caller.inner; }
/// ```
#[derive(Clone)]
pub struct TokenExchange {
    inner: Arc<Inner>,
}

struct Inner {
    http: reqwest::Client,
    options: ExchangeOptions,
    /// By who calls and by which token: a new token of the same user is exchanged anew.
    exchanged: Cache<[u8; 32], Exchanged>,
}

#[derive(Clone)]
struct Exchanged {
    token: Arc<SecretString>,
    good_until_s: u64,
}

/// Why there is no token in exchange.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The caller did not come with a token of an identity provider, or it was not kept.
    #[error("this caller has no token to exchange")]
    NoToken,
    /// The endpoint says no (RFC 6749 section 5.2).
    #[error("the token endpoint refused: {error}")]
    Refused {
        /// Its `error`, one of the words of RFC 6749 and RFC 8693.
        error: String,
    },
    /// No answer in time, or a passing fault.
    #[error("the token endpoint cannot be used: {why}")]
    Unavailable {
        /// What happened.
        why: String,
    },
    /// An answer that is no token.
    #[error("the token endpoint's answer cannot be used: {why}")]
    Answer {
        /// What is wrong with it.
        why: &'static str,
    },
}

impl TokenExchange {
    /// Nothing is asked yet.
    pub fn new(options: ExchangeOptions) -> Result<Self, ExchangeConfigError> {
        options.check()?;
        let http = reqwest::Client::builder()
            // A token goes where configuration says and nowhere else.
            .redirect(Policy::none())
            .no_proxy()
            .timeout(Duration::from_millis(options.timeout_ms))
            .user_agent(concat!("bellhop/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(ExchangeConfigError::Http)?;
        let exchanged = Cache::builder()
            .max_capacity(options.tokens_cached_max)
            .time_to_live(Duration::from_secs(options.kept_s_max))
            .build();
        Ok(Self { inner: Arc::new(Inner { http, options, exchanged }) })
    }

    /// A token for the configured audience that stands for this caller. Asked for once at a time for each token, and
    /// remembered until shortly before it expires.
    pub async fn exchange(&self, caller: &Caller) -> Result<Arc<SecretString>, ExchangeError> {
        let Inner { options, exchanged, .. } = &*self.inner;
        let token = caller.token(&options.issuers).ok_or(ExchangeError::NoToken)?;
        let key = key(caller, token);
        let now_s = options.clock.now_s();
        if let Some(known) = exchanged.get(&key).await {
            if now_s < known.good_until_s {
                return Ok(known.token);
            }
            exchanged.invalidate(&key).await;
        }
        let made = exchanged.try_get_with(key, self.ask(caller, token)).await.map_err(|error| (*error).clone())?;
        Ok(made.token)
    }

    /// What is remembered for this caller was refused. `true` where there was something.
    pub async fn forget(&self, caller: &Caller) -> bool {
        let Some(token) = caller.token(&self.inner.options.issuers) else { return false };
        self.inner.exchanged.remove(&key(caller, token)).await.is_some()
    }

    async fn ask(&self, caller: &Caller, token: &SecretString) -> Result<Exchanged, ExchangeError> {
        let Inner { http, options, .. } = &*self.inner;
        let mut request = http.post(&options.token_url).header("accept", "application/json");
        if let Some(basic) = options.basic() {
            request = request.header("authorization", basic);
        }
        let away = |error: reqwest::Error| ExchangeError::Unavailable { why: error.without_url().to_string() };
        let mut response = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(options.form(token))
            .send()
            .await
            .map_err(away)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(away)? {
            if body.len() + chunk.len() > options.answer_bytes_max {
                return Err(ExchangeError::Answer { why: "it is too long" });
            }
            body.extend_from_slice(&chunk);
        }
        let answer = Answer::read(response.status(), &body)?;
        if answer.access_token == token.expose_secret() {
            // An endpoint that gives back what it was given would have the caller's own token passed on.
            return Err(ExchangeError::Answer { why: "it is the very token that was to be exchanged" });
        }
        let now_s = options.clock.now_s();
        let good_s = answer.expires_in_s.unwrap_or(options.lifetime_s_default);
        let margin_s = options.margin_s.min(good_s / 2);
        let good_until_s = now_s.saturating_add(good_s - margin_s).min(caller.expires_at_s().max(now_s));
        Ok(Exchanged { token: Arc::new(SecretString::from(answer.access_token)), good_until_s })
    }
}

/// Who calls, among all issuers, and with which token.
fn key(caller: &Caller, token: &SecretString) -> [u8; 32] {
    let mut all = digest::Context::new(&digest::SHA256);
    let name = caller.key();
    all.update(&(name.len() as u64).to_be_bytes());
    all.update(name.as_bytes());
    all.update(token.expose_secret().as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(all.finish().as_ref());
    bytes
}

impl fmt::Debug for TokenExchange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("TokenExchange").field("token_url", &self.inner.options.token_url).finish_non_exhaustive()
    }
}
