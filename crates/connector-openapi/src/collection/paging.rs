//! Which of an operation's query parameters choose the page.

use serde_json::Value;

use super::shape::has_type;
use super::words::snake;
use crate::api::{Operation, Parameter, Place};

/// Names in the form of [`snake`], the surer first.
const SIZES: [&str; 15] = [
    "limit",
    "per_page",
    "page_size",
    "pagesize",
    "max_results",
    "page_limit",
    "top",
    "size",
    "first",
    "max_items",
    "maxresults",
    "rows",
    "take",
    "items_per_page",
    "perpage",
];
const PAGES: [&str; 7] = ["page", "page_number", "page_num", "page_index", "current_page", "pageno", "p"];
const OFFSETS: [&str; 6] = ["offset", "skip", "start_at", "start_index", "start", "from"];
const CURSORS: [&str; 18] = [
    "cursor",
    "page_token",
    "next_token",
    "page_cursor",
    "next_page_token",
    "next_cursor",
    "continuation_token",
    "continuation",
    "token",
    "skiptoken",
    "after",
    "page_after",
    "marker",
    "bookmark",
    "scroll_id",
    "next_page",
    "exclusive_start_key",
    "continue",
];
/// These take the key of the last item that was seen.
const LAST_KEYS: [&str; 3] = ["starting_after", "after_id", "start_after"];

/// Items on a page that is asked for where the document names no most.
const SIZE_MAX: u64 = 100;

/// What an API's list takes to choose a page; each by its name on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Paging {
    pub(super) size: Option<Size>,
    pub(super) page: Option<Numbered>,
    pub(super) offset: Option<String>,
    pub(super) cursor: Option<String>,
    pub(super) last_key: Option<String>,
}

/// How many items a page may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) name: String,
    pub(super) max: u64,
    /// Up to this size, a page that is not full is known to be the last: the document says that such a size is given.
    pub(super) sure: u64,
}

/// Pages by their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Numbered {
    pub(super) name: String,
    /// The number of the first page.
    pub(super) first: u64,
}

impl Paging {
    pub(super) fn of(operation: &Operation) -> Self {
        let query: Vec<&Parameter> = operation.parameters.iter().filter(|it| it.place == Place::Query).collect();
        let named = |names: &[&str], fits: fn(&Value) -> bool| {
            let found = |wanted: &&str| query.iter().find(|it| is_named(&it.name, wanted) && fits(&it.schema)).copied();
            names.iter().find_map(found)
        };
        let number = |it: &Parameter, name: &str| it.schema.get(name).and_then(Value::as_u64);
        let size = named(&SIZES, is_integer).map(|it| {
            let max = number(it, "maximum");
            // A most beyond any use is none.
            let most = max.filter(|max| *max <= 10_000);
            let sure = most.or_else(|| number(it, "default")).unwrap_or(0);
            Size { name: it.name.clone(), max: most.unwrap_or(SIZE_MAX).clamp(1, 1_000), sure }
        });
        let page = named(&PAGES, is_integer).map(|it| {
            let first = number(it, "default").or_else(|| number(it, "minimum")).unwrap_or(1).min(1);
            Numbered { name: it.name.clone(), first }
        });
        let cursor = named(&CURSORS, is_text).or_else(|| named(&PAGES, is_text).filter(|_| page.is_none()));
        Self {
            size,
            page,
            offset: named(&OFFSETS, is_integer).map(|it| it.name.clone()),
            cursor: cursor.map(|it| it.name.clone()),
            last_key: named(&LAST_KEYS, is_text).map(|it| it.name.clone()),
        }
    }

    /// Whether this parameter, by its name on the wire, chooses the page or the way back.
    pub(super) fn has(&self, name: &str) -> bool {
        let own = [self.offset.as_deref(), self.cursor.as_deref(), self.last_key.as_deref()];
        let numbered = [self.size.as_ref().map(|it| it.name.as_str()), self.page.as_ref().map(|it| it.name.as_str())];
        own.into_iter().chain(numbered).flatten().any(|it| it == name) || is_backwards(name)
    }
}

fn is_backwards(name: &str) -> bool {
    matches!(
        snake(name).as_str(),
        "ending_before" | "before_id" | "before" | "previous_cursor" | "page_before" | "prev_cursor"
    )
}

/// `page[size]` is `page_size`, `$top` is `top`, `_limit` is `limit`.
fn is_named(name: &str, wanted: &str) -> bool {
    snake(name.trim_start_matches(['_', '$'])) == wanted
}

fn is_integer(schema: &Value) -> bool {
    has_type(schema, "integer") || has_type(schema, "number") || is_untyped(schema)
}

fn is_text(schema: &Value) -> bool {
    has_type(schema, "string") || is_untyped(schema)
}

fn is_untyped(schema: &Value) -> bool {
    schema.get("type").is_none() && schema.get("enum").is_none()
}
