use connector::{Error, ErrorKind, Outcome, Result};
use encoding_rs::UTF_8;
use serde_json::{Map, Value};

use crate::config::Config;
use crate::create::Given;
use crate::home::{Home, When};
use crate::options::Options;
use crate::text::{SNIFF_BYTES, detect};

/// Adds to the end of a file, which is made where there is none if the caller says so.
///
/// Text is written in the file's own encoding, unless the caller names one: two in one file would be no text at all.
pub(crate) fn append(home: &dyn Home, input: &Map<String, Value>, config: &Config) -> Result<Outcome> {
    let options = Options(input);
    let place = options.place("path", config.depth_max)?;
    let given = Given::read(input)?.ok_or_else(|| Error::invalid("`content` is missing."))?;
    let when = When::of(options.text("if_version")?, options.flag("create_missing")?.unwrap_or(false));
    let addition = |head: Option<&[u8]>| match head {
        None | Some([]) => given.whole(config),
        Some(head) => given.more(detect(head, head.len() < SNIFF_BYTES).unwrap_or(UTF_8), config),
    };
    home.append(&place, &addition, when)?.outcome()
}

/// Refuses what would make a file too large to be added to.
pub(crate) fn fits(bytes: u64, config: &Config) -> Result<()> {
    let max = config.append_bytes_max;
    if bytes <= max {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::LimitExceeded,
        format!("The file would be larger than the {max} bytes that append makes. Begin another file."),
    ))
}
