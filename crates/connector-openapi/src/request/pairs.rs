//! Styles that make pairs: of a query, of a form, of a cookie (OpenAPI 3.1.1 section 4.8.12.3).

use std::borrow::Cow;

use serde_json::Value;

use super::encode::{self, Keep};
use super::shape::{Shape, text};
use crate::api::Style;

/// One pair, not yet encoded.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pair<'a> {
    pub(super) name: Cow<'a, str>,
    /// Whether the name came with the argument instead of from the document.
    pub(super) is_free: bool,
    /// Several where they stand in one pair, with `delimiter` between them.
    pub(super) values: Vec<Cow<'a, str>>,
    pub(super) delimiter: char,
}

/// The pairs of one value.
///
/// What the specification leaves open is done as most clients do: `spaceDelimited` and `pipeDelimited` with explode
/// are `form`; what is not a list or an object, too; `deepObject` is always exploded, a list in it is
/// `name[key][]=…`, a list of objects `name[key][0][inner]=…`.
pub(super) fn of<'a>(name: &'a str, value: &'a Value, style: Style, explode: bool) -> Vec<Pair<'a>> {
    if style == Style::DeepObject && (value.is_object() || value.is_array()) {
        let mut pairs = Vec::new();
        deep(name.to_owned(), value, &mut pairs);
        return pairs;
    }
    let delimiter = match style {
        Style::SpaceDelimited => ' ',
        Style::PipeDelimited => '|',
        Style::TabDelimited => '\t',
        _ => ',',
    };
    let named = |values| Pair { name: Cow::Borrowed(name), is_free: false, values, delimiter };
    match Shape::of(value) {
        Shape::Undefined => Vec::new(),
        Shape::One(text) => vec![named(vec![text])],
        Shape::Many(items) if explode => items.into_iter().map(|item| named(vec![item])).collect(),
        Shape::Many(items) => vec![named(items)],
        Shape::Pairs(pairs) if explode => {
            let free = |(key, value)| Pair { name: Cow::Borrowed(key), is_free: true, values: vec![value], delimiter };
            pairs.into_iter().map(free).collect()
        }
        Shape::Pairs(pairs) => {
            vec![named(pairs.into_iter().flat_map(|(key, value)| [Cow::Borrowed(key), value]).collect())]
        }
    }
}

fn deep<'a>(name: String, value: &'a Value, pairs: &mut Vec<Pair<'a>>) {
    match value {
        Value::Null => {}
        Value::Object(members) => members.iter().for_each(|(key, value)| deep(format!("{name}[{key}]"), value, pairs)),
        Value::Array(items) => {
            let is_plain = items.iter().all(|item| !item.is_object() && !item.is_array());
            for (at, item) in items.iter().enumerate() {
                deep(if is_plain { format!("{name}[]") } else { format!("{name}[{at}]") }, item, pairs);
            }
        }
        plain => pairs.push(Pair { name: name.into(), is_free: true, values: vec![text(plain)], delimiter: ',' }),
    }
}

impl Pair<'_> {
    /// Adds the pair to `out`. A comma between values stays, other delimiters are encoded: they are no part of a URI.
    pub(super) fn write(&self, out: &mut String, keep: Keep) {
        encode::push(out, &self.name, Keep::Unreserved);
        out.push('=');
        for (at, value) in self.values.iter().enumerate() {
            match self.delimiter {
                _ if at == 0 => {}
                ',' => out.push(','),
                other => encode::push(out, other.encode_utf8(&mut [0; 4]), Keep::Unreserved),
            }
            encode::push(out, value, keep);
        }
    }

    /// The value as it is, for where nothing is encoded.
    pub(super) fn value(&self) -> String {
        self.values.join(self.delimiter.encode_utf8(&mut [0; 4]))
    }
}

/// Whether a name that an argument's keys made would be taken for the pair `declared`: such names stand beside other
/// parameters, and servers read `user.id`, `user[id]` and `User_Id` as much the same.
pub(super) fn is_taken(free: &str, declared: &str) -> bool {
    let (free, declared) = (loose(free), loose(declared));
    let base = |name: &str| name.split_once('[').map_or(name, |(base, _)| base).to_owned();
    let are_members = free.contains('[') && declared.contains('[');
    if are_members { free == declared } else { base(&free) == base(&declared) }
}

fn loose(name: &str) -> String {
    let name = name.trim_start();
    let name = name.split_once('\0').map_or(name, |(name, _)| name);
    name.chars().map(|char| if matches!(char, '.' | ' ' | '-') { '_' } else { char.to_ascii_lowercase() }).collect()
}
