use serde_json::{Map, Value};

/// A claim by its name, dots leading inwards: `realm_access.roles`. A name that has dots itself
/// (`https://example.com/roles`) comes first, and of several that fit the longest.
pub fn claim_at<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c Value> {
    claims.get(name).or_else(|| {
        name.rmatch_indices('.').find_map(|(dot, _)| match claims.get(&name[..dot]) {
            Some(Value::Object(inner)) => claim_at(inner, &name[dot + 1..]),
            _ => None,
        })
    })
}

/// The same, to be changed.
pub(super) fn claim_at_mut<'c>(claims: &'c mut Map<String, Value>, name: &str) -> Option<&'c mut Value> {
    if claims.contains_key(name) {
        return claims.get_mut(name);
    }
    let dot = name.rmatch_indices('.').map(|(dot, _)| dot).find(|dot| {
        let inner = claims.get(&name[..*dot]).and_then(Value::as_object);
        inner.is_some_and(|inner| claim_at(inner, &name[dot + 1..]).is_some())
    })?;
    match claims.get_mut(&name[..dot]) {
        Some(Value::Object(inner)) => claim_at_mut(inner, &name[dot + 1..]),
        _ => None,
    }
}

/// A claim's text, where it is text.
pub(super) fn text<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c str> {
    claims.get(name)?.as_str()
}

/// Whether a claim is there and not null.
pub(super) fn has(claims: &Map<String, Value>, name: &str) -> bool {
    claims.get(name).is_some_and(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dots_lead_inwards_unless_the_claim_itself_has_them() {
        let claims = json!({"a": {"b": {"c": 1}, "b.c": 2}, "https://x.org/t": {"id": 3}, "a.z": 4});
        let mut claims = claims.as_object().unwrap().clone();
        for (name, found) in
            [("a.b.c", Some(2)), ("https://x.org/t.id", Some(3)), ("a.z", Some(4)), ("a.b.d", None), ("", None)]
        {
            let mut found = found.map(|found| json!(found));
            assert_eq!(claim_at(&claims, name), found.as_ref(), "{name}");
            assert_eq!(claim_at_mut(&mut claims, name), found.as_mut(), "{name}");
        }
    }
}
