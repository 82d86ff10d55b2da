use std::ops::Range;
use std::path::Path;

use access::{IssuerConfig, Keys};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use toml::Spanned;

use super::{Environment, Fault};

/// Whose tokens are accepted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Auth {
    /// What a token's `iss` must be, byte for byte.
    issuer: String,
    /// What must be among a token's `aud`: a text or a list of texts.
    audience: OneOrMany,
    /// The issuer's public keys: an https address, a file, or the key set itself as a table. Without it and without
    /// `secret` they are found by discovery at the issuer.
    #[serde(default)]
    #[schemars(with = "Option<Jwks>")]
    jwks: Option<Spanned<Jwks>>,
    /// A secret of at least 32 bytes shared with the issuer, for HS256, HS384 and HS512.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    secret: Option<SecretString>,
    /// The claim that holds the user's id. Without it: sub, id, user_id, userId, the first that is there.
    #[serde(default)]
    user_id_claim: Option<String>,
    /// How far the clocks may differ, in seconds.
    #[serde(default = "leeway_s")]
    leeway_s: u64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Jwks {
    AddressOrFile(String),
    Inline(serde_json::Map<String, serde_json::Value>),
}

const fn leeway_s() -> u64 {
    30
}

impl Auth {
    pub(super) fn resolve(self, base: &Path) -> Result<IssuerConfig, Fault> {
        let keys = match (self.jwks, self.secret) {
            (Some(jwks), Some(_)) => {
                return Err(Fault::at(jwks.span(), "give `jwks` or `secret`, not both")
                    .help("public keys for EdDSA, ES and RS tokens; a secret for HS tokens"));
            }
            (Some(jwks), None) => {
                let span = jwks.span();
                keys(jwks.into_inner(), span, base)?
            }
            (None, Some(secret)) => Keys::Secret(secret),
            (None, None) => Keys::Discover,
        };
        let audiences = match self.audience {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(several) => several,
        };
        Ok(IssuerConfig {
            issuer: self.issuer,
            audiences,
            keys,
            user_id_claim: self.user_id_claim,
            leeway_s: self.leeway_s,
        })
    }
}

fn keys(jwks: Jwks, span: Range<usize>, base: &Path) -> Result<Keys, Fault> {
    match jwks {
        Jwks::Inline(set) => Ok(Keys::Jwks(set.into())),
        Jwks::AddressOrFile(address) if address.starts_with("https://") || address.starts_with("http://") => {
            Ok(Keys::JwksUrl(address))
        }
        Jwks::AddressOrFile(file) => {
            let path = base.join(&file);
            let text = std::fs::read_to_string(&path).map_err(|error| {
                Fault::at(span.clone(), format!("the key set {} cannot be read: {error}", path.display()))
            })?;
            let set = serde_json::from_str(&text)
                .map_err(|error| Fault::at(span, format!("{} is not a JSON key set: {error}", path.display())))?;
            Ok(Keys::Jwks(set))
        }
    }
}

/// `BETTER_AUTH_URL`, `JWT_SECRET` or `BETTER_AUTH_SECRET` with `JWT_ISSUER`.
pub(super) fn from_environment(environment: &Environment) -> Result<Option<IssuerConfig>, Fault> {
    let issuer = environment.get("JWT_ISSUER");
    if let Some(secret) = environment.get("JWT_SECRET") {
        let issuer = issuer
            .ok_or_else(|| Fault::plain("JWT_SECRET is set, but JWT_ISSUER is not: say whose tokens these are"))?;
        return Ok(Some(shared_secret(issuer, secret, environment)));
    }
    if let Some(url) = environment.get("BETTER_AUTH_URL") {
        // Better Auth signs with its own keys; iss and aud are the origin of its base URL.
        let origin = origin(url)
            .ok_or_else(|| Fault::plain(format!("BETTER_AUTH_URL must be an http or https address, not \"{url}\"")))?;
        let audience = environment.get("JWT_AUDIENCE").unwrap_or(origin);
        let jwks = format!("{origin}/api/auth/jwks");
        return Ok(Some(IssuerConfig::new(issuer.unwrap_or(origin), audience, Keys::JwksUrl(jwks))));
    }
    if let Some(secret) = environment.get("BETTER_AUTH_SECRET") {
        let issuer = issuer.ok_or_else(|| {
            Fault::plain("BETTER_AUTH_SECRET is set alone")
                .help("set BETTER_AUTH_URL, so that Better Auth's public keys are used; or JWT_ISSUER, for HS256 tokens signed with this secret")
        })?;
        return Ok(Some(shared_secret(issuer, secret, environment)));
    }
    match issuer {
        // An issuer alone: its keys are found by discovery.
        Some(issuer) => {
            let audience = environment.get("JWT_AUDIENCE").unwrap_or(issuer);
            Ok(Some(IssuerConfig::new(issuer, audience, Keys::Discover)))
        }
        None => Ok(None),
    }
}

fn shared_secret(issuer: &str, secret: &str, environment: &Environment) -> IssuerConfig {
    let audience = environment.get("JWT_AUDIENCE").unwrap_or(issuer);
    IssuerConfig::new(issuer, audience, Keys::Secret(SecretString::from(secret.to_owned())))
}

/// Scheme, host and port of an address, without a path.
fn origin(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
    Some(&url[..url.len() - rest.len() + host.len()])
}
