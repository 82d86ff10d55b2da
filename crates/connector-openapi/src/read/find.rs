//! Where a document is: a file, an address, or one of the usual places of an API.

use std::path::Path;

use bytes::Bytes;
use connector::{Error, ErrorKind, Result};
use http::{HeaderValue, Method, header};
use tokio::io::AsyncReadExt;
use upstream::{Client, ClientConfig, Origin, Request};
use url::Url;

use super::text;
use crate::Config;

/// Under an API's address and then at its root.
const USUAL: [&str; 16] = [
    "openapi.json",
    "openapi.yaml",
    "swagger.json",
    "v3/api-docs",
    "api/openapi.json",
    "openapi.yml",
    "swagger.yaml",
    "api-docs",
    "v2/api-docs",
    "swagger/v1/swagger.json",
    "swagger/doc.json",
    "api/swagger.json",
    "__api__",
    "v1/__api__",
    "spec.json",
    ".well-known/openapi.json",
];

/// A document's text and where it came from.
pub(crate) struct Found {
    pub(crate) text: Bytes,
    pub(crate) address: Option<Url>,
}

/// Reads what `config.document` names, or looks around under `config.url`.
pub(crate) async fn find(config: &Config) -> Result<Found> {
    match (&config.document, &config.url) {
        (Some(document), _) => match address(document) {
            Some(url) => {
                let text = fetch(&url, config, config.document_bytes_max()).await?;
                Ok(Found { text, address: Some(url) })
            }
            None => file(&config.base.join(document), config.document_bytes_max()).await,
        },
        (None, Some(url)) => look_around(url, config).await,
        (None, None) => Err(Error::invalid("Set `document` to the API's OpenAPI document, or `url` to its address.")),
    }
}

fn address(document: &str) -> Option<Url> {
    Url::parse(document).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

pub(super) async fn file(path: &Path, bytes_max: u64) -> Result<Found> {
    let wrong = |error: std::io::Error| Error::invalid(format!("{} cannot be read: {error}.", path.display()));
    let file = tokio::fs::File::open(path).await.map_err(wrong)?;
    let mut text = Vec::new();
    file.take(bytes_max + 1).read_to_end(&mut text).await.map_err(wrong)?;
    if text.len() as u64 > bytes_max {
        return Err(too_large(&path.display().to_string(), bytes_max));
    }
    let path = tokio::fs::canonicalize(path).await.map_err(wrong)?;
    Ok(Found { text: text.into(), address: Url::from_file_path(path).ok() })
}

/// Fetches one document. Its own origin and no other is reached.
pub(super) async fn fetch(url: &Url, config: &Config, bytes_max: u64) -> Result<Bytes> {
    let (client, origin) = client(url, config)?;
    fetch_by(&client, origin, url, bytes_max).await
}

/// Documents have a bound of their own, which may be above that of answers.
fn client(url: &Url, config: &Config) -> Result<(Client, Origin)> {
    let wrong = |error: upstream::ConfigError| Error::invalid(error.to_string());
    let origin = Origin::parse(&url.origin().ascii_serialization()).map_err(wrong)?;
    let http = ClientConfig { answer_bytes_max: usize::MAX, ..config.http.clone() };
    Ok((Client::new(vec![origin.clone()], &http).map_err(wrong)?, origin))
}

async fn fetch_by(client: &Client, origin: Origin, url: &Url, bytes_max: u64) -> Result<Bytes> {
    let mut request = Request::new(Method::GET, origin, url.path());
    request.query = url.query().unwrap_or_default().to_owned();
    request.answer_bytes_max = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    let accept = HeaderValue::from_static("application/json, application/yaml;q=0.9, */*;q=0.5");
    request.headers.insert(header::ACCEPT, accept);
    let response = client.send(request).await?;
    if response.cut {
        return Err(too_large(url.as_str(), bytes_max));
    }
    match response.status.is_success() {
        true => Ok(response.body),
        false => Err(Error::new(ErrorKind::NotFound, format!("{url} answers {}.", response.status))),
    }
}

async fn look_around(base: &str, config: &Config) -> Result<Found> {
    let base = address(base)
        .ok_or_else(|| Error::invalid("`url` is not an address: write it as https://api.example.com/v1"))?;
    let (client, origin) = client(&base, config)?;
    let mut tried: Vec<String> = Vec::new();
    for candidate in candidates(&base) {
        match fetch_by(&client, origin.clone(), &candidate, config.document_bytes_max()).await {
            Ok(text) if text::parse(&text).is_ok_and(|it| it.get("openapi").or(it.get("swagger")).is_some()) => {
                return Ok(Found { text, address: Some(candidate) });
            }
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            // Nobody there: the other places would say the same.
            Err(error) => return Err(error),
        }
        tried.push(candidate.path().to_owned());
    }
    let tried = tried.join(", ");
    Err(Error::invalid(format!("No OpenAPI document was found at {base}: set `document` to it. Looked at {tried}.")))
}

/// The base itself, the usual places under it, and those at the root of its origin.
fn candidates(base: &Url) -> Vec<Url> {
    let mut folder = base.clone();
    folder.set_query(None);
    folder.set_fragment(None);
    if !folder.path().ends_with('/') {
        folder.set_path(&format!("{}/", folder.path()));
    }
    let mut all: Vec<Url> = Vec::new();
    let under = USUAL.iter().filter_map(|place| folder.join(place).ok());
    let root = USUAL.iter().filter_map(|place| base.join(&format!("/{place}")).ok());
    for url in under.chain(root) {
        if !all.contains(&url) {
            all.push(url);
        }
    }
    all
}

fn too_large(name: &str, bytes_max: u64) -> Error {
    Error::invalid(format!("{name} is larger than {bytes_max} bytes: raise `document_bytes_max` if that is right."))
}
