/// Why a token makes no caller.
///
/// Each sentence may stand in the `error_description` of a `WWW-Authenticate` header (RFC 6750 section 3): ASCII, no
/// quotes, nothing of the token or of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Longer than [`VerifierOptions::token_bytes_max`](crate::VerifierOptions).
    #[error("the token is too large")]
    TooLarge,
    /// Not three base64url parts of which the first two are JSON objects.
    #[error("the token is not a signed JSON Web Token")]
    Malformed,
    /// A header parameter that brings or points at a key, or that is critical, or a `kid` that is not text.
    #[error("the token header has a parameter that is not accepted")]
    Header,
    /// `typ` says that it is something else.
    #[error("the token is not an access token")]
    Type,
    /// `none`, unknown, or not the algorithm of the key.
    #[error("the token is signed with an algorithm that is not accepted")]
    Algorithm,
    /// No configured issuer is byte for byte the token's `iss`.
    #[error("the token is from an issuer that is not accepted")]
    Issuer,
    /// The issuer has no such key now.
    #[error("the token is signed with an unknown key")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("the token signature is not valid")]
    Signature,
    /// None of the configured audiences is among the token's.
    #[error("the token is for another audience")]
    Audience,
    /// Past `exp`.
    #[error("the token has expired")]
    Expired,
    /// Before `nbf`, or `iat` lies in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// No `exp`.
    #[error("the token has no expiry time")]
    NoExpiry,
    /// A time that is not a number of seconds since 1970, or beyond the year 9999.
    #[error("the token has a time that makes no sense")]
    Time,
    /// No claim holds a user's id.
    #[error("the token names no user")]
    NoUser,
    /// A client's own token, not one that it holds for a user.
    #[error("the token belongs to a client and not to a user")]
    Machine,
    /// None of the configured clients is whom the token was given to.
    #[error("the token was given to a client that is not accepted")]
    Client,
    /// The user's id begins with another issuer's prefix.
    #[error("the token names a user of another issuer")]
    ForeignUser,
    /// Whoever sends it would have to prove that they hold a key (RFC 7800).
    #[error("the token is bound to a key and is no bearer token")]
    Bound,
    /// The issuer says that it is revoked, expired or unknown.
    #[error("the token is not active")]
    Inactive,
    /// The issuer's keys cannot be fetched and none are known, or it cannot be asked about a token. The token may be good; try again later.
    #[error("the identity provider cannot be asked right now")]
    Unavailable,
}

impl TokenError {
    /// Whether nothing is wrong with the token as far as anyone can tell: 503, not 401.
    pub const fn is_unavailable(self) -> bool {
        matches!(self, Self::Unavailable)
    }
}
