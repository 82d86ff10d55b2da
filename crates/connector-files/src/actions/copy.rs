use std::ops::ControlFlow;

use connector::{Error, ErrorKind, Outcome, Result};
use serde_json::{Map, Value};

use crate::config::Config;
use crate::entry::Entry;
use crate::home::{Home, Scope, Usage};
use crate::options::Options;
use crate::path::Place;

/// Copies one file, or a folder with what is in it.
pub(crate) fn copy(home: &dyn Home, input: &Map<String, Value>, config: &Config) -> Result<Outcome> {
    let options = Options(input);
    let from = options.place("from", config.depth_max)?;
    let to = options.place("to", config.depth_max)?;
    let overwrite = options.flag("overwrite")?.unwrap_or(false);
    if from == to {
        home.look(&from)?;
        return Err(Error::invalid("`from` and `to` are the same."));
    }
    home.copy(&from, &to, overwrite)?.outcome()
}

/// Refuses what is too large to be copied.
pub(crate) fn fits(bytes: u64, config: &Config) -> Result<()> {
    let max = config.copy_bytes_max;
    if bytes <= max {
        return Ok(());
    }
    Err(limit(format!("That is larger than the {max} bytes that may be copied at once.")))
}

fn limit(message: String) -> Error {
    Error::new(ErrorKind::LimitExceeded, message)
}

/// All that is in a folder, found to be within what one call copies or moves.
#[derive(Debug, Default)]
pub(crate) struct Inside {
    pub(crate) entries: Vec<Entry>,
    pub(crate) usage: Usage,
}

impl Inside {
    pub(crate) fn of(home: &dyn Home, from: &Place, to: &Place, config: &Config) -> Result<Self> {
        if to.below(from).is_some() {
            return Err(Error::invalid("A folder cannot be put into itself."));
        }
        let (mut inside, mut deepest) = (Self::default(), 0);
        let files_max = config.copy_files_max;
        let walked = home.walk(&Scope::all(from.clone(), files_max), &mut |entry| {
            deepest = deepest.max(entry.place.depth() - from.depth());
            inside.usage.add(&entry);
            inside.entries.push(entry);
            Ok(ControlFlow::Continue(()))
        })?;
        if walked.cut {
            return Err(limit(format!(
                "That folder holds more than the {files_max} files and folders allowed at once."
            )));
        }
        if walked.too_deep > 0 || to.depth() + deepest > config.depth_max {
            return Err(limit(format!("What is in that folder would be more than {} deep there.", config.depth_max)));
        }
        fits(inside.usage.bytes, config)?;
        inside.entries.sort_by(|a, b| a.place.cmp(&b.place));
        Ok(inside)
    }
}
