use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// Whether `path` still leads to this open file. Another process may have put it aside or removed it.
pub(super) fn leads_to(path: &Path, file: &File) -> io::Result<bool> {
    match std::fs::metadata(path) {
        Ok(there) => Ok(is_same(&there, &file.metadata()?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, two: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (two.dev(), two.ino())
}

/// An open file cannot be renamed there.
#[cfg(not(unix))]
fn is_same(_one: &Metadata, _two: &Metadata) -> bool {
    true
}

/// Options under which only the file's owner may read what is made.
pub(super) fn private() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
