use std::path::{Path, PathBuf};

use connector::Result;

use super::{Document, json, wrong};
use crate::config::LimitsConfig;

/// Endings of descriptions in a folder.
const ENDINGS: [&str; 3] = ["json", "jsonld", "td"];

/// A file, or those of a folder in the order of their names.
pub(super) async fn documents(path: &Path, limits: &LimitsConfig) -> Result<Vec<Document>> {
    let about = |why: &str| wrong(&path.display().to_string(), why);
    let kind = tokio::fs::metadata(path).await.map_err(|error| about("cannot be read").with_source(error))?;
    if !kind.is_dir() {
        return Ok(vec![document(path.to_owned(), limits).await]);
    }
    let mut paths = Vec::new();
    let mut entries = tokio::fs::read_dir(path).await.map_err(|error| about("cannot be read").with_source(error))?;
    while let Some(entry) = entries.next_entry().await.map_err(|error| about("cannot be read").with_source(error))? {
        let path = entry.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        if ENDINGS.contains(&ending.as_str()) && paths.len() < limits.things_max {
            paths.push(path);
        }
    }
    paths.sort();
    let mut documents = Vec::with_capacity(paths.len());
    for path in paths {
        documents.push(document(path, limits).await);
    }
    Ok(documents)
}

async fn document(path: PathBuf, limits: &LimitsConfig) -> Document {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let read = async {
        let size = tokio::fs::metadata(&path).await.map_err(|_| "it cannot be read".to_owned())?.len();
        if size > limits.description_bytes_max as u64 {
            return Err(format!("it is larger than {} bytes", limits.description_bytes_max));
        }
        json(&tokio::fs::read(&path).await.map_err(|_| "it cannot be read".to_owned())?)
    };
    Document { said: read.await, name, address: None, named: true }
}
