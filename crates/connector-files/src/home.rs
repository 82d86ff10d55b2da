use std::ops::ControlFlow;

use connector::{Error, ErrorKind, Result};

use crate::entry::{Entry, Stat};
use crate::glob::Glob;
use crate::path::Place;

/// One user's files, wherever they are kept. Everything the user names is reached from here, and nothing of any
/// other user can be.
///
/// Its functions block, and end soon after their caller has gone.
pub(crate) trait Home {
    /// What is at a place, if callers may see it.
    fn look(&self, place: &Place) -> Result<Entry>;

    /// Opens a file for reading that [`look`](Self::look) or a walk has seen.
    fn open(&self, seen: &Entry) -> Result<Box<dyn Content + '_>>;

    /// Shows everything in `scope` to `visit`, until that breaks off.
    fn walk(&self, scope: &Scope<'_>, visit: &mut Visit<'_>) -> Result<Walked>;

    /// Whether `walk` shows what is in `scope` in the order of paths, so that a page needs no look at the rest.
    fn walks_in_order(&self, scope: &Scope<'_>) -> bool;

    /// Makes a folder where nothing is yet, and the folders on its way.
    fn create_folder(&self, place: &Place) -> Result<Entry>;

    /// Gives a file this content, all at once: whoever reads it meanwhile sees the old or the new, never a mixture.
    fn write(&self, place: &Place, bytes: &[u8], when: When<'_>) -> Result<Entry>;

    /// Adds to the end of a file, all at once as [`write`](Self::write) does. `addition` is told how the file begins,
    /// or that there is none.
    fn append(&self, place: &Place, addition: &Addition<'_>, when: When<'_>) -> Result<Entry>;

    /// Removes a file, or a folder that is empty or is to go with everything in it.
    fn delete(&self, place: &Place, recursive: bool, if_version: Option<&str>) -> Result<()>;

    /// Gives a file or folder another path, which must be free or, with `overwrite`, a file where it is a file.
    fn rename(&self, from: &Place, to: &Place, overwrite: bool) -> Result<Entry>;

    /// Copies a file or folder, by the same rules.
    fn copy(&self, from: &Place, to: &Place, overwrite: bool) -> Result<Entry>;

    /// What the user's files take.
    fn usage(&self) -> Result<Usage>;
}

/// Sees what a walk finds.
pub(crate) type Visit<'a> = dyn FnMut(Entry) -> Result<ControlFlow<()>> + 'a;

/// Makes the bytes to add to a file that begins like this; `None` where there is no file.
pub(crate) type Addition<'a> = dyn Fn(Option<&[u8]>) -> Result<Vec<u8>> + 'a;

/// A file that is open for reading. What is read is of one version, whatever is written meanwhile.
pub(crate) trait Content {
    fn entry(&self) -> &Entry;

    /// Up to `length` bytes from `offset` on; fewer only at the file's end.
    fn read(&mut self, offset: u64, length: usize) -> Result<Vec<u8>>;
}

/// What must be true of a file before it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When<'a> {
    /// Nothing is there.
    Absent,
    /// It is there.
    Present,
    /// It is there in this version.
    Version(&'a str),
    /// It is there, or nothing is.
    Any,
}

impl<'a> When<'a> {
    pub(crate) fn of(if_version: Option<&'a str>, create_missing: bool) -> Self {
        match if_version {
            Some(version) => Self::Version(version),
            None if create_missing => Self::Any,
            None => Self::Present,
        }
    }

    /// Refuses where the caller named a version and the file has another by now.
    pub(crate) fn check(self, found: &Stat) -> Result<()> {
        match self {
            Self::Version(version) if found.version().as_deref() != Some(version) => Err(changed()),
            _ => Ok(()),
        }
    }
}

/// A named version is no longer the file's.
pub(crate) fn changed() -> Error {
    Error::new(ErrorKind::Conflict, "The file was changed since that `if_version`. Get it again and decide anew.")
}

/// Others changed the same file again and again.
pub(crate) fn busy() -> Error {
    Error::new(ErrorKind::Conflict, "Others are changing this file right now. Try again in a moment.")
}

/// Which part of a user's files to look at.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) folder: Place,
    pub(crate) recursive: bool,
    pub(crate) folders: bool,
    pub(crate) glob: Option<&'a Glob>,
    /// Whether sizes and times are needed.
    pub(crate) stat: bool,
    /// How many files and folders to look at.
    pub(crate) entries_max: u64,
    /// Only what comes after this path, where [`Home::walks_in_order`].
    pub(crate) after: Option<String>,
}

impl Scope<'_> {
    /// All that is in a folder and below it.
    pub(crate) fn all(folder: Place, entries_max: u64) -> Self {
        Self { folder, recursive: true, folders: true, glob: None, stat: true, entries_max, after: None }
    }
}

/// What a walk left out.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// Whether there was more than one call looks at.
    pub(crate) cut: bool,
    /// What cannot be named by an argument, and so is left out.
    pub(crate) unnamed: u64,
    /// Folders that lie too deep to be looked into.
    pub(crate) too_deep: u64,
}

impl Walked {
    /// What to say about it.
    pub(crate) fn notices(&self, entries_max: u64, depth_max: usize) -> Vec<String> {
        let mut notices = Vec::new();
        if self.cut {
            notices.push(format!(
                "Only the first {entries_max} files and folders were looked at, so there may be more. Name a `folder`."
            ));
        }
        if self.unnamed > 0 {
            notices.push(format!("Names that cannot be used here were left out: {}.", self.unnamed));
        }
        if self.too_deep > 0 {
            notices.push(format!("Folders {depth_max} deep were not looked into: {}.", self.too_deep));
        }
        notices
    }
}

/// What files take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) bytes: u64,
    pub(crate) files: u64,
    pub(crate) folders: u64,
}

impl Usage {
    pub(crate) fn add(&mut self, entry: &Entry) {
        match entry.kind {
            crate::entry::Kind::Folder => self.folders += 1,
            crate::entry::Kind::File => {
                self.files += 1;
                self.bytes = self.bytes.saturating_add(entry.stat.as_ref().map_or(0, |stat| stat.size));
            }
        }
    }

    /// Adds up a whole home.
    pub(crate) fn count(home: &dyn Home) -> Result<Self> {
        let mut usage = Self::default();
        home.walk(&Scope::all(Place::TOP, u64::MAX), &mut |entry| {
            usage.add(&entry);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(usage)
    }
}
