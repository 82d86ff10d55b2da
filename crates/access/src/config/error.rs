use super::{IntrospectionConfig, IssuerConfig, Keys};

/// Why a configuration makes no verifier.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// No issuer at all, or one without a name.
    #[error("no issuer is configured: name the identity provider whose tokens are accepted")]
    NoIssuer,
    /// Two of the same name.
    #[error("the issuer {issuer} is configured twice")]
    TwoIssuers {
        /// Its name.
        issuer: String,
    },
    /// No audience and no client, or an empty one.
    #[error(
        "the issuer {issuer} has no audience: name what its tokens must be made for, or in `clients` to whom they \
         must have been given"
    )]
    NoAudience {
        /// Its name.
        issuer: String,
    },
    /// An empty name of a claim.
    #[error("a claim that the issuer {issuer} is configured with is empty: name a claim or leave it out")]
    NoClaim {
        /// Its name.
        issuer: String,
    },
    /// More than [`IssuerConfig::LEEWAY_S_MAX`].
    #[error("a leeway of {leeway_s} s for the issuer {issuer} is too long: at most {} s", IssuerConfig::LEEWAY_S_MAX)]
    Leeway {
        /// Its name.
        issuer: String,
        /// What was asked for.
        leeway_s: u64,
    },
    /// Fewer than [`Keys::SECRET_BYTES_MIN`] bytes.
    #[error("the secret of the issuer {issuer} is too short: at least {} bytes", Keys::SECRET_BYTES_MIN)]
    ShortSecret {
        /// Its name.
        issuer: String,
    },
    /// Not an address to fetch keys from.
    #[error("{url} is not an http or https address, so nothing can be fetched from it")]
    Address {
        /// What was given.
        url: String,
    },
    /// A JWK Set in which nothing verifies signatures.
    #[error(
        "the JWKS of the issuer {issuer} has no usable key: it needs {{\"keys\":[…]}} with Ed25519, P-256, P-384, P-521 \
         or RSA (2048 bits and more) public keys; a shared secret is configured as a secret"
    )]
    NoKeys {
        /// Its name.
        issuer: String,
    },
    /// No keys, and nobody to ask.
    #[error("the issuer {issuer} has neither keys nor introspection: nothing could tell its tokens from others")]
    NoWay {
        /// Its name.
        issuer: String,
    },
    /// A prefix that is empty, too long or not plain text.
    #[error(
        "a prefix of the issuer {issuer} is empty, longer than {} bytes or has control characters",
        IssuerConfig::PREFIX_BYTES_MAX
    )]
    Prefix {
        /// Its name.
        issuer: String,
    },
    /// Two issuers whose users would have the same ids.
    #[error(
        "the same id from {first} and from {second} would be one user. Give one of them a `user_prefix`, or write \
         `same_users_as` where these are the same people"
    )]
    SameUsers {
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// Two prefixes of which the one begins with the other.
    #[error("the prefix \"{longer}\" begins with the prefix \"{shorter}\": an id could belong to both. Change one")]
    Prefixes {
        /// The one.
        shorter: String,
        /// The other.
        longer: String,
    },
    /// Not another issuer, or one that has no users of its own.
    #[error(
        "`same_users_as` of the issuer {issuer} must be another configured issuer that has none itself; and a \
         `user_prefix` stands there, not here"
    )]
    SameUsersAs {
        /// Its name.
        issuer: String,
    },
    /// Two issuers that would be asked about the same opaque token. The one would learn the other's.
    #[error("{first} and {second} would both be asked about opaque tokens, which do not say whose they are")]
    TwoIntrospections {
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// No client to ask as.
    #[error("the introspection of the issuer {issuer} needs a client_id and a client_secret")]
    NoClient {
        /// Its name.
        issuer: String,
    },
    /// More than [`IntrospectionConfig::CACHE_S_MAX`].
    #[error(
        "a cache_s of {cache_s} for the introspection of {issuer} is too long: at most {}",
        IntrospectionConfig::CACHE_S_MAX
    )]
    Cache {
        /// Its name.
        issuer: String,
        /// What was asked for.
        cache_s: u64,
    },
    /// The HTTP client cannot start.
    #[error("the HTTP client cannot start")]
    Http(#[source] reqwest::Error),
}
