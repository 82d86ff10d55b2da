use std::time::Duration;

use super::KeySet;
use super::fetch::{FetchError, Fetcher};

const TIMEOUT: Duration = Duration::from_secs(5);
const BYTES_MAX: usize = 256 * 1024;
const JWKS_URI: &str = "jwks_uri";

/// Finds the address of an issuer's JWKS.
///
/// Tried in this order: the well-known path of OpenID Connect Discovery 1.0 section 4 after the issuer's own and that
/// of RFC 8414 section 3.1 before it; then each in the other's place, as RFC 8414 section 5 and some providers have it;
/// and where Better Auth serves its keys, which has none of these documents by default. A document counts only if its
/// `issuer` is byte for byte the one asked for (RFC 8414 section 3.3).
pub async fn discover(issuer: &str) -> Result<String, FetchError> {
    let unreachable = |source| FetchError::Unreachable { url: issuer.to_owned(), source };
    let fetcher = Fetcher::new(TIMEOUT, BYTES_MAX).map_err(unreachable)?;
    discover_by(&fetcher, issuer).await
}

pub(super) async fn discover_by(fetcher: &Fetcher, issuer: &str) -> Result<String, FetchError> {
    let mut tried = match told(fetcher, issuer, JWKS_URI).await {
        Ok(url) => return Ok(url),
        Err(tried) => tried,
    };
    let url = format!("{}/api/auth/jwks", issuer.trim_end_matches('/'));
    match fetcher.json(&url).await {
        Ok(jwks) if KeySet::read(&jwks).is_some_and(|set| !set.is_empty()) => return Ok(url),
        Ok(_) => tried.push(FetchError::NotA { url, wanted: "a JWKS" }.to_string()),
        Err(error) => tried.push(error.to_string()),
    }
    Err(FetchError::NotFound { wanted: JWKS_URI, issuer: issuer.to_owned(), tried: tried.join("; ") })
}

/// Finds another address that the issuer's documents name.
pub(crate) async fn endpoint(fetcher: &Fetcher, issuer: &str, wanted: &'static str) -> Result<String, FetchError> {
    let not_found =
        |tried: Vec<String>| FetchError::NotFound { wanted, issuer: issuer.to_owned(), tried: tried.join("; ") };
    told(fetcher, issuer, wanted).await.map_err(not_found)
}

/// What the first document says that has it, or what each answered.
async fn told(fetcher: &Fetcher, issuer: &str, wanted: &str) -> Result<String, Vec<String>> {
    let mut tried = Vec::new();
    for url in documents(issuer) {
        match from_document(fetcher, &url, issuer, wanted).await {
            Ok(found) => return Ok(found),
            Err(error) => tried.push(error.to_string()),
        }
    }
    Err(tried)
}

async fn from_document(fetcher: &Fetcher, url: &str, issuer: &str, wanted: &str) -> Result<String, FetchError> {
    let document = fetcher.json(url).await?;
    let wrong = |wanted| FetchError::NotA { url: url.to_owned(), wanted };
    if document.get("issuer").and_then(|value| value.as_str()) != Some(issuer) {
        return Err(wrong("a document of exactly this issuer"));
    }
    let found = document.get(wanted).and_then(|value| value.as_str()).ok_or_else(|| wrong("this address"))?;
    let is_as_safe = found.starts_with("https://") || (found.starts_with("http://") && issuer.starts_with("http://"));
    if !is_as_safe {
        return Err(wrong("an address as safe as the issuer's own"));
    }
    Ok(found.to_owned())
}

fn documents(issuer: &str) -> Vec<String> {
    let base = issuer.trim_end_matches('/');
    let after_scheme = base.find("://").map_or(0, |place| place + 3);
    let (origin, path) = match base[after_scheme..].find('/') {
        Some(place) => base.split_at(after_scheme + place),
        None => (base, ""),
    };
    let mut found = vec![
        format!("{base}/.well-known/openid-configuration"),
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
    ];
    if !path.is_empty() {
        found.push(format!("{base}/.well-known/oauth-authorization-server"));
        found.push(format!("{origin}/.well-known/openid-configuration{path}"));
    }
    found
}
