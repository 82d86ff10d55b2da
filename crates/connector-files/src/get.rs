use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use connector::{Context, Error, ErrorKind, Get, Outcome, Result};
use serde_json::{Map, Value};

use crate::blocking::Stop;
use crate::config::Config;
use crate::entry::{Entry, Kind, LISTED};
use crate::error::{failed, lookup, missing};
use crate::home::{Home, look, open_file};
use crate::options::Options;
use crate::page::no_room;
use crate::path::Place;
use crate::range::{self, Piece, SNIFF_BYTES};

/// Fields that only `get` gives.
pub(crate) const CONTENT: [&str; 4] = ["content", "encoding", "offset", "length"];

/// Room in an answer for the names of fields and for `encoding`, `offset` and `length`.
const REST_BYTES: usize = 256;

/// One file with its content, or a range of it; or one folder.
pub(crate) fn get(home: Option<&Home>, get: &Get, config: &Config, context: &Context, stop: &Stop) -> Result<Outcome> {
    let place = identifier(&get.identifier, config)?;
    let options = Options(&get.options);
    let offset = options.number("offset")?.unwrap_or(0);
    let length = options.number("length")?.unwrap_or(u64::MAX).min(config.read_bytes_max);
    let dir = home.ok_or_else(missing)?.folder(&place.parent()).map_err(lookup)?;
    let wants = |field: &str| get.fields.as_ref().is_none_or(|fields| fields.iter().any(|one| one == field));
    let seen = Entry::new(place.clone(), &look(&dir, place.name())?);
    if seen.kind == Kind::Folder || !CONTENT.into_iter().any(wants) {
        let mut outcome = outcome(&seen, Map::new(), &wants, context)?;
        if seen.kind == Kind::Folder {
            outcome.notices.push("This is a folder. To see what is in it, list with `folder`.".into());
        }
        return Ok(outcome);
    }
    let (mut file, metadata) = open_file(&dir, place.name())?;
    let entry = Entry::new(place, &metadata);
    let size = metadata.len();
    let whole_text = is_text(&mut file, size)?;
    let bytes = read(&mut file, offset, length, size, stop)?;
    let rest = serde_json::to_string(&entry.object(LISTED)).map_err(Error::internal)?.len() + REST_BYTES;
    let budget = context.result_bytes_max.saturating_sub(rest);
    let at_end = offset.saturating_add(bytes.len() as u64) >= size;
    let as_text = if whole_text { range::text(&bytes, offset == 0, at_end, budget) } else { None };
    let piece = as_text.unwrap_or_else(|| range::base64(&bytes, budget));
    answer(&entry, piece, offset, size, &wants, context)
}

/// The only argument that names a file: its path.
pub(crate) fn identifier(identifier: &connector::Identifier, config: &Config) -> Result<Place> {
    let path = identifier.single().and_then(Value::as_str);
    let path = path.ok_or_else(|| Error::invalid("`identifier` must be the file's path, such as notes/today.md."))?;
    Place::parse("identifier", path, config.depth_max)
}

fn answer(
    entry: &Entry,
    piece: Piece,
    offset: u64,
    size: u64,
    wants: &dyn Fn(&str) -> bool,
    context: &Context,
) -> Result<Outcome> {
    let start = offset.saturating_add(piece.skipped as u64).min(size);
    let end = start + piece.length as u64;
    if piece.length == 0 && start < size {
        return Err(Error::new(
            ErrorKind::LimitExceeded,
            "There is no room for any content. Ask for a larger `length`, or for other `fields`.",
        ));
    }
    let text = piece.encoding == "text";
    let mut extra = Map::new();
    if entry.media_type().is_none() {
        extra.insert("media_type".into(), if text { "text/plain" } else { "application/octet-stream" }.into());
    }
    extra.insert("content".into(), piece.content.into());
    extra.insert("encoding".into(), piece.encoding.into());
    extra.insert("offset".into(), start.into());
    extra.insert("length".into(), (end - start).into());
    let mut outcome = outcome(entry, extra, wants, context)?;
    outcome.has_more = Some(end < size);
    if end < size {
        outcome.notices.push(format!(
            "These are bytes {start} to {end} of {size}. For what follows, get it again with `offset` {end}."
        ));
    }
    Ok(outcome)
}

fn outcome(
    entry: &Entry,
    extra: Map<String, Value>,
    wants: &dyn Fn(&str) -> bool,
    context: &Context,
) -> Result<Outcome> {
    let mut object = entry.object(LISTED);
    object.extend(extra);
    object.retain(|field, _| wants(field));
    let outcome = Outcome { id: Some(entry.place.as_str().into()), ..Outcome::of(&object)? };
    match &outcome.data {
        Some(data) if data.get().len() > context.result_bytes_max => Err(no_room()),
        _ => Ok(outcome),
    }
}

fn is_text(file: &mut File, size: u64) -> Result<bool> {
    let mut head = Vec::with_capacity(SNIFF_BYTES);
    file.by_ref().take(SNIFF_BYTES as u64).read_to_end(&mut head).map_err(failed)?;
    Ok(range::is_text(&head, head.len() as u64 >= size))
}

fn read(file: &mut File, offset: u64, length: u64, size: u64, stop: &Stop) -> Result<Vec<u8>> {
    const CHUNK_BYTES: u64 = 256 * 1024;
    file.seek(SeekFrom::Start(offset.min(size))).map_err(failed)?;
    let mut bytes = Vec::new();
    loop {
        stop.check()?;
        let chunk = CHUNK_BYTES.min(length - bytes.len() as u64);
        if file.by_ref().take(chunk).read_to_end(&mut bytes).map_err(failed)? == 0 {
            return Ok(bytes);
        }
    }
}
