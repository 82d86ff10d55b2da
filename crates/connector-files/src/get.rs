use connector::{Context, Error, ErrorKind, Get, Outcome, Result};
use serde_json::{Map, Value};

use crate::config::Config;
use crate::entry::{Entry, Kind, LISTED};
use crate::home::{Content, Home};
use crate::options::Options;
use crate::page::no_room;
use crate::path::Place;
use crate::text::{self, Piece, SNIFF_BYTES};

/// Fields that only `get` gives.
pub(crate) const CONTENT: [&str; 4] = ["content", "encoding", "offset", "length"];

/// Room in an answer for the names of fields and for `encoding`, `offset` and `length`.
const REST_BYTES: usize = 256;

/// One file with its content, or a range of it; or one folder.
pub(crate) fn get(home: &dyn Home, get: &Get, config: &Config, context: &Context) -> Result<Outcome> {
    let place = identifier(&get.identifier, config)?;
    let options = Options(&get.options);
    let offset = options.number("offset")?.unwrap_or(0);
    let length = options.number("length")?.unwrap_or(u64::MAX).min(config.read_bytes_max);
    let wants = |field: &str| get.fields.as_ref().is_none_or(|fields| fields.iter().any(|one| one == field));
    let seen = home.look(&place)?;
    if seen.kind == Kind::Folder || !CONTENT.into_iter().any(wants) {
        let mut outcome = outcome(&seen, Map::new(), &wants, context)?;
        if seen.kind == Kind::Folder {
            outcome.notices.push("This is a folder. To see what is in it, list with `folder`.".into());
        }
        return Ok(outcome);
    }
    let mut content = home.open(&seen)?;
    let entry = content.entry().clone();
    let size = entry.stat.as_ref().map_or(0, |stat| stat.size);
    let (head, bytes) = read(&mut *content, offset, usize::try_from(length).unwrap_or(usize::MAX))?;
    let rest = serde_json::to_string(&entry.object(LISTED)).map_err(Error::internal)?.len() + REST_BYTES;
    let budget = context.result_bytes_max.saturating_sub(rest);
    let at_end = offset.saturating_add(bytes.len() as u64) >= size;
    let as_text = |encoding| text::text(&bytes, encoding, offset, at_end, budget);
    let encoding = text::detect(&head, head.len() as u64 >= size);
    // A text may turn out only later to be in another encoding than its beginning seemed to be in.
    let piece = encoding.and_then(|found| {
        as_text(found).or_else(|| text::detect(&bytes, at_end).filter(|_| offset == 0).and_then(as_text))
    });
    let media_type = text::media_type(&head, entry.media_type(), encoding.is_some());
    let piece = piece.unwrap_or_else(|| text::base64(&bytes, budget));
    answer(&entry, piece, media_type, (offset, size), &wants, context)
}

/// The file's beginning and the wanted range, in one request where they overlap.
fn read(content: &mut dyn Content, offset: u64, length: usize) -> Result<(Vec<u8>, Vec<u8>)> {
    if offset > 0 {
        return Ok((content.read(0, SNIFF_BYTES)?, content.read(offset, length)?));
    }
    let mut bytes = content.read(0, length.max(SNIFF_BYTES))?;
    let head = bytes[..bytes.len().min(SNIFF_BYTES)].to_vec();
    bytes.truncate(length);
    Ok((head, bytes))
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
    media_type: &str,
    (offset, size): (u64, u64),
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
    let mut extra = Map::new();
    extra.insert("media_type".into(), media_type.into());
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
