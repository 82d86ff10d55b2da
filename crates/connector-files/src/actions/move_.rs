use connector::{Error, ErrorKind, Outcome, Result};
use serde_json::{Map, Value};

use crate::blocking::Stop;
use crate::config::Config;
use crate::entry::{Entry, LISTED};
use crate::error::{failed, lookup, missing, taken};
use crate::home::{Home, look, sync};
use crate::options::Options;
use crate::path::Place;
use crate::rename::rename_to_free;
use crate::walk::{Scope, walk};

/// Gives a file or folder another path.
pub(crate) fn move_(home: Option<&Home>, input: &Map<String, Value>, config: &Config, stop: &Stop) -> Result<Outcome> {
    let options = Options(input);
    let from = options.place("from", config.depth_max)?;
    let to = options.place("to", config.depth_max)?;
    let overwrite = options.flag("overwrite")?.unwrap_or(false);
    let home = home.ok_or_else(missing)?;
    let from_dir = home.folder(&from.parent()).map_err(lookup)?;
    let found = look(&from_dir, from.name())?;
    if from == to {
        return answer(&to, &found);
    }
    if found.is_dir() {
        fits(home, &from, &to, config, stop)?;
    }
    let to_dir = home.folder_or_make("to", &to.parent())?;
    if overwrite {
        let _lock = home.lock(stop)?;
        may_replace(&to_dir, to.name(), found.is_dir())?;
        from_dir.rename(from.name(), &to_dir, to.name()).map_err(failed)?;
    } else {
        rename_to_free(home, (&from_dir, from.name()), (&to_dir, to.name()), "to", stop)?;
    }
    sync(&to_dir).and_then(|()| sync(&from_dir)).map_err(failed)?;
    answer(&to, &look(&to_dir, to.name())?)
}

/// A folder can go neither into itself nor so deep that what is in it can no longer be named.
fn fits(home: &Home, from: &Place, to: &Place, config: &Config, stop: &Stop) -> Result<()> {
    if to.below(from).is_some() {
        return Err(Error::invalid("A folder cannot be moved into itself."));
    }
    let scope = Scope { folder: from.clone(), recursive: true, folders: true, glob: None, stat: false };
    let inside = walk(home, &scope, config, stop)?;
    let deepest = inside.entries.iter().map(|entry| entry.place.depth() - from.depth()).max().unwrap_or(0);
    if inside.cut || inside.too_deep > 0 || to.depth() + deepest > config.depth_max {
        return Err(Error::new(
            ErrorKind::LimitExceeded,
            format!("That folder holds too much, or would be more than {} deep there.", config.depth_max),
        ));
    }
    Ok(())
}

/// A file may take the place of a file, and nothing else of anything else.
pub(crate) fn may_replace(dir: &cap_std::fs::Dir, name: &str, with_folder: bool) -> Result<()> {
    match dir.symlink_metadata(name) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(error)),
        Ok(there) if there.is_file() && !with_folder => Ok(()),
        Ok(_) => Err(taken("to")),
    }
}

fn answer(place: &Place, metadata: &cap_std::fs::Metadata) -> Result<Outcome> {
    let entry = Entry::new(place.clone(), metadata);
    Ok(Outcome { id: Some(place.as_str().into()), ..Outcome::of(&entry.object(LISTED))? })
}
