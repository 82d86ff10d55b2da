use connector::{Error, ErrorKind, Outcome, Result, Update};

use crate::blocking::Stop;
use crate::config::Config;
use crate::create::content;
use crate::entry::{Entry, LISTED, Stat};
use crate::error::{failed, lookup, missing};
use crate::get::identifier;
use crate::home::{Home, look, sync};
use crate::options::Options;
use crate::write::Draft;

/// Gives a file new content, all at once: whoever reads it meanwhile sees the old or the new, never a mixture.
pub(crate) fn update(home: Option<&Home>, update: &Update, config: &Config, stop: &Stop) -> Result<Outcome> {
    let place = identifier(&update.identifier, config)?;
    Options(&update.data).only(&["content", "encoding"])?;
    let bytes = content(&update.data, config)?
        .ok_or_else(|| Error::invalid("Give the file's new `content`. To give it another path, use move."))?;
    let home = home.ok_or_else(missing)?;
    let dir = home.folder(&place.parent()).map_err(lookup)?;
    writable_file(&dir, place.name())?;
    let mut draft = Draft::new(&dir)?;
    draft.write(&bytes, stop)?;
    let lock = home.lock(stop)?;
    let old = writable_file(&dir, place.name())?;
    same_version(Options(&update.options).text("if_version")?, &old)?;
    draft.permissions_of(&old)?;
    let metadata = draft.seal(stop)?;
    draft.replace(place.name())?;
    drop(lock);
    sync(&dir).map_err(failed)?;
    let entry = Entry::new(place.clone(), &metadata);
    Ok(Outcome { id: Some(place.as_str().into()), ..Outcome::of(&entry.object(LISTED))? })
}

fn writable_file(dir: &cap_std::fs::Dir, name: &str) -> Result<cap_std::fs::Metadata> {
    let metadata = look(dir, name)?;
    if metadata.is_dir() {
        return Err(Error::invalid("That is a folder, which has no content. To rename it, use move."));
    }
    if metadata.permissions().readonly() {
        return Err(Error::new(ErrorKind::PermissionDenied, "That file is marked as read-only."));
    }
    Ok(metadata)
}

/// Refuses where the caller named a version and the file has another by now.
pub(crate) fn same_version(wanted: Option<&str>, found: &cap_std::fs::Metadata) -> Result<()> {
    match wanted {
        Some(version) if version != Stat::of(found).version() => Err(Error::new(
            ErrorKind::Conflict,
            "The file was changed since that `if_version`. Get it again and decide anew.",
        )),
        _ => Ok(()),
    }
}
