use std::io;

use cap_std::fs::Dir;
use connector::Result;

use crate::blocking::Stop;
use crate::error::{failed, taken};
use crate::home::Home;

/// Moves one name to another that must be free; exactly one of several that try at once succeeds.
///
/// The kernel does both in one step where it can (renameat2(2) `RENAME_NOREPLACE`); elsewhere the user's lock keeps
/// other calls away between looking and moving.
pub(crate) fn rename_to_free(
    home: &Home,
    (from_dir, from): (&Dir, &str),
    (to_dir, to): (&Dir, &str),
    argument: &str,
    stop: &Stop,
) -> Result<()> {
    match in_one_step(from_dir, from, to_dir, to) {
        Err(error) if not_known(&error) => {
            let _lock = home.lock(stop)?;
            if to_dir.symlink_metadata(to).is_ok() {
                return Err(taken(argument));
            }
            from_dir.rename(from, to_dir, to).map_err(failed)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(taken(argument)),
        Err(error) => Err(failed(error)),
        Ok(()) => Ok(()),
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn in_one_step(from_dir: &Dir, from: &str, to_dir: &Dir, to: &str) -> io::Result<()> {
    // `from` and `to` are single checked names, so the handles confine this as they confine everything else.
    Ok(rustix::fs::renameat_with(from_dir, from, to_dir, to, rustix::fs::RenameFlags::NOREPLACE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn in_one_step(_: &Dir, _: &str, _: &Dir, _: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether the file system cannot do it in one step. `InvalidInput` is also what it says for a folder moved into
/// itself; the plain rename then says so again.
fn not_known(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}
