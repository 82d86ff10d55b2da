use access::{ClientAuth, Introspected, IntrospectionConfig};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

/// How the issuer is asked about tokens (RFC 7662): opaque ones, and others that may be revoked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Introspection {
    /// Where to ask. Without it, where the issuer's well-known documents say.
    #[serde(default)]
    url: Option<String>,
    /// The client as which Bellhop asks.
    client_id: String,
    /// That client's secret. Best written as `${INTROSPECTION_SECRET}`.
    #[schemars(with = "String")]
    client_secret: SecretString,
    /// How the secret is sent: `basic` in the header, `post` in the body.
    #[serde(default)]
    client_auth: Method,
    /// Which tokens are asked about: `opaque`, those that are no JSON Web Tokens; `jwt`, JSON Web Tokens after their
    /// signature was checked; or `all`.
    #[serde(default)]
    tokens: Tokens,
    /// How long an answer is believed, in seconds, and never past the token's expiry. A revoked token works so much
    /// longer. 0 asks every time.
    #[serde(default = "cache_s")]
    cache_s: u64,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Method {
    #[default]
    Basic,
    Post,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Tokens {
    #[default]
    Opaque,
    Jwt,
    All,
}

const fn cache_s() -> u64 {
    30
}

impl Introspection {
    pub(super) fn resolve(self) -> IntrospectionConfig {
        IntrospectionConfig {
            url: self.url,
            client_id: self.client_id,
            client_secret: self.client_secret,
            client_auth: match self.client_auth {
                Method::Basic => ClientAuth::Basic,
                Method::Post => ClientAuth::Post,
            },
            tokens: match self.tokens {
                Tokens::Opaque => Introspected::Opaque,
                Tokens::Jwt => Introspected::Jwt,
                Tokens::All => Introspected::All,
            },
            cache_s: self.cache_s,
        }
    }
}
