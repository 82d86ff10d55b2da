use std::ops::ControlFlow;

use cap_std::fs::{Dir, DirEntry};
use connector::Result;

use super::Local;
use super::draft::is_draft_name;
use super::sweep::remove_leftover;
use crate::entry::{Entry, Kind, Stat};
use crate::error::{failed, lookup};
use crate::home::{Scope, Visit, Walked};
use crate::path::{Place, RESERVED, name_problem};

/// Looks at everything in `scope`. At most two handles are open at a time, however deep it goes.
pub(super) fn walk(home: &Local<'_>, scope: &Scope<'_>, visit: &mut Visit<'_>) -> Result<Walked> {
    if home.top.get().is_none() && scope.folder.is_top() {
        return Ok(Walked::default());
    }
    let waiting = vec![scope.folder.clone()];
    let mut walk = Walk { home, scope, visit, seen: 0, found: Walked::default(), waiting };
    while let Some(folder) = walk.waiting.pop() {
        match home.folder(&folder) {
            Ok(dir) if walk.folder(&dir, &folder)?.is_break() => break,
            Ok(_) => {}
            Err(error) if folder == scope.folder => return Err(lookup(error)),
            // It was removed or replaced since it was seen.
            Err(_) => {}
        }
    }
    Ok(walk.found)
}

struct Walk<'a, 'v> {
    home: &'a Local<'a>,
    scope: &'a Scope<'a>,
    visit: &'a mut Visit<'v>,
    seen: u64,
    found: Walked,
    waiting: Vec<Place>,
}

impl Walk<'_, '_> {
    fn folder(&mut self, dir: &Dir, folder: &Place) -> Result<ControlFlow<()>> {
        for item in dir.entries().map_err(failed)? {
            self.home.stop.check()?;
            if self.seen == self.scope.entries_max {
                self.found.cut = true;
                return Ok(ControlFlow::Break(()));
            }
            self.seen += 1;
            if let Some(entry) = self.item(&item.map_err(failed)?, dir, folder)
                && (self.visit)(entry)?.is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn item(&mut self, item: &DirEntry, dir: &Dir, folder: &Place) -> Option<Entry> {
        // What vanishes while it is looked at was never there.
        let kind = kind(item)?;
        let name = item.file_name();
        let Some(name) = name.to_str().filter(|name| name_problem(name).is_none()) else {
            if name.to_str().is_some_and(is_draft_name) {
                remove_leftover(item, dir);
            } else if !name.to_string_lossy().starts_with(RESERVED) {
                self.found.unnamed += 1;
            }
            return None;
        };
        let place = folder.child(name);
        if kind == Kind::Folder && self.scope.recursive {
            if place.depth() < self.home.config.depth_max {
                self.waiting.push(place.clone());
            } else {
                self.found.too_deep += 1;
            }
        }
        if kind == Kind::Folder && !self.scope.folders {
            return None;
        }
        if self.scope.glob.as_ref().is_some_and(|glob| !glob.matches(&place, &self.scope.folder)) {
            return None;
        }
        let stat = if self.scope.stat { Some(Stat::local(&item.metadata().ok()?)) } else { None };
        Some(Entry { place, kind, stat })
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
