//! Where an answer says that more is.

use http::HeaderMap;
use serde_json::Value;

use super::paging::Paging;
use super::total::{about, total};

/// Pairs of the query that choose a page, decoded.
pub(super) type Pairs = Vec<(String, String)>;

/// The longest address or token of a next page that is taken from an answer.
const NEXT_CHARS_MAX: usize = 4_000;

/// What comes after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing.
    End,
    /// A page that the API has named, or that must be there by its own figures.
    There(Pairs),
    /// Perhaps one: the API does not say.
    Perhaps(Pairs),
}

/// A page that was asked for and what came.
pub(super) struct Came<'a> {
    /// The pairs that were sent.
    pub(super) sent: &'a Pairs,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a Value,
    /// How many items it has.
    pub(super) items: usize,
    /// The key of the last of them.
    pub(super) last_key: Option<&'a Value>,
}

enum Named {
    /// Nothing speaks of a next page.
    Nothing,
    /// Something says that there is none.
    None,
    Address(String),
    Token(String),
}

/// The page after one. Of an address in an answer only the query is taken: wherever it points, the next request goes
/// where this one went.
pub(super) fn next(paging: &Paging, came: &Came<'_>) -> Next {
    if says_end(came.body) {
        return Next::End;
    }
    match named(came) {
        Named::None => Next::End,
        Named::Address(address) => by_address(paging, came, &address),
        Named::Token(token) => by_token(paging, came, token).unwrap_or_else(|| by_number(paging, came)),
        Named::Nothing => by_last_key(paging, came).unwrap_or_else(|| by_number(paging, came)),
    }
}

fn named(came: &Came<'_>) -> Named {
    if let Some(links) = link_header(came.headers) {
        return links;
    }
    for name in ["next-page", "x-next-page", "x-next-cursor"] {
        if let Some(value) = came.headers.get(name).and_then(|it| it.to_str().ok()) {
            return text(value);
        }
    }
    in_body(came.body)
}

fn text(value: &str) -> Named {
    match value.trim() {
        "" => Named::None,
        value if value.len() > NEXT_CHARS_MAX => Named::Nothing,
        value if value.contains('?') || value.starts_with("http://") || value.starts_with("https://") => {
            Named::Address(value.to_owned())
        }
        value => Named::Token(value.to_owned()),
    }
}

/// `Link: <…>; rel="next"` (RFC 8288). With links to other pages only, this one is the last.
fn link_header(headers: &HeaderMap) -> Option<Named> {
    let mut pages = false;
    for value in headers.get_all("link") {
        let mut rest = value.to_str().ok()?;
        while let Some((_, after)) = rest.split_once('<') {
            let (address, after) = after.split_once('>')?;
            let (parameters, following) = match after.find('<') {
                Some(at) => after.split_at(at),
                None => (after, ""),
            };
            let relations = relations(parameters);
            if relations.iter().any(|it| it == "next") && address.len() <= NEXT_CHARS_MAX {
                return Some(Named::Address(address.to_owned()));
            }
            pages |= relations.iter().any(|it| matches!(it.as_str(), "first" | "prev" | "previous" | "last"));
            rest = following;
        }
    }
    pages.then_some(Named::None)
}

fn relations(parameters: &str) -> Vec<String> {
    let all = parameters.split(';').filter_map(|it| it.trim().split_once('='));
    let rel = all.filter(|(name, _)| name.trim().eq_ignore_ascii_case("rel"));
    let words = rel.flat_map(|(_, value)| value.trim().trim_end_matches(',').trim().trim_matches('"').split(' '));
    words.map(str::to_ascii_lowercase).collect()
}

const NEXT_NAMES: [&str; 21] = [
    "next",
    "next_page_url",
    "next_url",
    "nextUrl",
    "nextLink",
    "next_link",
    "@odata.nextLink",
    "next_cursor",
    "nextCursor",
    "next_page_token",
    "nextPageToken",
    "next_token",
    "nextToken",
    "next_page",
    "nextPage",
    "continuation_token",
    "continuationToken",
    "end_cursor",
    "endCursor",
    "next_page_cursor",
    "continue",
];
const LINKS: [&str; 3] = ["links", "_links", "link"];

fn in_body(body: &Value) -> Named {
    let mut says_none = false;
    let links = |it| LINKS.iter().filter_map(move |name| Value::get(it, name));
    let deeper = |it| links(it).flat_map(|links| [Some(links), links.get("pages")]).flatten();
    for place in about(body).flat_map(|it| std::iter::once(it).chain(deeper(it))) {
        for name in NEXT_NAMES {
            let found = match place.get(name) {
                Some(Value::String(value)) if name == "next" && value.starts_with('/') => Named::Address(value.clone()),
                Some(Value::String(value)) => text(value),
                Some(Value::Number(number)) => Named::Token(number.to_string()),
                Some(Value::Null | Value::Bool(false)) => Named::None,
                Some(Value::Object(link)) => match link.get("href").or(link.get("url")).and_then(Value::as_str) {
                    Some(address) => Named::Address(address.to_owned()),
                    None => Named::Nothing,
                },
                _ => Named::Nothing,
            };
            match found {
                Named::Nothing => {}
                Named::None => says_none = true,
                found => return found,
            }
        }
        // A page's links of which none leads on: the last page.
        let is_links = place.get("prev").or(place.get("first")).or(place.get("last")).is_some_and(|it| !it.is_number());
        says_none |= is_links
            && place.get("self").or(place.get("first")).or(place.get("prev")).is_some()
            && place.get("next").is_none();
    }
    if says_none { Named::None } else { Named::Nothing }
}

const MORE: [&str; 7] = ["has_more", "hasMore", "has_next", "hasNext", "has_next_page", "hasNextPage", "more"];

fn flag(body: &Value) -> Option<bool> {
    about(body).find_map(|it| MORE.iter().find_map(|name| it.get(name)?.as_bool()))
}

fn says_end(body: &Value) -> bool {
    let is_last =
        |it: &Value| ["isLast", "is_last", "last"].iter().any(|name| it.get(name) == Some(&Value::Bool(true)));
    flag(body) == Some(false) || about(body).any(is_last)
}

fn by_address(paging: &Paging, came: &Came<'_>, address: &str) -> Next {
    let query = address.split_once('?').map(|(_, query)| query.split('#').next().unwrap_or_default());
    let pairs: Pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    if pairs.is_empty() { by_number(paging, came) } else { Next::There(pairs) }
}

fn by_token(paging: &Paging, came: &Came<'_>, token: String) -> Option<Next> {
    let is_number = token.parse::<u64>().is_ok();
    let numbered = paging.page.as_ref().map(|it| &it.name).filter(|_| is_number);
    let name = paging.cursor.as_ref().or(numbered).or(paging.last_key.as_ref())?;
    Some(Next::There(with(came.sent, name, token)))
}

fn by_last_key(paging: &Paging, came: &Came<'_>) -> Option<Next> {
    let name = paging.last_key.as_ref()?;
    let key = match came.last_key {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => return Some(Next::End),
    };
    let pairs = with(came.sent, name, key);
    Some(if flag(came.body) == Some(true) { Next::There(pairs) } else { Next::Perhaps(pairs) })
}

fn by_number(paging: &Paging, came: &Came<'_>) -> Next {
    let sent = |name: &str| came.sent.iter().find(|(it, _)| it == name)?.1.parse::<u64>().ok();
    let size = paging.size.as_ref().and_then(|it| sent(&it.name));
    let items = came.items as u64;
    let total = total(came.headers, came.body);
    let (pairs, seen) = if let Some(page) = &paging.page {
        let number = sent(&page.name).unwrap_or(page.first);
        let before = number.saturating_sub(page.first);
        if let Some(pages) = pages(came) {
            let is_last = before + 1 >= pages;
            let pairs = with(came.sent, &page.name, (number + 1).to_string());
            return if is_last || items == 0 { Next::End } else { Next::There(pairs) };
        }
        let seen = size.filter(|size| items <= *size).map(|size| before * size + items);
        (with(came.sent, &page.name, (number + 1).to_string()), seen.or((before == 0).then_some(items)))
    } else if let Some(offset) = &paging.offset {
        let seen = sent(offset).unwrap_or(0) + items;
        (with(came.sent, offset, seen.to_string()), Some(seen))
    } else {
        return Next::End;
    };
    let is_short = paging.size.as_ref().zip(size).is_some_and(|(it, size)| items < size && size <= it.sure);
    match total.zip(seen) {
        _ if items == 0 || is_short => Next::End,
        Some((total, seen)) if total > seen => Next::There(pairs),
        Some(_) => Next::End,
        None if flag(came.body) == Some(true) => Next::There(pairs),
        None => Next::Perhaps(pairs),
    }
}

/// How many pages there are.
fn pages(came: &Came<'_>) -> Option<u64> {
    let header = came.headers.get("x-total-pages").and_then(|it| it.to_str().ok()?.trim().parse().ok());
    let names = ["total_pages", "totalPages", "page_count", "pageCount", "last_page", "lastPage"];
    header.or_else(|| about(came.body).find_map(|it| names.iter().find_map(|name| it.get(name)?.as_u64())))
}

/// The same pairs, with one that is new or has another value.
pub(super) fn with(pairs: &Pairs, name: &str, value: String) -> Pairs {
    let mut pairs: Pairs = pairs.iter().filter(|(it, _)| it != name).cloned().collect();
    pairs.push((name.to_owned(), value));
    pairs
}
