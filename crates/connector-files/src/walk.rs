use std::time::{Duration, SystemTime};

use cap_std::fs::{Dir, DirEntry};
use connector::Result;

use crate::blocking::Stop;
use crate::config::Config;
use crate::delete::remove_tree;
use crate::entry::{Entry, Kind, Stat};
use crate::error::{failed, lookup};
use crate::glob::Glob;
use crate::home::Home;
use crate::path::{Place, RESERVED, name_problem};
use crate::write::is_draft_name;

/// When something half-written can only be what a crash left. A live one is written to all the time.
const LEFTOVER_AGE_MIN: Duration = Duration::from_secs(60 * 60);

/// Which part of a user's folder to look at.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) folder: Place,
    pub(crate) recursive: bool,
    pub(crate) folders: bool,
    pub(crate) glob: Option<Glob>,
    /// Whether sizes and times are needed.
    pub(crate) stat: bool,
}

/// What was found, in no order.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    pub(crate) entries: Vec<Entry>,
    /// Whether there was more than one call looks at.
    pub(crate) cut: bool,
    /// What cannot be named by an argument, and so is left out.
    pub(crate) unnamed: u64,
    /// Folders that lie too deep to be looked into.
    pub(crate) too_deep: u64,
}

impl Walked {
    /// What to say about what was left out.
    pub(crate) fn notices(&self, config: &Config) -> Vec<String> {
        let mut notices = Vec::new();
        if self.cut {
            notices.push(format!(
                "Only the first {} files and folders were looked at, so there may be more. Name a `folder`.",
                config.entries_max
            ));
        }
        if self.unnamed > 0 {
            notices.push(format!("Names that cannot be used here were left out: {}.", self.unnamed));
        }
        if self.too_deep > 0 {
            notices.push(format!("Folders {} deep were not looked into: {}.", config.depth_max, self.too_deep));
        }
        notices
    }
}

/// Looks at everything in `scope`. At most two handles are open at a time, however deep it goes.
pub(crate) fn walk(home: &Home, scope: &Scope, config: &Config, stop: &Stop) -> Result<Walked> {
    let mut walk = Walk { scope, config, seen: 0, found: Walked::default(), waiting: vec![scope.folder.clone()] };
    while let Some(folder) = walk.waiting.pop() {
        match home.folder(&folder) {
            Ok(dir) => walk.folder(&dir, &folder, stop)?,
            Err(error) if folder == scope.folder => return Err(lookup(error)),
            // It was removed or replaced since it was seen.
            Err(_) => {}
        }
        if walk.found.cut {
            break;
        }
    }
    Ok(walk.found)
}

struct Walk<'a> {
    scope: &'a Scope,
    config: &'a Config,
    seen: u64,
    found: Walked,
    waiting: Vec<Place>,
}

impl Walk<'_> {
    fn folder(&mut self, dir: &Dir, folder: &Place, stop: &Stop) -> Result<()> {
        for item in dir.entries().map_err(failed)? {
            stop.check()?;
            if self.seen == self.config.entries_max {
                self.found.cut = true;
                return Ok(());
            }
            self.seen += 1;
            self.item(&item.map_err(failed)?, dir, folder);
        }
        Ok(())
    }

    fn item(&mut self, item: &DirEntry, dir: &Dir, folder: &Place) {
        // What vanishes while it is looked at was never there.
        let Some(kind) = kind(item) else { return };
        let name = item.file_name();
        let Some(name) = name.to_str().filter(|name| name_problem(name).is_none()) else {
            if name.to_str().is_some_and(is_draft_name) {
                remove_leftover(item, dir);
            } else if !name.to_string_lossy().starts_with(RESERVED) {
                self.found.unnamed += 1;
            }
            return;
        };
        let place = folder.child(name);
        if kind == Kind::Folder && self.scope.recursive {
            if place.depth() < self.config.depth_max {
                self.waiting.push(place.clone());
            } else {
                self.found.too_deep += 1;
            }
        }
        if kind == Kind::Folder && !self.scope.folders {
            return;
        }
        if self.scope.glob.as_ref().is_some_and(|glob| !glob.matches(&place, &self.scope.folder)) {
            return;
        }
        let stat = if self.scope.stat {
            let Ok(metadata) = item.metadata() else { return };
            Some(Stat::of(&metadata))
        } else {
            None
        };
        self.found.entries.push(Entry { place, kind, stat });
    }
}

fn kind(item: &DirEntry) -> Option<Kind> {
    let of = |file: bool, dir: bool| match (file, dir) {
        (true, _) => Some(Kind::File),
        (_, true) => Some(Kind::Folder),
        _ => None,
    };
    let quick = item.file_type().ok()?;
    // Some file systems do not say the type in the listing.
    if quick == cap_std::fs::FileType::unknown() {
        let metadata = item.metadata().ok()?;
        return of(metadata.is_file(), metadata.is_dir());
    }
    of(quick.is_file(), quick.is_dir())
}

fn remove_leftover(item: &DirEntry, dir: &Dir) {
    let Ok(metadata) = item.metadata() else { return };
    let Ok(modified) = metadata.modified() else { return };
    if SystemTime::now().duration_since(modified.into_std()).is_ok_and(|age| age > LEFTOVER_AGE_MIN) {
        let name = item.file_name();
        let removed = match name.to_str() {
            Some(name) if metadata.is_dir() => remove_tree(dir, name),
            _ => dir.remove_file(&name),
        };
        if let Err(error) = removed {
            tracing::debug!(%error, "what a crash left behind could not be removed");
        }
    }
}
