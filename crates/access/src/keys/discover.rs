use std::time::Duration;

use super::KeySet;
use super::fetch::{FetchError, Fetcher};

const TIMEOUT: Duration = Duration::from_secs(5);
const BYTES_MAX: usize = 256 * 1024;

/// Finds the address of an issuer's JWKS.
///
/// Tried in this order: OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3.1 (the well-known path stands
/// before the issuer's own), and where Better Auth serves its keys, which has neither document by default. A
/// document counts only if its `issuer` is byte for byte the one asked for (RFC 8414 section 3.3).
pub async fn discover(issuer: &str) -> Result<String, FetchError> {
    let unreachable = |source| FetchError::Unreachable { url: issuer.to_owned(), source };
    let fetcher = Fetcher::new(TIMEOUT, BYTES_MAX).map_err(unreachable)?;
    discover_by(&fetcher, issuer).await
}

pub(super) async fn discover_by(fetcher: &Fetcher, issuer: &str) -> Result<String, FetchError> {
    let mut tried = Vec::new();
    for url in documents(issuer) {
        match from_document(fetcher, &url, issuer).await {
            Ok(jwks_uri) => return Ok(jwks_uri),
            Err(error) => tried.push(error.to_string()),
        }
    }
    let url = format!("{}/api/auth/jwks", issuer.trim_end_matches('/'));
    match fetcher.json(&url).await {
        Ok(jwks) if KeySet::read(&jwks).is_some_and(|set| !set.is_empty()) => return Ok(url),
        Ok(_) => tried.push(FetchError::NotA { url, wanted: "a JWKS" }.to_string()),
        Err(error) => tried.push(error.to_string()),
    }
    Err(FetchError::NotFound { issuer: issuer.to_owned(), tried: tried.join("; ") })
}

async fn from_document(fetcher: &Fetcher, url: &str, issuer: &str) -> Result<String, FetchError> {
    let document = fetcher.json(url).await?;
    let wrong = |wanted| FetchError::NotA { url: url.to_owned(), wanted };
    if document.get("issuer").and_then(|value| value.as_str()) != Some(issuer) {
        return Err(wrong("a document of exactly this issuer"));
    }
    let jwks_uri = document.get("jwks_uri").and_then(|value| value.as_str()).ok_or_else(|| wrong("a `jwks_uri`"))?;
    let is_as_safe =
        jwks_uri.starts_with("https://") || (jwks_uri.starts_with("http://") && issuer.starts_with("http://"));
    if !is_as_safe {
        return Err(wrong("a `jwks_uri` as safe as the issuer's own address"));
    }
    Ok(jwks_uri.to_owned())
}

fn documents(issuer: &str) -> Vec<String> {
    let base = issuer.trim_end_matches('/');
    let mut found = vec![format!("{base}/.well-known/openid-configuration")];
    let after_scheme = base.find("://").map_or(0, |place| place + 3);
    let (origin, path) = match base[after_scheme..].find('/') {
        Some(place) => base.split_at(after_scheme + place),
        None => (base, ""),
    };
    found.push(format!("{origin}/.well-known/oauth-authorization-server{path}"));
    found
}
