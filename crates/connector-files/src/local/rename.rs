use std::io;

use cap_std::fs::Dir;
use connector::Result;

use super::Local;
use crate::error::{failed, taken};

/// Moves one name to another that must be free; exactly one of several that try at once succeeds.
///
/// The kernel does both in one step where it can (renameat2(2) `RENAME_NOREPLACE`); elsewhere the user's lock keeps
/// other calls away between looking and moving.
pub(super) fn rename_to_free(
    home: &Local<'_>,
    (from_dir, from): (&Dir, &str),
    (to_dir, to): (&Dir, &str),
    argument: &str,
) -> Result<()> {
    match in_one_step(from_dir, from, to_dir, to) {
        Err(error) if not_known(&error) => under_lock(home, (from_dir, from), (to_dir, to), argument),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(taken(argument)),
        Err(error) => Err(failed(error)),
        Ok(()) => Ok(()),
    }
}

fn under_lock(
    home: &Local<'_>,
    (from_dir, from): (&Dir, &str),
    (to_dir, to): (&Dir, &str),
    argument: &str,
) -> Result<()> {
    let _lock = home.lock()?;
    match to_dir.symlink_metadata(to) {
        Ok(_) => Err(taken(argument)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => from_dir.rename(from, to_dir, to).map_err(failed),
        Err(error) => Err(failed(error)),
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use cap_std::ambient_authority;
    use cap_std::fs::Dir;

    use super::under_lock;
    use crate::blocking::Stop;
    use crate::config::Config;
    use crate::local::Local;
    use crate::quota::Ledger;

    #[test]
    fn where_the_kernel_cannot_the_lock_lets_exactly_one_of_many_through() {
        let root = tempfile::TempDir::new().unwrap();
        let root = Dir::open_ambient_dir(root.path(), ambient_authority()).unwrap();
        let home = ["alice".to_owned()];
        root.create_dir("alice").unwrap();
        let config = Config::new("");
        let dir = root.open_dir("alice").unwrap();
        for number in 0..16 {
            dir.write(number.to_string(), "x").unwrap();
        }
        let placed = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for number in 0..16 {
                let (placed, root, dir, home, config) = (&placed, &root, &dir, &home, &config);
                scope.spawn(move || {
                    let (ledger, stop) = (Ledger::new(config), Stop::default());
                    let home = Local::open(root, home, config, &ledger, &stop).unwrap();
                    let from = number.to_string();
                    let moved = under_lock(&home, (dir, &from), (dir, "to"), "to");
                    placed.fetch_add(usize::from(moved.is_ok()), Ordering::Relaxed);
                });
            }
        });
        assert_eq!((placed.into_inner(), dir.entries().unwrap().count()), (1, 16));
    }
}
