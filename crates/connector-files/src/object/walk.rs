use std::collections::HashSet;
use std::ops::ControlFlow;

use connector::Result;
use futures::StreamExt;
use object_store::ObjectMeta;
use object_store::path::Path;

use super::error::failed;
use super::{Objects, marker_name};
use crate::entry::{Entry, Kind, Stat};
use crate::error::missing;
use crate::home::{Scope, Usage, Visit, Walked};
use crate::path::{Place, RESERVED};

pub(super) fn stat(meta: &ObjectMeta) -> Stat {
    // Whole seconds: some answers of a store have no more, and the same file must have the same time in each.
    let modified_ns = i128::from(meta.last_modified.timestamp()) * 1_000_000_000;
    Stat::stored(meta.size, modified_ns, meta.e_tag.clone())
}

/// Looks at everything in `scope`, a page of keys at a time.
pub(super) fn walk(home: &Objects<'_>, scope: &Scope<'_>, visit: &mut Visit<'_>) -> Result<Walked> {
    let mut walk = Walk { home, scope, visit, seen: 0, any: false, folders: HashSet::new(), found: Walked::default() };
    let ended = if scope.recursive { walk.below()? } else { walk.within()? };
    let must_be_there = !scope.folder.is_top() && scope.after.is_none();
    if ended.is_continue() && must_be_there && !walk.any {
        return Err(missing());
    }
    Ok(walk.found)
}

struct Walk<'a, 'v> {
    home: &'a Objects<'a>,
    scope: &'a Scope<'a>,
    visit: &'a mut Visit<'v>,
    seen: u64,
    any: bool,
    folders: HashSet<Place>,
    found: Walked,
}

impl Walk<'_, '_> {
    /// All keys below the folder, in their order.
    fn below(&mut self) -> Result<ControlFlow<()>> {
        let prefix = self.home.key(&self.scope.folder)?;
        let after = match &self.scope.after {
            Some(path) => {
                Some(Path::parse(format!("{}/{path}", self.home.prefix)).map_err(connector::Error::internal)?)
            }
            None => None,
        };
        let store = self.home.store;
        let mut keys = match &after {
            Some(after) => store.list_with_offset(Some(&prefix), after),
            None => store.list(Some(&prefix)),
        };
        while let Some(meta) = self.home.stop.wait(keys.next())? {
            if self.object(&meta.map_err(failed)?)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// What is in the folder itself.
    fn within(&mut self) -> Result<ControlFlow<()>> {
        let prefix = self.home.key(&self.scope.folder)?;
        let listed = self.home.ask(self.home.store.list_with_delimiter(Some(&prefix)))?;
        for folder in &listed.common_prefixes {
            self.any = true;
            if self.count().is_break() {
                return Ok(ControlFlow::Break(()));
            }
            if let Some(place) = self.place(folder)
                && self.scope.folders
                && self.show(Objects::folder_entry(&place))?.is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
        }
        for meta in &listed.objects {
            if self.object(meta)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn object(&mut self, meta: &ObjectMeta) -> Result<ControlFlow<()>> {
        self.any = true;
        let key = meta.location.as_ref();
        let folder = key.strip_suffix(marker_name().as_str()).and_then(|folder| folder.strip_suffix('/'));
        if folder.is_none() && self.count().is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let place = match folder {
            Some(folder) if folder.len() <= self.home.prefix.len() => return Ok(ControlFlow::Continue(())),
            Some(folder) => self.place_of(folder),
            None => self.place(&meta.location),
        };
        let Some(place) = place else { return Ok(ControlFlow::Continue(())) };
        if self.scope.folders && self.scope.recursive {
            let on_its_way = if folder.is_some() { place.clone() } else { place.parent() };
            if self.folders_to(&on_its_way)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if folder.is_some() {
            return Ok(ControlFlow::Continue(()));
        }
        self.show(Entry { place, kind: Kind::File, stat: Some(stat(meta)) })
    }

    /// Shows a folder and those on its way, each once.
    fn folders_to(&mut self, folder: &Place) -> Result<ControlFlow<()>> {
        if folder.below(&self.scope.folder).is_none_or(str::is_empty) || self.folders.contains(folder) {
            return Ok(ControlFlow::Continue(()));
        }
        if self.folders_to(&folder.parent())?.is_break() || self.count().is_break() {
            return Ok(ControlFlow::Break(()));
        }
        self.folders.insert(folder.clone());
        self.show(Objects::folder_entry(folder))
    }

    fn show(&mut self, entry: Entry) -> Result<ControlFlow<()>> {
        match self.scope.glob {
            Some(glob) if !glob.matches(&entry.place, &self.scope.folder) => Ok(ControlFlow::Continue(())),
            _ => (self.visit)(entry),
        }
    }

    fn count(&mut self) -> ControlFlow<()> {
        if self.seen == self.scope.entries_max {
            self.found.cut = true;
            return ControlFlow::Break(());
        }
        self.seen += 1;
        ControlFlow::Continue(())
    }

    fn place(&mut self, key: &Path) -> Option<Place> {
        self.place_of(key.as_ref())
    }

    /// `None` where no argument could name it.
    fn place_of(&mut self, key: &str) -> Option<Place> {
        let path = key.strip_prefix(&self.home.prefix)?.strip_prefix('/')?;
        let place = Place::parse("path", path, self.home.config.depth_max).ok();
        if place.is_none() && !path.rsplit('/').next().is_some_and(|name| name.starts_with(RESERVED)) {
            self.found.unnamed += 1;
        }
        place
    }
}

/// Adds up all objects; folders are those that were made, not those that keys imply.
pub(super) fn usage(home: &Objects<'_>) -> Result<Usage> {
    let prefix = home.key(&Place::TOP)?;
    let (mut usage, mut keys) = (Usage::default(), home.store.list(Some(&prefix)));
    while let Some(meta) = home.stop.wait(keys.next())? {
        let meta = meta.map_err(failed)?;
        if meta.location.filename() == Some(marker_name().as_str()) {
            usage.folders += 1;
        } else {
            usage.files += 1;
            usage.bytes = usage.bytes.saturating_add(meta.size);
        }
    }
    Ok(usage)
}
