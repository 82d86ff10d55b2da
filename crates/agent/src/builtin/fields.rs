use connector::{Collection, Field};
use serde_json::Value;

use super::cursor::Cursor;
use super::forms;
use super::words::Kind;

/// Most words of a field's name that are looked at.
const WORDS_MAX: usize = 5;

/// What a field is used for; each use has its own flag in the catalog.
pub(crate) type Usable = fn(&Field) -> bool;

/// The field whose whole name is next, spelled as it is or in words, and how many tokens that takes.
pub(crate) fn exact<'c>(cursor: &Cursor<'_>, collection: &'c Collection, usable: Usable) -> Option<(&'c Field, usize)> {
    let first = cursor.peek().filter(|token| token.kind == Kind::Word)?;
    let own = |field: &&Field| usable(field) && field.name.to_lowercase() == first.lower;
    if let Some(field) = collection.fields.iter().find(own) {
        return Some((field, 1));
    }
    let fields = collection.fields.iter().filter(|field| usable(field));
    fields
        .filter_map(|field| {
            let words = forms::split(&field.name);
            let fits = words.len() <= WORDS_MAX && words.iter().enumerate().all(|(at, word)| cursor.word(at) == word);
            fits.then_some((field, words.len()))
        })
        .max_by_key(|(_, len)| *len)
}

/// The field that is probably meant: also in the other number, and without an ending such as `_at` or `_id`. For
/// reading only.
pub(crate) fn meant<'c>(cursor: &Cursor<'_>, collection: &'c Collection, usable: Usable) -> Option<(&'c Field, usize)> {
    if let Some((field, len)) = exact(cursor, collection, usable) {
        return Some((field, with_kind(cursor, field, len)));
    }
    let first = cursor.peek().filter(|token| token.kind == Kind::Word)?;
    let fits = |words: &[String]| {
        !words.is_empty()
            && words.len() <= WORDS_MAX
            && words.iter().enumerate().all(|(at, word)| forms::same(cursor.word(at), word))
    };
    let mut found: Vec<(&Field, usize)> = Vec::new();
    for field in collection.fields.iter().filter(|field| usable(field)) {
        let words = forms::split(&field.name);
        if fits(&words) {
            return Some((field, words.len()));
        }
        if let Some((last, before)) = words.split_last()
            && ["at", "on", "date", "time", "id", "cents", "amount"].contains(&last.as_str())
            && fits(before)
        {
            found.push((field, before.len()));
        }
        if words.first().is_some_and(|word| word == "is" || word == "has") && fits(&words[1..]) {
            found.push((field, words.len() - 1));
        }
    }
    match found.as_slice() {
        [(field, len)] => Some((*field, with_kind(cursor, field, *len))),
        [] if first.lower == "id" => match collection.key.as_slice() {
            [key] => Some((collection.field(key).filter(|field| usable(field))?, 1)),
            _ => None,
        },
        _ => None,
    }
}

/// `due date` for a field called `due`.
fn with_kind(cursor: &Cursor<'_>, field: &Field, len: usize) -> usize {
    if is_time(field) && ["date", "time"].contains(&cursor.word(len)) { len + 1 } else { len }
}

/// The field that names an item to people.
pub(crate) fn label(collection: &Collection) -> Option<&Field> {
    let known = ["name", "title", "subject", "label", "display_name", "summary", "headline"];
    known.iter().find_map(|name| collection.fields.iter().find(|f| f.is_text() && f.name.eq_ignore_ascii_case(name)))
}

/// Whether an item has a path and content, as files do.
pub(crate) fn is_files(collection: &Collection) -> bool {
    collection.key == ["path"] && collection.field("content").is_some()
}

/// Whether a collection holds settings: values of any kind by keys that their user gives them.
pub(crate) fn is_settings(collection: &Collection) -> bool {
    collection.key == ["key"] && collection.field("value").is_some()
}

/// Whether values are true and false.
pub(crate) fn is_boolean(field: &Field) -> bool {
    has_type(field, "boolean")
}

/// Whether values are times, by the described format, else by the name of a text field.
pub(crate) fn is_time(field: &Field) -> bool {
    if let Some(format) = field.schema.get("format").and_then(Value::as_str) {
        return matches!(format, "date" | "date-time");
    }
    let words = forms::split(&field.name);
    let last = words.last().map_or("", String::as_str);
    field.is_text()
        && !has_values(field)
        && (["at", "date", "datetime", "timestamp", "deadline", "due", "modified", "created", "updated"]
            .contains(&last)
            || (last == "on" && words.len() > 1))
}

/// Whether the field holds an amount: a number that neither names an item nor points at one.
pub(crate) fn is_amount(field: &Field, collection: &Collection) -> bool {
    field.is_numeric()
        && field.references.is_none()
        && !collection.key.contains(&field.name)
        && forms::split(&field.name).last().is_none_or(|word| word != "id")
}

pub(crate) fn has_values(field: &Field) -> bool {
    field.schema.get("enum").is_some_and(Value::is_array)
}

pub(crate) fn has_type(field: &Field, wanted: &str) -> bool {
    match field.schema.get("type") {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(several)) => several.iter().any(|one| one == wanted),
        _ => false,
    }
}

/// The one amount that a bare number is compared with: the only one, or the one with a telling name.
pub(crate) fn amount<'c>(collection: &'c Collection, wanted: &[&str]) -> Result<&'c Field, Vec<&'c str>> {
    let fields = || collection.fields.iter().filter(|field| field.filterable && is_amount(field, collection));
    pick(fields().collect(), wanted)
}

/// The time that a bare date is compared with.
pub(crate) fn time<'c>(collection: &'c Collection, wanted: &[&str]) -> Result<&'c Field, Vec<&'c str>> {
    let fields = || collection.fields.iter().filter(|field| field.filterable && is_time(field));
    pick(fields().collect(), wanted)
}

fn pick<'c>(fields: Vec<&'c Field>, wanted: &[&str]) -> Result<&'c Field, Vec<&'c str>> {
    if let [only] = fields.as_slice() {
        return Ok(only);
    }
    let named = |name: &&str| {
        let mut hits = fields.iter().filter(|field| forms::split(&field.name).iter().any(|word| word == name));
        hits.next().filter(|_| hits.next().is_none()).copied()
    };
    wanted.iter().find_map(named).ok_or_else(|| fields.iter().map(|field| field.name.as_str()).collect())
}

/// Names that say when an item came to be, the most telling first.
pub(crate) const CREATED: [&str; 12] = [
    "created",
    "placed",
    "ordered",
    "added",
    "sent",
    "posted",
    "published",
    "received",
    "date",
    "time",
    "timestamp",
    "modified",
];
/// Names of what something costs or comes to.
pub(crate) const COST: [&str; 6] = ["total", "price", "amount", "cost", "sum", "value"];
