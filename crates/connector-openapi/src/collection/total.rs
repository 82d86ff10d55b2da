use http::HeaderMap;
use serde_json::Value;

/// Headers that say how many items there are in all.
const HEADERS: [&str; 8] = [
    "x-total-count",
    "x-total",
    "total-records",
    "total-objects",
    "total-count",
    "x-total-items",
    "x-pagination-total-count",
    "x-pagination-total",
];
/// Names of the same in an answer's body.
const NAMES: [&str; 13] = [
    "total_count",
    "totalCount",
    "total",
    "total_items",
    "totalItems",
    "total_results",
    "totalResults",
    "total_entries",
    "totalElements",
    "totalRecords",
    "total_records",
    "@odata.count",
    "count_total",
];
/// Objects of a body in which figures about the page stand.
pub(super) const ABOUT: [&str; 10] = [
    "meta",
    "metadata",
    "pagination",
    "paging",
    "page",
    "page_info",
    "pageInfo",
    "_meta",
    "response_metadata",
    "cursors",
];

/// How many items match in all, as the API says.
pub(super) fn total(headers: &HeaderMap, body: &Value) -> Option<u64> {
    let header = HEADERS.iter().find_map(|name| headers.get(*name)?.to_str().ok()?.trim().parse().ok());
    header.or_else(|| about(body).find_map(named)).or_else(|| pages_of_frameworks(body))
}

fn named(object: &Value) -> Option<u64> {
    NAMES.iter().find_map(|name| object.get(name)?.as_u64())
}

/// `count` is a total where it stands beside both neighbours' addresses, as some frameworks write it; elsewhere it may
/// be this page's.
fn pages_of_frameworks(body: &Value) -> Option<u64> {
    (body.get("next").is_some() && body.get("previous").is_some()).then(|| body.get("count")?.as_u64()).flatten()
}

/// The body and the objects in it that are about the page.
pub(super) fn about(body: &Value) -> impl Iterator<Item = &Value> {
    let first = ABOUT.iter().filter_map(|name| body.get(name)).filter(|it| it.is_object());
    let second =
        first.clone().flat_map(|outer| ABOUT.iter().filter_map(|name| outer.get(name)).filter(|it| it.is_object()));
    std::iter::once(body).filter(|it| it.is_object()).chain(first).chain(second)
}
