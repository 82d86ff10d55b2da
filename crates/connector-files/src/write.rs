use std::io::Write;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{Dir, File, Metadata, OpenOptions};
use connector::{Error, Result};

use crate::blocking::Stop;
use crate::error::failed;
use crate::home::{Home, sync};
use crate::path::RESERVED;
use crate::rename::rename_to_free;

/// Ends the name of what is not whole.
const PART: &str = ".part";

/// How much is written between two looks at whether the caller is still there.
const CHUNK_BYTES: usize = 256 * 1024;

/// A file that is being written beside its place. It takes the place whole, or vanishes when dropped.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    dir: &'a Dir,
    name: String,
    file: File,
    placed: bool,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(dir: &'a Dir) -> Result<Self> {
        let name = draft_name()?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).follow(FollowSymlinks::No);
        #[cfg(unix)]
        cap_std::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = dir.open_with(&name, &options).map_err(failed)?;
        Ok(Self { dir, name, file, placed: false })
    }

    pub(crate) fn write(&mut self, bytes: &[u8], stop: &Stop) -> Result<()> {
        for chunk in bytes.chunks(CHUNK_BYTES) {
            stop.check()?;
            self.file.write_all(chunk).map_err(failed)?;
        }
        Ok(())
    }

    /// Gives it the permission bits of the file it will replace.
    pub(crate) fn permissions_of(&self, old: &Metadata) -> Result<()> {
        #[cfg(unix)]
        {
            use cap_std::fs::{Permissions, PermissionsExt};
            let mode = old.permissions().mode() & 0o777;
            self.file.set_permissions(Permissions::from_mode(mode)).map_err(failed)?;
        }
        let _ = old;
        Ok(())
    }

    /// Takes a place that must be free.
    pub(crate) fn place_new(mut self, home: &Home, name: &str, argument: &str, stop: &Stop) -> Result<Metadata> {
        let metadata = self.seal(stop)?;
        rename_to_free(home, (self.dir, &self.name), (self.dir, name), argument, stop)?;
        self.placed = true;
        sync(self.dir).map_err(failed)?;
        Ok(metadata)
    }

    /// Makes the bytes durable. What is left to do afterwards is one rename.
    pub(crate) fn seal(&self, stop: &Stop) -> Result<Metadata> {
        self.file.sync_all().map_err(failed)?;
        stop.check()?;
        self.file.metadata().map_err(failed)
    }

    /// Takes the place of `name`, after [`seal`](Self::seal). The caller holds the user's lock.
    pub(crate) fn replace(mut self, name: &str) -> Result<()> {
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
            tracing::warn!(%error, "a half-written file could not be removed; it will be when it is an hour old");
        }
    }
}

/// A name that no argument can use and nobody can foresee.
pub(crate) fn draft_name() -> Result<String> {
    let mut random = [0_u8; 16];
    SystemRandom::new().fill(&mut random).map_err(|_| Error::internal("the system gave no random bytes"))?;
    let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{RESERVED}{digits}{PART}"))
}

/// Whether [`draft_name`] could have made this.
pub(crate) fn is_draft_name(name: &str) -> bool {
    let digits = name.strip_prefix(RESERVED).and_then(|rest| rest.strip_suffix(PART));
    digits.is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
