use crate::Clock;

/// Bounds of a [`Verifier`](crate::Verifier), and its clock.
#[derive(Clone, Debug)]
pub struct VerifierOptions {
    /// What tells the time.
    pub clock: Clock,
    /// Longest token, in bytes.
    pub token_bytes_max: usize,
    /// Most verified tokens that are remembered.
    pub tokens_cached_max: u64,
    /// Largest JWKS or well-known document, in bytes.
    pub jwks_bytes_max: usize,
    /// How long one fetch of those, or one introspection, may take.
    pub fetch_timeout_ms: u64,
    /// How old fetched keys may become before they are fetched again.
    pub keys_refresh_s: u64,
    /// How long after a fetch for an unknown key, or after one that failed, no other is tried.
    pub keys_cooldown_ms: u64,
    /// How long a key that the issuer did not have counts as unknown without asking again.
    pub unknown_key_s: u64,
    /// Most names of unknown keys that are remembered.
    pub unknown_keys_max: u64,
    /// Whether callers keep their token, so that it can be exchanged. Without need it is not kept.
    pub keeps_tokens: bool,
    /// Most tokens of one issuer whose introspection is remembered.
    pub introspections_cached_max: u64,
    /// Most introspections of one issuer at once; further ones wait their turn. Of tokens that were not good before half
    /// as many.
    pub introspections_at_once_max: usize,
    /// Largest answer of an introspection, in bytes.
    pub introspection_bytes_max: usize,
    /// How long an answer that a token is not active is believed.
    pub introspection_refused_ms: u64,
    /// How long after an introspection that failed no other is tried at that issuer. An answer that finds fault with
    /// the token (400, 413, 414, 422) is no failure.
    pub introspection_cooldown_ms: u64,
    /// Accepts unsigned development tokens that end in `.bypass-signature`. It does not exist without debug
    /// assertions.
    #[cfg(debug_assertions)]
    pub bypass: bool,
}

impl Default for VerifierOptions {
    fn default() -> Self {
        Self {
            clock: Clock::default(),
            token_bytes_max: 16 * 1024,
            tokens_cached_max: 10_000,
            jwks_bytes_max: 256 * 1024,
            fetch_timeout_ms: 5_000,
            keys_refresh_s: 600,
            keys_cooldown_ms: 5_000,
            unknown_key_s: 30,
            unknown_keys_max: 1_000,
            keeps_tokens: false,
            introspections_cached_max: 10_000,
            introspections_at_once_max: 32,
            introspection_bytes_max: 64 * 1024,
            introspection_refused_ms: 5_000,
            introspection_cooldown_ms: 1_000,
            #[cfg(debug_assertions)]
            bypass: false,
        }
    }
}
