use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

const STAMP: &str = ".installed-from";

/// Does the work unless it was done in `folder` for the very same pinned list before.
pub(super) fn unless_done(folder: &Path, list: &Path, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let wanted = fs::read_to_string(list).with_context(|| format!("{} cannot be read", list.display()))?;
    let stamp = folder.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|done| done == wanted) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} cannot be removed", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    work()?;
    fs::write(stamp, wanted)?;
    Ok(())
}
