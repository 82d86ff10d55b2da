use access::{IssuerConfig, Keys};
use secrecy::SecretString;

use crate::config::{Environment, Fault};

/// `BETTER_AUTH_URL`, `JWT_SECRET` or `BETTER_AUTH_SECRET` with `JWT_ISSUER`.
pub(in crate::config) fn from_environment(environment: &Environment) -> Result<Option<IssuerConfig>, Fault> {
    let issuer = environment.get("JWT_ISSUER");
    if let Some(secret) = environment.get("JWT_SECRET") {
        let issuer = issuer
            .ok_or_else(|| Fault::plain("JWT_SECRET is set, but JWT_ISSUER is not: say whose tokens these are"))?;
        return Ok(Some(shared_secret(issuer, secret, environment)));
    }
    if let Some(url) = environment.get("BETTER_AUTH_URL") {
        // Better Auth signs with its own keys; iss and aud are the origin of its base URL, whatever path that has.
        let origin = origin(url)
            .ok_or_else(|| Fault::plain(format!("BETTER_AUTH_URL must be an http or https address, not \"{url}\"")))?;
        let audience = environment.get("JWT_AUDIENCE").unwrap_or(origin);
        let jwks = match url[origin.len()..].trim_end_matches('/') {
            "" => format!("{origin}/api/auth/jwks"),
            path => format!("{origin}{path}/jwks"),
        };
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
