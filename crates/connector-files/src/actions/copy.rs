use std::fs::File;
use std::io::Read;

use connector::{Error, ErrorKind, Outcome, Result};
use serde_json::{Map, Value};

use crate::actions::move_::may_replace;
use crate::blocking::Stop;
use crate::config::Config;
use crate::entry::{Entry, LISTED};
use crate::error::{failed, lookup, missing};
use crate::home::{Home, look, open_file, sync};
use crate::options::Options;
use crate::write::Draft;

/// Copies one file.
pub(crate) fn copy(home: Option<&Home>, input: &Map<String, Value>, config: &Config, stop: &Stop) -> Result<Outcome> {
    let options = Options(input);
    let from = options.place("from", config.depth_max)?;
    let to = options.place("to", config.depth_max)?;
    let overwrite = options.flag("overwrite")?.unwrap_or(false);
    let home = home.ok_or_else(missing)?;
    let from_dir = home.folder(&from.parent()).map_err(lookup)?;
    if look(&from_dir, from.name())?.is_dir() {
        return Err(Error::invalid("That is a folder. Copy its files one by one."));
    }
    if from == to {
        return Err(Error::invalid("`from` and `to` are the same file."));
    }
    let (mut source, _) = open_file(&from_dir, from.name())?;
    let to_dir = home.folder_or_make("to", &to.parent())?;
    let mut draft = Draft::new(&to_dir)?;
    transfer(&mut source, &mut draft, config, stop)?;
    let metadata = if overwrite {
        let metadata = draft.seal(stop)?;
        let lock = home.lock(stop)?;
        may_replace(&to_dir, to.name(), false)?;
        draft.replace(to.name())?;
        drop(lock);
        sync(&to_dir).map_err(failed)?;
        metadata
    } else {
        draft.place_new(home, to.name(), "to", stop)?
    };
    let entry = Entry::new(to.clone(), &metadata);
    Ok(Outcome { id: Some(to.as_str().into()), ..Outcome::of(&entry.object(LISTED))? })
}

fn transfer(source: &mut File, draft: &mut Draft<'_>, config: &Config, stop: &Stop) -> Result<()> {
    let mut buffer = vec![0; 256 * 1024];
    let mut copied = 0;
    loop {
        let bytes = source.read(&mut buffer).map_err(failed)?;
        if bytes == 0 {
            return Ok(());
        }
        copied += bytes as u64;
        if copied > config.copy_bytes_max {
            return Err(Error::new(
                ErrorKind::LimitExceeded,
                format!("The file is larger than the {} bytes that may be copied.", config.copy_bytes_max),
            ));
        }
        draft.write(&buffer[..bytes], stop)?;
    }
}
