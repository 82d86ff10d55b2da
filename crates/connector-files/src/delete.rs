use connector::{Delete, Error, ErrorKind, Outcome, Result};

use crate::config::Config;
use crate::get::identifier;
use crate::home::Home;
use crate::options::Options;

/// Removes a file, or a folder that is empty or is to go with everything in it.
pub(crate) fn delete(home: &dyn Home, delete: &Delete, config: &Config) -> Result<Outcome> {
    let place = identifier(&delete.identifier, config)?;
    let options = Options(&delete.options);
    let recursive = options.flag("recursive")?.unwrap_or(false);
    home.delete(&place, recursive, options.text("if_version")?)?;
    Ok(Outcome { id: Some(place.as_str().into()), ..Outcome::default() })
}

pub(crate) fn folder_has_no_version() -> Error {
    Error::invalid("A folder has no version. Leave out `if_version`.")
}

pub(crate) fn not_empty() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "That folder is not empty, perhaps of things that are not shown. Say `recursive` true to delete it all.",
    )
}
