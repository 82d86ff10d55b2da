//! Pages (GraphQL Cursor Connections): whether there is more, how many there are, and how to go on.

use connector::Outcome;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The longest position that a notice repeats, in characters.
const CURSOR_CHARS_MAX: usize = 500;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    page_info: Info,
    total_count: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    has_next_page: Option<bool>,
    end_cursor: Option<String>,
}

/// Says of a page what the envelope has words for.
pub(super) fn tell(outcome: &mut Outcome, data: &RawValue) {
    if !data.get().starts_with('{') {
        return;
    }
    let Ok(page) = serde_json::from_str::<Page>(data.get()) else { return };
    outcome.has_more = page.page_info.has_next_page;
    outcome.count = page.total_count;
    let cursor = page.page_info.end_cursor.filter(|it| it.chars().count() <= CURSOR_CHARS_MAX);
    if let (Some(true), Some(cursor)) = (outcome.has_more, cursor) {
        let cursor = serde_json::Value::from(cursor);
        outcome.notices.push(format!("There is more: call again with \"after\": {cursor}."));
    }
}
