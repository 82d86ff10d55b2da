use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::FileOptions;

/// The name of a file that was put aside: 1 is the newest.
pub(super) fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

/// Makes room at the path. Files move up one number, the oldest first, up to a number that is free; stopped in the
/// middle, it leaves such a free number behind, and nothing is overwritten but the oldest.
pub(super) fn rotate(options: &FileOptions) -> io::Result<()> {
    let (path, keep) = (&options.path, options.keep.max(1));
    let free = (1..keep).find(|number| !numbered(path, *number).exists()).unwrap_or(keep);
    for number in (1..free).rev() {
        std::fs::rename(numbered(path, number), numbered(path, number + 1))?;
    }
    std::fs::rename(path, numbered(path, 1))?;
    sync_folder(path)
}

/// Names are on the disk only when their folder is.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
