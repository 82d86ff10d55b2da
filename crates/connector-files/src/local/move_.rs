use connector::{Error, ErrorKind, Result};
use std::ops::ControlFlow;

use super::Local;
use super::handles::{look, may_replace, sync};
use super::rename::rename_to_free;
use crate::entry::Entry;
use crate::error::{failed, lookup};
use crate::home::{Home, Scope};
use crate::path::Place;

pub(super) fn rename(home: &Local<'_>, from: &Place, to: &Place, overwrite: bool) -> Result<Entry> {
    let from_dir = home.folder(&from.parent()).map_err(lookup)?;
    let found = look(&from_dir, from.name())?;
    if from == to {
        return Ok(Entry::local(to.clone(), &found));
    }
    if found.is_dir() {
        fits(home, from, to)?;
    }
    let to_dir = home.folder_or_make("to", &to.parent())?;
    if overwrite {
        let _lock = home.lock()?;
        let replaced = may_replace(&to_dir, to.name(), found.is_dir())?;
        from_dir.rename(from.name(), &to_dir, to.name()).map_err(failed)?;
        if let Some(bytes) = replaced {
            home.ledger.freed(bytes, 1);
        }
    } else {
        rename_to_free(home, (&from_dir, from.name()), (&to_dir, to.name()), "to")?;
    }
    sync(&to_dir).and_then(|()| sync(&from_dir)).map_err(failed)?;
    Ok(Entry::local(to.clone(), &look(&to_dir, to.name())?))
}

/// A folder can go neither into itself nor so deep that what is in it can no longer be named.
fn fits(home: &Local<'_>, from: &Place, to: &Place) -> Result<()> {
    if to.below(from).is_some() {
        return Err(Error::invalid("A folder cannot be put into itself."));
    }
    let mut deepest = 0;
    let scope = Scope { stat: false, ..Scope::all(from.clone(), home.config.entries_max) };
    let inside = home.walk(&scope, &mut |entry| {
        deepest = deepest.max(entry.place.depth() - from.depth());
        Ok(ControlFlow::Continue(()))
    })?;
    let depth_max = home.config.depth_max;
    if inside.cut || inside.too_deep > 0 || to.depth() + deepest > depth_max {
        return Err(Error::new(
            ErrorKind::LimitExceeded,
            format!("That folder holds too much, or would be more than {depth_max} deep there."),
        ));
    }
    Ok(())
}
