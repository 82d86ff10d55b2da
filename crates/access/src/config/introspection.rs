use secrecy::SecretString;

/// How an issuer is asked about a token (RFC 7662).
#[derive(Clone, Debug)]
pub struct IntrospectionConfig {
    /// Where to ask. Without it, where the issuer's well-known documents say (RFC 8414 `introspection_endpoint`).
    pub url: Option<String>,
    /// The client as which Bellhop asks.
    pub client_id: String,
    /// That client's secret.
    pub client_secret: SecretString,
    /// How the secret is sent.
    pub client_auth: ClientAuth,
    /// Which tokens are asked about.
    pub tokens: Introspected,
    /// How long an answer that a token is active is believed, in seconds, and never past the token's `exp`. A token
    /// that is revoked works so much longer. At most [`IntrospectionConfig::CACHE_S_MAX`].
    pub cache_s: u64,
}

impl IntrospectionConfig {
    /// Largest `cache_s`.
    pub const CACHE_S_MAX: u64 = 300;

    /// Asks about opaque tokens only, believes an answer for 30 seconds, and finds the address by discovery.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> Self {
        Self {
            url: None,
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            client_auth: ClientAuth::Basic,
            tokens: Introspected::Opaque,
            cache_s: 30,
        }
    }
}

/// How a client shows its secret (RFC 6749 section 2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientAuth {
    /// In the header: `client_secret_basic`.
    #[default]
    Basic,
    /// In the body: `client_secret_post`.
    Post,
}

/// Which tokens of an issuer are asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Introspected {
    /// Those that are no JSON Web Tokens.
    #[default]
    Opaque,
    /// JSON Web Tokens, when their signature is found good, so that a revoked one is refused before it expires.
    Jwt,
    /// Both.
    All,
}
