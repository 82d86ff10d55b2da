use connector::{Collection, Ownership};
use gateway::Reply;
use serde_json::Value;

use super::value;
use crate::builtin::{fields, sentence};

/// Most fields of an item on its line.
const FIELDS_MAX: usize = 8;
/// Most items that are told one by one.
const ROWS_MAX: usize = 100;

/// `You have 12 orders; here are the last 3:` and a line for each.
pub(super) fn list(
    collection: &Collection,
    name: &str,
    words: &str,
    order: Option<&str>,
    offset: u64,
    reply: &Reply,
    data: &Value,
) -> String {
    let rows = data.as_array().map(Vec::as_slice).unwrap_or_default();
    let shown = rows.len().min(ROWS_MAX);
    let total = reply.count.or_else(|| (offset == 0 && reply.has_more == Some(false)).then_some(rows.len() as u64));
    let mut text = head(collection, name, words, total, shown);
    if rows.is_empty() {
        return if offset > 0 { format!("{text} There is nothing from number {} on.", offset + 1) } else { text };
    }
    let all = total == Some(shown as u64);
    if all && order.is_none() {
        text.pop();
        text.push(':');
    } else {
        text.pop();
        text.push_str(&which(shown, order, offset));
    }
    for row in &rows[..shown] {
        text.push_str("\n- ");
        text.push_str(&self::row(collection, row).unwrap_or_else(|| value::short(row)));
    }
    text
}

/// `You have 12 orders with status = open.`
pub(super) fn head(collection: &Collection, name: &str, words: &str, total: Option<u64>, shown: usize) -> String {
    let with = if words.is_empty() { String::new() } else { format!(" with {words}") };
    let count = total
        .map_or_else(|| format!("at least {shown}"), |total| if total == 0 { "no".into() } else { total.to_string() });
    let noun = sentence::noun(name, total);
    match (&collection.ownership, total) {
        (Ownership::Owned { .. }, _) => format!("You have {count} {noun}{with}."),
        (Ownership::Shared { .. }, Some(1)) => format!("There is {count} {noun}{with}."),
        (Ownership::Shared { .. }, _) => format!("There are {count} {noun}{with}."),
    }
}

fn which(shown: usize, order: Option<&str>, offset: u64) -> String {
    match (order, shown) {
        (Some(order), 1) => format!("; here is the {order}:"),
        (Some(order), many) => format!("; here are the {order} {many}:"),
        (None, 1) if offset > 0 => format!("; here is number {}:", offset + 1),
        (None, many) if offset > 0 => format!("; here are numbers {} to {}:", offset + 1, offset + many as u64),
        (None, 1) => "; here is the first:".to_owned(),
        (None, many) => format!("; here are the first {many}:"),
    }
}

/// An item on one line: `id 7 · status open · total 34.5`. What is null is left out.
pub(super) fn row(collection: &Collection, row: &Value) -> Option<String> {
    let object = row.as_object()?;
    let keys = collection.key.iter().filter_map(|name| Some((name, object.get(name)?)));
    let dull = |name: &str| fields::is_files(collection) && !["path", "size", "modified"].contains(&name);
    let others =
        object.iter().filter(|(name, value)| !collection.key.contains(name) && !value.is_null() && !dull(name));
    let listed = others.filter(|(name, _)| collection.field(name).is_none_or(|field| field.listed));
    let parts: Vec<_> = keys
        .chain(listed)
        .take(FIELDS_MAX)
        .map(|(name, part)| if name == "path" { value::short(part) } else { format!("{name} {}", value::short(part)) })
        .collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// Items that may have been meant, each with the command that means it.
pub(super) fn candidates(collection: &Collection, name: &str, said: &str, command: &str, data: &Value) -> String {
    let rows = data.as_array().map(Vec::as_slice).unwrap_or_default();
    let noun = sentence::noun(name, Some(1));
    let nothing = match command {
        "delete" => "Nothing was deleted.",
        _ => "Nothing was changed.",
    };
    let key = collection.key.first().map_or("", String::as_str);
    let Some(first) = rows.first().and_then(|row| row.get(key)) else {
        return format!("{nothing} There is no {noun} called {}. Name it by its {key}.", sentence::quote(said));
    };
    let lines: Vec<_> = rows.iter().filter_map(|row| Some(format!("\n- {}", self::row(collection, row)?))).collect();
    let quoted = value::short(first);
    format!(
        "{nothing} I need the {key}. Did you mean {}?{}\nThen say “{command} {noun} {quoted}{}”.",
        if rows.len() == 1 { "this one" } else { "one of these" },
        lines.concat(),
        if command == "update" { " set …" } else { "" }
    )
}
