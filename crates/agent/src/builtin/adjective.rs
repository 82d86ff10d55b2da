use connector::{Collection, Field};
use serde_json::Value;

use super::condition::Condition;
use super::cursor::Cursor;
use super::words::Kind;
use super::{fields, forms};

/// Words for what is finished and for what is not, matched to a field of true and false.
const DONE: [&str; 6] = ["done", "completed", "complete", "finished", "closed", "resolved"];
const OPEN: [&str; 9] =
    ["open", "unfinished", "undone", "incomplete", "uncompleted", "outstanding", "pending", "todo", "remaining"];
/// Words that say where something stands.
pub(crate) const STANDING: [&str; 26] = [
    "open",
    "closed",
    "pending",
    "shipped",
    "delivered",
    "paid",
    "unpaid",
    "cancelled",
    "canceled",
    "active",
    "inactive",
    "draft",
    "published",
    "archived",
    "done",
    "new",
    "processing",
    "completed",
    "finished",
    "failed",
    "approved",
    "rejected",
    "returned",
    "refunded",
    "overdue",
    "blocked",
];
pub(crate) const STANDING_FIELDS: [&str; 3] = ["status", "state", "stage"];
/// Words that stand before nouns and are hardly anybody's category.
const NO_VALUES: [&str; 42] = [
    "overdue",
    "next",
    "expensive",
    "cheap",
    "big",
    "small",
    "large",
    "good",
    "best",
    "bad",
    "worst",
    "nice",
    "important",
    "favorite",
    "favourite",
    "old",
    "upcoming",
    "missing",
    "late",
    "early",
    "other",
    "few",
    "many",
    "several",
    "enough",
    "more",
    "today",
    "tomorrow",
    "yesterday",
    "now",
    "different",
    "same",
    "similar",
    "great",
    "possible",
    "available",
    "select",
    "from",
    "where",
    "random",
    "interesting",
    "own",
];
/// Names of text fields whose values are few words that people put before a noun.
const SORTS: [&str; 13] = [
    "category",
    "type",
    "kind",
    "genre",
    "tag",
    "brand",
    "department",
    "country",
    "city",
    "region",
    "priority",
    "color",
    "colour",
];

/// Which words may be values of text fields whose values nobody lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Texts {
    No,
    /// Words that say where something stands: `open`, `shipped`.
    Standing,
    Any,
}

/// What one or more words before or after a noun say of it: `open`, `in progress`, `unpaid`, `electronics`.
/// A question where it may be said of several fields.
pub(crate) fn adjective(
    cursor: &Cursor<'_>,
    collection: &Collection,
    texts: Texts,
) -> Result<Option<(Condition, usize)>, String> {
    if cursor.peek().is_none_or(|token| token.kind != Kind::Word) {
        return Ok(None);
    }
    let usable = || collection.fields.iter().filter(|field| field.filterable);
    let named: Vec<_> = usable().filter_map(|field| of_values(cursor, field)).collect();
    if let Some(longest) = named.iter().map(|(_, len)| *len).max() {
        return only(named.into_iter().filter(|(_, len)| *len == longest).collect());
    }
    let flags: Vec<_> = usable().filter(|f| fields::is_boolean(f)).filter_map(|field| of_flag(cursor, field)).collect();
    if !flags.is_empty() {
        return only(flags);
    }
    if let Some(found) = of_done(cursor, usable()) {
        return Ok(Some(found));
    }
    match texts {
        Texts::No => Ok(None),
        Texts::Standing if !STANDING.contains(&cursor.word(0)) => Ok(None),
        Texts::Standing | Texts::Any => of_text(cursor, usable().collect()),
    }
}

/// A value that the field's schema lists.
fn of_values(cursor: &Cursor<'_>, field: &Field) -> Option<(Condition, usize)> {
    let values = field.schema.get("enum")?.as_array()?;
    let hits = values.iter().filter_map(|value| {
        let words = forms::split(value.as_str()?);
        let fits = !words.is_empty() && words.iter().enumerate().all(|(at, word)| cursor.word(at) == word);
        let whole = cursor.word(0) == value.as_str()?.to_lowercase();
        let len = if whole { 1 } else { words.len() };
        (fits || whole).then(|| (Condition::new(&field.name, "eq", value.clone()), len))
    });
    hits.max_by_key(|(_, len)| *len)
}

/// The name of a field of true and false, as it is or with a prefix that turns it around.
fn of_flag(cursor: &Cursor<'_>, field: &Field) -> Option<(Condition, usize)> {
    let mut words = forms::split(&field.name);
    if words.len() > 1 && ["is", "has", "was"].contains(&words[0].as_str()) {
        words.remove(0);
    }
    if words.iter().enumerate().all(|(at, word)| cursor.word(at) == word) {
        return Some((Condition::new(&field.name, "eq", true), words.len()));
    }
    if let [first, rest @ ..] = words.as_slice()
        && first == "in"
        && !rest.is_empty()
        && (cursor.word(0), cursor.word(1)) == ("out", "of")
        && rest.iter().enumerate().all(|(at, word)| cursor.word(at + 2) == word)
    {
        return Some((Condition::new(&field.name, "eq", false), rest.len() + 2));
    }
    let [only] = words.as_slice() else { return None };
    let opposite = ["un", "in", "non", "non-", "not-"].iter().any(|prefix| cursor.word(0) == format!("{prefix}{only}"));
    opposite.then(|| (Condition::new(&field.name, "eq", false), 1))
}

/// What tells that an item is not done yet, where one field of true and false does.
pub(crate) fn not_done(collection: &Collection) -> Option<Condition> {
    let words = super::words::tokens("open");
    let cursor = Cursor::new("open", &words);
    of_done(&cursor, collection.fields.iter().filter(|field| field.filterable)).map(|(condition, _)| condition)
}

fn of_done<'c>(cursor: &Cursor<'_>, fields: impl Iterator<Item = &'c Field>) -> Option<(Condition, usize)> {
    let word = cursor.word(0);
    let done = DONE.contains(&word);
    if !done && !OPEN.contains(&word) {
        return None;
    }
    let tells = |field: &&Field| {
        fields::is_boolean(field) && forms::split(&field.name).iter().any(|word| DONE.contains(&word.as_str()))
    };
    let mut telling = fields.filter(tells);
    let field = telling.next().filter(|_| telling.next().is_none())?;
    Some((Condition::new(&field.name, "eq", done), 1))
}

/// A value of a text field whose values nobody lists.
fn of_text(cursor: &Cursor<'_>, usable: Vec<&Field>) -> Result<Option<(Condition, usize)>, String> {
    let Some(token) = cursor.peek() else { return Ok(None) };
    if NO_VALUES.contains(&token.lower.as_str()) {
        return Ok(None);
    }
    if !token.text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_')) {
        return Ok(None);
    }
    let free = |name: &&str| {
        let fits =
            |field: &&&Field| field.name.eq_ignore_ascii_case(name) && field.is_text() && !fields::has_values(field);
        usable.iter().find(fits).copied()
    };
    let stands = STANDING.contains(&token.lower.as_str()) && STANDING_FIELDS.iter().any(|name| free(name).is_some());
    let wanted: &[&str] = if stands { &STANDING_FIELDS } else { &SORTS };
    let value = Value::from(token.text.clone());
    only(wanted.iter().filter_map(free).map(|field| (Condition::new(&field.name, "eq", value.clone()), 1)).collect())
}

/// The only one, or a question.
fn only(mut found: Vec<(Condition, usize)>) -> Result<Option<(Condition, usize)>, String> {
    if found.len() <= 1 {
        return Ok(found.pop());
    }
    let words: Vec<_> = found
        .into_iter()
        .map(|(condition, _)| {
            let mut one = super::condition::Conditions::default();
            one.and(condition);
            one.words()
        })
        .collect();
    Err(format!("Did you mean {}?", super::sentence::either(&words)))
}
