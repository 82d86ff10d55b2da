//! `bellhop.pins.json`: what was accepted, by resource and key, with the texts, so that a change can be shown.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Key;

/// One change of the file at a time in this process. Others replace it whole.
static WRITING: Mutex<()> = Mutex::new(());

/// A larger file is none of ours.
const BYTES_MAX: u64 = 64 << 20;

/// What of one resource was accepted.
pub(super) type Accepted = BTreeMap<Key, Pin>;

/// Something accepted.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Pin {
    pub(super) sha256: String,
    pub(super) definition: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
struct Pinned {
    #[serde(default)]
    resources: BTreeMap<String, Accepted>,
}

pub(super) fn path(base: &Path) -> PathBuf {
    base.join("bellhop.pins.json")
}

/// What was accepted of a resource; nothing where it was never seen.
pub(super) fn read(path: &Path, resource: &str) -> io::Result<Option<Accepted>> {
    Ok(load(path)?.resources.remove(resource))
}

/// Adds to what was accepted of a resource, and keeps everything else.
pub(super) fn add(path: &Path, resource: &str, pins: Accepted) -> io::Result<()> {
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut pinned = load(path)?;
    pinned.resources.entry(resource.to_owned()).or_default().extend(pins);
    let text = serde_json::to_vec_pretty(&pinned)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    io::Write::write_all(&mut file, &text)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn load(path: &Path) -> io::Result<Pinned> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Pinned::default()),
        Err(error) => return Err(error),
        Ok(found) if found.len() > BYTES_MAX => return Err(io::Error::other("it is too large")),
        Ok(_) => {}
    }
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}
