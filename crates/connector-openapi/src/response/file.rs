//! An answer that is no text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector::{Outcome, Result};
use http::header::CONTENT_DISPOSITION;
use serde_json::json;
use upstream::Response;

use super::{content, cut};

/// Bytes that the names and quotes around the content take.
const FRAME_BYTES: usize = 512;

/// `{"name": …, "type": …, "base64": …}`: the same that an upload takes.
pub(super) fn outcome(response: &Response, media_type: &str, bytes_max: usize) -> Result<Outcome> {
    let room = bytes_max.saturating_sub(FRAME_BYTES) / 4 * 3;
    let shown = response.body.get(..room).unwrap_or(&response.body);
    let media_type = if media_type.is_empty() { "application/octet-stream" } else { media_type };
    let name = super::text(&response.headers, CONTENT_DISPOSITION).and_then(|text| content::file_name(&text));
    let mut data = json!({ "type": media_type, "base64": STANDARD.encode(shown) });
    if let Some(name) = name {
        data["name"] = name.into();
    }
    let mut outcome = Outcome::of(&data)?;
    if response.cut || shown.len() < response.body.len() {
        outcome.has_more = Some(true);
        outcome.notices.push(cut::notice(bytes_max));
    }
    Ok(outcome)
}
