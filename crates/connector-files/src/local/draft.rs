use std::fs::File;
use std::io::{self, Write};
use std::time::SystemTime;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use cap_fs_ext::{FollowSymlinks, MetadataExt, OpenOptionsFollowExt};
use cap_std::fs::{Dir, Metadata, OpenOptions};
use connector::{Error, Result};

use super::Local;
use super::handles::sync;
use super::rename::rename_to_free;
use crate::blocking::Stop;
use crate::error::failed;
use crate::path::RESERVED;

/// Ends the name of what is not whole.
const PART: &str = ".part";

/// How much is written between two looks at whether the caller is still there.
const CHUNK_BYTES: usize = 256 * 1024;

/// A file that is being written beside its place. It takes the place whole, or vanishes when dropped.
///
/// It is locked (flock(2)) for as long as its writer lives, so that what a killed server left can be told from what is
/// being written; see [`sweep`](super::sweep).
#[derive(Debug)]
pub(super) struct Draft<'a> {
    dir: &'a Dir,
    name: String,
    file: File,
    placed: bool,
}

impl<'a> Draft<'a> {
    pub(super) fn new(dir: &'a Dir) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).follow(FollowSymlinks::No);
        #[cfg(unix)]
        cap_std::fs::OpenOptionsExt::mode(&mut options, 0o600);
        loop {
            let name = draft_name()?;
            let file = dir.open_with(&name, &options).map_err(failed)?.into_std();
            if claim(&file).map_err(failed)? {
                return Ok(Self { dir, name, file, placed: false });
            }
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8], stop: &Stop) -> Result<()> {
        for chunk in bytes.chunks(CHUNK_BYTES) {
            stop.check()?;
            self.file.write_all(chunk).map_err(failed)?;
        }
        Ok(())
    }

    /// Gives it the permission bits of the file it will replace.
    pub(super) fn permissions_of(&self, old: &Metadata) -> Result<()> {
        #[cfg(unix)]
        {
            use cap_std::fs::PermissionsExt;
            use std::os::unix::fs::PermissionsExt as _;
            let mode = PermissionsExt::mode(&old.permissions()) & 0o777;
            self.file.set_permissions(std::fs::Permissions::from_mode(mode)).map_err(failed)?;
        }
        let _ = old;
        Ok(())
    }

    /// Takes a place that must be free.
    pub(super) fn place_new(mut self, home: &Local<'_>, name: &str, argument: &str) -> Result<Metadata> {
        let metadata = self.seal(home.stop)?;
        rename_to_free(home, (self.dir, &self.name), (self.dir, name), argument)?;
        self.placed = true;
        sync(self.dir).map_err(failed)?;
        Ok(metadata)
    }

    /// Makes the bytes durable. What is left to do afterwards is one rename.
    ///
    /// The time is set to the nanosecond: by itself it is that of the kernel's last tick, and two files that follow
    /// each other within one could pass for the same version.
    pub(super) fn seal(&self, stop: &Stop) -> Result<Metadata> {
        self.file.set_modified(SystemTime::now()).map_err(failed)?;
        self.file.sync_all().map_err(failed)?;
        stop.check()?;
        Metadata::from_file(&self.file).map_err(failed)
    }

    /// Takes the place of `name`, after [`seal`](Self::seal). The caller holds the user's lock.
    pub(super) fn replace(mut self, name: &str) -> Result<()> {
        self.dir.rename(&self.name, self.dir, name).map_err(failed)?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if !self.placed
            && let Err(error) = self.dir.remove_file(&self.name)
        {
            tracing::warn!(%error, "a half-written file could not be removed; the next walk over it will");
        }
    }
}

/// Locks what was just made. `false` where a sweep was faster and has removed it.
pub(super) fn claim(file: &File) -> io::Result<bool> {
    // File systems that cannot lock do without: there, only what is old is swept.
    Ok(file.lock().is_err() || Metadata::from_file(file)?.nlink() > 0)
}

/// A name that no argument can use and nobody can foresee.
pub(super) fn draft_name() -> Result<String> {
    let mut random = [0_u8; 16];
    SystemRandom::new().fill(&mut random).map_err(|_| Error::internal("the system gave no random bytes"))?;
    let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{RESERVED}{digits}{PART}"))
}

/// Whether [`draft_name`] could have made this.
pub(super) fn is_draft_name(name: &str) -> bool {
    let digits = name.strip_prefix(RESERVED).and_then(|rest| rest.strip_suffix(PART));
    digits.is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
