//! From a document's text to an [`Api`].

mod body;
pub(crate) mod document;
mod find;
pub(crate) mod media;
pub(crate) mod names;
mod operation;
mod parameter;
mod remote;
mod security;
mod servers;
mod swagger;
#[cfg(test)]
mod tests;
mod text;
pub(crate) mod words;

use std::sync::Arc;

use aws_lc_rs::digest;
use connector::{Error, Result};
use serde_json::Value;
use url::Url;

use crate::Config;
use crate::api::Api;
use crate::schema::{Dialect, Schemas};
use document::Documents;

/// The longest title, and the longest description of a whole API, in characters.
const TITLE_CHARS_MAX: usize = 120;
const DESCRIPTION_CHARS_MAX: usize = 400;

/// What a document's bytes are known by.
pub(crate) type Digest = [u8; 32];

/// Finds and reads the document that `config` names, for the resource called `name`. `None` where it is the one that is
/// `known`. One that may lead to other documents is read anew each time and has no digest.
pub(crate) async fn read(name: &str, config: &Config, known: Option<Digest>) -> Result<Option<(Api, Option<Digest>)>> {
    let found = find::find(config).await?;
    let digest = (!config.remote_refs).then(|| sha256(&found.text));
    if digest.is_some() && digest == known {
        return Ok(None);
    }
    // Large documents take seconds of pure work.
    let mut documents = blocking(move || {
        let root = text::parse(&found.text)?;
        Ok(Documents::new(newest(root, found.address.as_ref()), found.address))
    })
    .await?;
    if config.remote_refs {
        remote::gather(&mut documents, config).await?;
    }
    let (name, config) = (name.to_owned(), config.clone());
    let api = blocking(move || api(&name, &documents, &config)).await?;
    Ok(Some((api, digest)))
}

fn sha256(text: &[u8]) -> Digest {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest::digest(&digest::SHA256, text).as_ref());
    bytes
}

/// Runs seconds of pure work where nobody waits behind it.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

/// The document, in OpenAPI 3 where it was Swagger 2.0.
fn newest(root: Value, address: Option<&Url>) -> Value {
    // `2.0` without quotes is a number in YAML.
    let old =
        root.get("swagger").is_some_and(|version| version.as_str() == Some("2.0") || version.as_f64() == Some(2.0));
    if old { swagger::upgraded(&root, address) } else { root }
}

/// What the documents say.
pub(crate) fn api(name: &str, documents: &Documents, config: &Config) -> Result<Api> {
    let root = documents.root();
    let dialect = dialect(root.value)?;
    let base = documents.address();
    let mut servers =
        root.get("servers").map(|at| servers::addresses(at, &config.server_variables, base)).unwrap_or_default();
    if servers.is_empty() {
        // Where nothing is said it is the root of the document's own server (section 4.8.1).
        servers.extend(servers::absolute("/", base));
    }
    let mut reader = operation::Reader {
        documents,
        config,
        security: root.get("security").map(security::requirements).unwrap_or_default(),
        schemas: Schemas::new(documents, dialect),
        names: names::Names::new(name),
        skipped: Vec::new(),
    };
    let operations = reader.operations();
    let info = |name: &str, chars_max| root.get("info")?.text(name).map(|text| words::clean(text, chars_max));
    Ok(Api {
        title: info("title", TITLE_CHARS_MAX),
        description: info("description", DESCRIPTION_CHARS_MAX),
        servers,
        operations,
        skipped: reader.skipped,
        definitions: Arc::new(reader.schemas.finish()),
        schemes: security::schemes(documents),
    })
}

fn dialect(root: &Value) -> Result<Dialect> {
    let version =
        root.get("openapi").map(|version| version.as_str().map_or_else(|| version.to_string(), str::to_owned));
    match version.as_deref() {
        Some(version) if version.starts_with("3.0") => Ok(Dialect::V3_0),
        // 3.2 adds to 3.1 and takes nothing away.
        Some(version) if version.starts_with("3.") => Ok(Dialect::V3_1),
        Some(version) => Err(Error::invalid(format!(
            "The document is of OpenAPI {}; 3.0, 3.1 and Swagger 2.0 are understood.",
            words::clean(version, 20)
        ))),
        None => Err(Error::invalid("This is no OpenAPI document: it has neither `openapi` nor `swagger` at its root.")),
    }
}
