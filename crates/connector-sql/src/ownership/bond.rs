use access::Caller;
use connector::{Error, Result};
use serde_json::Value;

use crate::schema::Table;

/// A column that holds something of the caller's: a row is theirs only where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bond {
    pub(crate) column: usize,
    pub(crate) holds: Holds,
    /// Whether the column is a field all the same, because a caller may have several of it and must say which.
    pub(crate) field: bool,
}

/// What of the caller's a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// The user id.
    Id,
    /// This claim; of a list one.
    Claim { name: String, several: bool },
}

impl Bond {
    pub(crate) fn id(column: usize) -> Self {
        Self { column, holds: Holds::Id, field: false }
    }

    /// Within a key of several columns, a claim that may be a list must be told, or two rows would have one name.
    pub(super) fn new(table: &Table, column: usize, holds: Holds) -> Self {
        let several = match &holds {
            Holds::Id => false,
            Holds::Claim { several, .. } => *several || table.key.len() > 1 && table.key.contains(&column),
        };
        Self { column, holds, field: several }
    }
}

impl Holds {
    /// Reads `id`, `claim:NAME` and `claim:NAME[]`.
    pub(super) fn parse(key: &str, text: &str) -> Result<Self> {
        if text == "id" {
            return Ok(Self::Id);
        }
        let name = text.strip_prefix("claim:").map(|name| (name.trim_end_matches("[]"), name.ends_with("[]")));
        match name {
            Some((name, several)) if !name.is_empty() => Ok(Self::Claim { name: name.to_owned(), several }),
            _ => Err(Error::invalid(format!(
                "`{key}` is `{text}`, and that is nothing of the caller's. Use \"id\" for the user's id or \
                 \"claim:NAME\" for a claim of the token."
            ))),
        }
    }

    /// What of this the caller has: as many as a list has, none where the claim is missing or is no text and no whole
    /// number.
    pub(crate) fn values(&self, caller: &Caller) -> Vec<String> {
        let Self::Claim { name, .. } = self else { return vec![caller.id().as_str().to_owned()] };
        let mut values: Vec<String> = match caller.claim_at(name) {
            Some(Value::Array(several)) => several.iter().filter_map(text).collect(),
            Some(one) => text(one).into_iter().collect(),
            None => Vec::new(),
        };
        values.sort();
        values.dedup();
        values
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Number(number) => (!number.is_f64()).then(|| number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_texts_and_whole_numbers_own() {
        for nothing in [json!(""), json!(null), json!(true), json!(1.5), json!({"id": "x"}), json!(["x"])] {
            assert_eq!(text(&nothing), None, "{nothing}");
        }
        assert_eq!((text(&json!("x")), text(&json!(7))), (Some("x".into()), Some("7".into())));
    }

    #[test]
    fn anything_else_is_nothing_of_the_callers() {
        for wrong in ["", "ID", "org_id", "claim:", "claim:[]", "claims:x"] {
            assert!(Holds::parse("owner.x", wrong).is_err(), "{wrong}");
        }
        let several = Holds::parse("owner.x", "claim:orgs[]").unwrap();
        assert_eq!(several, Holds::Claim { name: "orgs".into(), several: true });
    }
}
