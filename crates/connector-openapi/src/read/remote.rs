//! Other documents that a document refers to.

use std::collections::{HashSet, VecDeque};
use std::path::PathBuf;

use connector::{Error, Result};
use serde_json::Value;
use url::Url;

use super::document::{At, Documents};
use super::{find, text};
use crate::Config;

/// How many documents one API may be made of.
const DOCUMENTS_MAX: usize = 100;

/// Reads what `documents` refer to, and what that refers to: files of the same folder and below it, or addresses of the
/// same origin. Others are left out, with a line in the log; what needs them is not offered or takes anything.
pub(super) async fn gather(documents: &mut Documents, config: &Config) -> Result<()> {
    let Some(home) = documents.address().cloned() else { return Ok(()) };
    let mut seen = HashSet::from([home.to_string()]);
    let mut waiting = VecDeque::new();
    addresses(documents.root(), &home, &mut seen, &mut waiting);
    let mut left = config.document_bytes_max();
    while let Some(url) = waiting.pop_front() {
        if documents.len() >= DOCUMENTS_MAX {
            tracing::warn!(document = %home, "it refers to more than {DOCUMENTS_MAX} documents: the rest is not read");
            break;
        }
        match one(&home, &url, config, left).await {
            Ok((root, bytes)) => {
                left = left.saturating_sub(bytes);
                documents.add(root, Some(url.clone()));
                if let Some(root) = documents.root_of(documents.len() - 1) {
                    addresses(root, &url, &mut seen, &mut waiting);
                }
            }
            Err(error) => tracing::warn!(document = %url, %error, "a document that is referred to is left out"),
        }
    }
    Ok(())
}

async fn one(home: &Url, url: &Url, config: &Config, bytes_max: u64) -> Result<(Value, u64)> {
    let found = if url.scheme() == "file" {
        find::file(&within(home, url)?, bytes_max).await?.text
    } else if url.origin() == home.origin() {
        find::fetch(url, config, bytes_max).await?
    } else {
        return Err(Error::invalid("it is of another origin than the document that refers to it"));
    };
    Ok((text::parse(&found)?, found.len() as u64))
}

/// The file, which has to be in the document's own folder or below it, whatever links say.
fn within(home: &Url, url: &Url) -> Result<PathBuf> {
    let outside = || Error::invalid("it is not in the folder of the document that refers to it");
    let path = |url: &Url| url.to_file_path().ok()?.canonicalize().ok();
    let (home, path) = (path(home).ok_or_else(outside)?, path(url).ok_or_else(outside)?);
    match home.parent() {
        Some(folder) if path.starts_with(folder) => Ok(path),
        _ => Err(outside()),
    }
}

/// The documents that `$ref`s in `at` name and that were not seen before.
fn addresses(at: At<'_>, base: &Url, seen: &mut HashSet<String>, waiting: &mut VecDeque<Url>) {
    match at.value {
        Value::Object(object) => {
            let reference = at.text("$ref").filter(|it| !it.starts_with('#'));
            let address = reference.and_then(|it| base.join(it.split('#').next().unwrap_or_default()).ok());
            if let Some(address) = address
                && seen.insert(address.to_string())
            {
                waiting.push_back(address);
            }
            object.values().for_each(|value| addresses(At { value, ..at }, base, seen, waiting));
        }
        Value::Array(items) => items.iter().for_each(|value| addresses(At { value, ..at }, base, seen, waiting)),
        _ => {}
    }
}
