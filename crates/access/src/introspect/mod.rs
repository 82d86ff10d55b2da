//! Tokens that only their issuer can judge: it is asked (RFC 7662), and its answers are believed for a while.

mod answer;
mod ask;
mod turns;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use moka::sync::Cache;
use serde_json::{Map, Value};

use crate::{Caller, Clock, ConfigError, IntrospectionConfig, IssuerConfig, TokenError, VerifierOptions};
pub(crate) use answer::Judged;
use ask::Ask;
use turns::Turns;

/// Asks one issuer about tokens.
///
/// About one token one question runs at a time; whoever comes before it is asked waits for that answer. Where the asker
/// goes away, the next in line asks.
#[derive(Debug)]
pub(crate) struct Introspector {
    ask: Ask,
    known: Cache<[u8; 32], Arc<tokio::sync::Mutex<Slot>>>,
    turns: Turns,
    failed_at: Mutex<Option<SystemTime>>,
    limits: Limits,
    clock: Clock,
}

#[derive(Clone, Copy, Debug)]
struct Limits {
    active: Duration,
    refused: Duration,
    cooldown: Duration,
}

/// What is known of one token.
#[derive(Debug, Default)]
struct Slot {
    last: Option<Known>,
    /// The issuer has said that it is active, and since then nothing else.
    was_good: bool,
}

/// What came of a question, and how long that is believed.
#[derive(Clone, Debug)]
struct Known {
    answer: Result<Caller, TokenError>,
    /// When the question was put; nothing where it was not.
    asked: Option<Instant>,
    at: SystemTime,
    lasts: Duration,
}

impl Introspector {
    pub(crate) fn new(
        issuer: &IssuerConfig,
        config: &IntrospectionConfig,
        options: &VerifierOptions,
    ) -> Result<Self, ConfigError> {
        let timeout = Duration::from_millis(options.fetch_timeout_ms);
        Ok(Self {
            ask: Ask::new(issuer, config, options)?,
            known: Cache::new(options.introspections_cached_max),
            turns: Turns::new(options.introspections_at_once_max, timeout),
            failed_at: Mutex::default(),
            limits: Limits {
                active: Duration::from_secs(config.cache_s),
                refused: Duration::from_millis(options.introspection_refused_ms),
                cooldown: Duration::from_millis(options.introspection_cooldown_ms),
            },
            clock: options.clock.clone(),
        })
    }

    /// Who this token speaks for, by what the issuer says of it. `judge` makes a caller of an active token's answer.
    pub(crate) async fn caller(
        &self,
        digest: [u8; 32],
        token: &str,
        judge: impl FnOnce(Map<String, Value>, SystemTime) -> Result<Judged, TokenError>,
    ) -> Result<Caller, TokenError> {
        let came = Instant::now();
        let slot = self.known.get_with(digest, Arc::default);
        let mut slot = slot.lock().await;
        if let Some(known) = &slot.last {
            // However briefly answers are believed, one to a question that was put after this call came is no older.
            let is_fresh = known.asked.is_some_and(|asked| asked >= came);
            if is_fresh || self.is_within(known.at, known.lasts) {
                return known.answer.clone();
            }
        }
        let known = self.anew(token, slot.was_good, judge).await;
        let answer = known.answer.clone();
        slot.was_good = match &answer {
            Ok(_) => true,
            Err(error) => slot.was_good && error.is_unavailable(),
        };
        slot.last = Some(known);
        answer
    }

    /// Whether the issuer could be asked: where to is known.
    pub(crate) async fn is_ready(&self) -> bool {
        self.ask.address().await.is_ok()
    }

    async fn anew(
        &self,
        token: &str,
        was_good: bool,
        judge: impl FnOnce(Map<String, Value>, SystemTime) -> Result<Judged, TokenError>,
    ) -> Known {
        let mut asked = None;
        let answer = self.ask(token, was_good, &mut asked).await;
        let at = self.clock.now();
        let judged = answer.and_then(|claims| judge(answer::active(claims)?, at));
        let known = |answer, lasts| Known { answer, asked, at, lasts };
        match judged {
            Ok(Judged { caller, good_for }) => known(Ok(caller), self.limits.active.min(good_for)),
            // It is the issuer that rests then, and not this token.
            Err(TokenError::Unavailable) => known(Err(TokenError::Unavailable), Duration::ZERO),
            Err(error) => known(Err(error), self.limits.refused),
        }
    }

    /// Asks when it is this token's turn, and notes when that was.
    async fn ask(
        &self,
        token: &str,
        was_good: bool,
        asked: &mut Option<Instant>,
    ) -> Result<Map<String, Value>, TokenError> {
        if self.is_resting() {
            return Err(TokenError::Unavailable);
        }
        let _turn = self.turns.take(was_good).await.ok_or(TokenError::Unavailable)?;
        if self.is_resting() {
            return Err(TokenError::Unavailable);
        }
        *asked = Some(Instant::now());
        let answer = self.ask.about(token).await.map_err(|error| {
            tracing::warn!(%error, "the identity provider cannot be asked about a token");
            *self.failed_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.clock.now());
            TokenError::Unavailable
        })?;
        // Anybody can send a token that the issuer chokes on: that must not keep it from being asked about others.
        answer.ok_or(TokenError::Inactive)
    }

    fn is_resting(&self) -> bool {
        let failed_at = *self.failed_at.lock().unwrap_or_else(PoisonError::into_inner);
        failed_at.is_some_and(|at| self.is_within(at, self.limits.cooldown))
    }

    /// Whether `event` was less than `span` ago. A clock that was set back makes it long ago, not yet to come.
    fn is_within(&self, event: SystemTime, span: Duration) -> bool {
        self.clock.now().duration_since(event).is_ok_and(|age| age < span)
    }
}
