use connector::{Collection, Comparison, ErrorKind, Identifier, Operation, OperationKind};
use serde_json::{Value, json};

use super::call::{Suite, Who};
use super::list::compare;
use super::world::{Item, get, list};
use super::{Check, claim, is_owned};

/// Texts that mean something to a database, a shell, a file system or a pattern matcher.
const TEXTS: [&str; 16] = [
    "' OR '1'='1",
    "'; DROP TABLE users; --",
    "\" OR \"\"=\"",
    "1 OR 1=1",
    "%",
    "_",
    "\\",
    "*",
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    "a\u{0}b",
    "\u{202e}",
    "$(id)",
    "{{7*7}}",
    "😀",
];

/// Values that have a meaning elsewhere have none here: they are refused in plain words or match literally.
pub(super) async fn try_all(suite: &mut Suite, collection: &Collection) -> Check {
    if collection.operations.contains(&OperationKind::Get) {
        identifiers(suite, collection).await?;
    }
    if collection.operations.contains(&OperationKind::List) {
        filters(suite, collection).await?;
    }
    Ok(())
}

async fn identifiers(suite: &mut Suite, collection: &Collection) -> Check {
    let long = "x".repeat(5_000);
    let texts = TEXTS.iter().copied().chain(["", &long]).map(|text| json!(text));
    let others = [json!(-1), json!(i64::MIN), json!(u64::MAX), json!(1e300), json!(0.5), json!(true)];
    for value in texts.chain(others) {
        let parts = collection.key.iter().map(|name| (name.clone(), value.clone())).collect();
        let Ok(identifier) = Identifier::parse(&Value::Object(parts), collection) else { continue };
        let is_there = suite.his.items(collection).iter().any(|item| item.identifier.as_ref() == Some(&identifier));
        let answer = suite.call(Who::Bob, Operation::Get(get(collection, identifier.clone()))).await?;
        let kind = answer.as_ref().err().map(connector::Error::kind);
        claim(is_there || matches!(kind, Some(ErrorKind::NotFound | ErrorKind::InvalidArgument)), || {
            format!(
                "an odd identifier is not found or invalid, yet {identifier:?} of {} gave {answer:?}",
                collection.name
            )
        })?;
    }
    Ok(())
}

async fn filters(suite: &mut Suite, collection: &Collection) -> Check {
    let his = suite.his.items(collection).to_vec();
    for field in collection.fields.iter().filter(|field| field.filterable && field.listed && field.is_text()) {
        for text in TEXTS {
            for comparison in [
                Comparison::Eq(json!(text)),
                Comparison::Contains(text.to_owned()),
                Comparison::StartsWith(text.to_owned()),
                Comparison::In(vec![json!(text), json!("")]),
            ] {
                let filter = compare(&field.name, comparison.clone());
                let found = suite.list_all(Who::Bob, collection, list(collection, Some(filter), vec![])).await?;
                let kind = found.as_ref().err().map(connector::Error::kind);
                claim(!matches!(kind, Some(ErrorKind::NotFound | ErrorKind::Conflict)), || {
                    format!(
                        "a filter finds or is refused, yet {comparison:?} on {}.{} gave {found:?}",
                        collection.name, field.name
                    )
                })?;
                let Ok(found) = found else { continue };
                let stray = found.iter().find(|item| !matches_literally(item, &field.name, text, &comparison));
                let is_his = found.iter().all(|item| his.iter().any(|one| one.name == item.name));
                claim(stray.is_none() && (is_his || !is_owned(&collection.ownership)), || {
                    format!(
                        "{comparison:?} on {}.{} matches literally, yet it found {stray:?}",
                        collection.name, field.name
                    )
                })?;
            }
        }
    }
    Ok(())
}

fn matches_literally(item: &Item, field: &str, text: &str, comparison: &Comparison) -> bool {
    let Some(Value::String(value)) = item.fields.get(field) else { return false };
    let (value, text) = (value.to_lowercase(), text.to_lowercase());
    match comparison {
        Comparison::Contains(_) => value.contains(&text),
        Comparison::StartsWith(_) => value.starts_with(&text),
        Comparison::In(_) => value == text || value.is_empty(),
        _ => value == text,
    }
}
