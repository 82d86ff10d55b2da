use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::claims::claim_at;

const SCOPES_CLAIMS: [&str; 3] = ["scope", "scp", "permissions"];
const ROLES_CLAIMS: [&str; 3] = ["roles", "role", "groups"];

/// A token's scopes, from the claims that configuration names, or from the usual ones, and what these hold.
pub(crate) fn scopes(
    claims: &Map<String, Value>,
    names: &[String],
    holds: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<String> {
    let mut found = words(claims, names, &SCOPES_CLAIMS, char::is_whitespace);
    let mut new: Vec<_> = found.iter().cloned().collect();
    while let Some(scope) = new.pop() {
        for below in holds.get(&scope).into_iter().flatten() {
            if found.insert(below.clone()) {
                new.push(below.clone());
            }
        }
    }
    found
}

/// A token's roles. A single claim with several is written with commas (`"role": "editor,admin"`).
pub(crate) fn roles(claims: &Map<String, Value>, names: &[String]) -> BTreeSet<String> {
    words(claims, names, &ROLES_CLAIMS, |c| c == ',')
}

fn words(
    claims: &Map<String, Value>,
    names: &[String],
    usual: &[&str],
    separator: fn(char) -> bool,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let named = names.iter().filter_map(|name| claim_at(claims, name));
    let usual = usual.iter().filter(|_| names.is_empty()).filter_map(|name| claims.get(*name));
    for claim in named.chain(usual) {
        match claim {
            Value::String(text) => found.extend(text.split(separator).map(|word| word.trim().to_owned())),
            Value::Array(several) => found.extend(several.iter().filter_map(Value::as_str).map(str::to_owned)),
            _ => {}
        }
    }
    found.remove("");
    found
}
