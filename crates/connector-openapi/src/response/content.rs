//! An answer with a body.

use std::borrow::Cow;

use connector::{Outcome, Result};
use http::header::CONTENT_TYPE;
use serde_json::value::RawValue;
use upstream::Response;

use super::{charset, cut, file, json};
use crate::api::Operation;

/// JSON as it came, text as a string, everything else as `{"type": …, "base64": …}`. The content type is a hint: what
/// is not what it says is given as what it is.
pub(super) fn outcome(operation: &Operation, response: &Response, bytes_max: usize) -> Result<Outcome> {
    let media_type = super::text(&response.headers, CONTENT_TYPE).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if is_binary(&essence) {
        return file::outcome(response, &media_type, bytes_max);
    }
    let Some(text) = charset::decode(&response.body, &media_type, is_text(&essence), response.cut) else {
        return file::outcome(response, &media_type, bytes_max);
    };
    let is_json = is_json(&essence);
    let may_be_json =
        is_json || operation.output.is_some() || matches!(essence.as_str(), "" | "application/octet-stream");
    if may_be_json && let Some(outcome) = read(&text, is_json, response.cut, bytes_max) {
        return Ok(outcome);
    }
    let mut outcome = cut::text(&text, response.cut, bytes_max)?;
    if is_json {
        outcome.notices.push("The API called this JSON, but it is not: it is given as text.".to_owned());
    }
    Ok(outcome)
}

/// The text as JSON, where it is. A plain word or number is JSON only where the API says so.
fn read(text: &str, is_json: bool, was_cut: bool, bytes_max: usize) -> Option<Outcome> {
    let text = json::bare(text);
    if !is_json && !text.starts_with(['{', '[']) {
        return None;
    }
    let whole = if was_cut { None } else { json::value(text).or_else(|| json::lines(text)) };
    match whole {
        Some(value) if value.get().len() <= bytes_max => Some(Outcome { data: Some(value), ..Outcome::default() }),
        Some(value) => shortened(value.get(), bytes_max),
        None => shortened(text, bytes_max),
    }
}

fn shortened(text: &str, bytes_max: usize) -> Option<Outcome> {
    let value: Box<RawValue> = json::value(&connector::cut(text, bytes_max)?)?;
    let notices = vec![cut::notice(bytes_max)];
    Some(Outcome { data: Some(value), has_more: Some(true), notices, ..Outcome::default() })
}

fn is_json(essence: &str) -> bool {
    let names = ["json", "+json", "ndjson", "jsonl", "json-seq", "jsonlines"];
    names.iter().any(|name| essence.ends_with(name))
}

fn is_text(essence: &str) -> bool {
    is_json(essence) || essence.starts_with("text/") || essence.ends_with("xml") || essence.ends_with("yaml")
}

fn is_binary(essence: &str) -> bool {
    let starts = ["image/", "audio/", "video/", "font/"].iter().any(|start| essence.starts_with(start));
    starts && !essence.ends_with("xml") || essence == "application/pdf"
}

/// A file's name in `Content-Disposition` (RFC 6266), without any folder.
pub(super) fn file_name(disposition: &str) -> Option<String> {
    let found = disposition.split(';').map(str::trim).find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("filename").then(|| Cow::from(value.trim().trim_matches('"')))
    })?;
    let last = found.rsplit(['/', '\\']).next()?;
    (!last.is_empty()).then(|| last.to_owned())
}
