//! Names of tables and columns: their words, and what was probably meant by a wrong one.

use crate::schema::{Column, Kind};

/// `userId`, `user_id` and `USER_ID` alike.
pub(crate) fn folded(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

/// The words of a `snake_case`, `kebab-case` or `camelCase` name, in lower case; digits end a word and are left out.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let chars: Vec<char> = name.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        if !c.is_alphabetic() {
            words.push(String::new());
            continue;
        }
        let before_lower = at > 0 && chars[at - 1].is_lowercase();
        let acronym_ends =
            at > 0 && chars[at - 1].is_uppercase() && chars.get(at + 1).is_some_and(|c| c.is_lowercase());
        if c.is_uppercase() && (before_lower || acronym_ends) {
            words.push(String::new());
        }
        if let Some(last) = words.last_mut() {
            last.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a column is credential-like by `list` (see `Config::credential_columns`). Truth values, dates and times
/// are never secrets, and a number that counts something (`token_count`, `total_tokens`) is none either.
pub(crate) fn is_credential(column: &Column, list: &[String]) -> bool {
    if matches!(column.kind, Kind::Bool | Kind::Date | Kind::Time | Kind::Timestamp | Kind::TimestampTz) {
        return false;
    }
    let name = words(&column.name);
    if matches!(column.kind, Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Float) && counts(&name) {
        return false;
    }
    list.iter().any(|entry| matches_words(&name, entry))
}

fn counts(name: &[String]) -> bool {
    const COUNTING: &[&str] = &[
        "count", "counts", "total", "used", "usage", "limit", "max", "min", "num", "number", "size", "length",
        "budget", "cost", "price", "tokens", "per",
    ];
    name.iter().any(|word| COUNTING.contains(&word.as_str()))
}

fn matches_words(name: &[String], entry: &str) -> bool {
    let (entry, at_end) = match entry.strip_prefix('*') {
        Some(rest) => (rest, true),
        None => (entry, false),
    };
    let wanted = words(entry);
    let same = |(word, wanted): (&String, &String)| word == wanted || word.strip_suffix('s') == Some(wanted);
    let fits = |window: &[String]| window.iter().zip(&wanted).all(same);
    !wanted.is_empty()
        && name.len() >= wanted.len()
        && if at_end { fits(&name[name.len() - wanted.len()..]) } else { name.windows(wanted.len()).any(fits) }
}

/// A sentence that offers the known names nearest to a wrong one.
pub(crate) fn did_you_mean<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> String {
    let mut near: Vec<_> =
        known.map(|name| (strsim::damerau_levenshtein(&folded(wrong), &folded(name)), name)).collect();
    near.sort();
    let close: Vec<_> =
        near.iter().filter(|(distance, _)| *distance <= 3).map(|(_, name)| format!("`{name}`")).take(3).collect();
    if !close.is_empty() {
        return format!("Did you mean {}?", close.join(" or "));
    }
    let mut all: Vec<_> = near.iter().map(|(_, name)| *name).collect();
    all.sort_unstable();
    let more = if all.len() > 20 { ", …" } else { "" };
    all.truncate(20);
    if all.is_empty() { "There is none.".into() } else { format!("There are: {}{more}.", all.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, kind: Kind) -> Column {
        Column { name: name.into(), kind, ..Column::default() }
    }

    #[test]
    fn credentials_are_found_by_whole_words() {
        let list = crate::Config::new("sqlite:x").credential_columns;
        for name in [
            "password",
            "passwordHash",
            "PASSWORD_HASH",
            "stripe_api_key",
            "apiKey",
            "accessTokens",
            "salt",
            "token2",
            "resetToken",
            "mfa_secret",
            "file_hash",
            "APIKey",
        ] {
            assert!(is_credential(&column(name, Kind::Text), &list), "{name}");
        }
        for name in ["author", "hash_tag_count", "hashtag", "pinned_note", "shipping", "salted_caramel", "compass"] {
            assert!(!is_credential(&column(name, Kind::Text), &list), "{name}");
        }
        assert!(!is_credential(&column("token_count", Kind::Integer { bits: 32 }), &list));
        assert!(is_credential(&column("pin", Kind::Integer { bits: 32 }), &list));
        assert!(!is_credential(&column("password_changed_at", Kind::Timestamp), &list));
    }
}
