use connector::{Collection, Context, ErrorKind, Operation, OperationKind, Outcome};
use serde_json::Value;

use super::call::{Suite, Who, data};
use super::world::{get, list};
use super::{Check, Violation, claim};

pub(super) async fn try_all(suite: &mut Suite, collection: &Collection) -> Check {
    if !collection.operations.contains(&OperationKind::List) {
        return Ok(());
    }
    items(suite, collection).await?;
    bytes_of_list(suite, collection).await?;
    if collection.operations.contains(&OperationKind::Get) {
        bytes_of_get(suite, collection).await?;
    }
    Ok(())
}

/// A page has as many items as asked for, and says whether there are more.
async fn items(suite: &mut Suite, collection: &Collection) -> Check {
    let all = suite.his.items(collection).len();
    for limit in [1, 2, 1_000] {
        let mut page = list(collection, None, vec![]);
        page.limit = limit;
        let outcome = suite.works(Who::Bob, Operation::List(page)).await?;
        let found = rows(&outcome)?;
        let wanted = all.min(limit as usize);
        let has_more = outcome.has_more;
        claim(found == wanted && has_more.is_none_or(|more| more == (all > found)), || {
            format!(
                "limit {limit} of {all} {} gives {wanted}, yet {found} came and has_more={has_more:?}",
                collection.name
            )
        })?;
    }
    Ok(())
}

/// An answer stays within its bytes, says that it was cut, and is JSON all the same.
async fn bytes_of_list(suite: &mut Suite, collection: &Collection) -> Check {
    let page = || {
        let mut page = list(collection, None, vec![]);
        page.limit = 1_000;
        Operation::List(page)
    };
    let whole = suite.works(Who::Bob, page()).await?;
    let all = rows(&whole)?;
    let whole = size(&whole);
    for bytes_max in [whole.saturating_sub(1), whole / 2, 64, 2] {
        let answer = suite.call_within(Who::Bob, page(), &Context::new("test", bytes_max)).await?;
        match answer {
            Err(error) => claim(error.kind() == ErrorKind::LimitExceeded, || {
                format!("too many bytes are limit_exceeded, yet {} with {bytes_max} gave {error:?}", collection.name)
            })?,
            Ok(outcome) => {
                let found = rows(&outcome)?;
                let is_said = found == all || (outcome.has_more == Some(true) && !outcome.notices.is_empty());
                claim(size(&outcome) <= bytes_max.max(2) && is_said, || {
                    format!(
                        "a list of {} within {bytes_max} bytes is cut and says so, yet it has {} bytes, {found} of {all} items, has_more={:?} and notices {:?}",
                        collection.name,
                        size(&outcome),
                        outcome.has_more,
                        outcome.notices
                    )
                })?;
            }
        }
    }
    Ok(())
}

async fn bytes_of_get(suite: &mut Suite, collection: &Collection) -> Check {
    let items = suite.his.items(collection).to_vec();
    for identifier in items.into_iter().filter_map(|item| item.identifier).take(3) {
        let one = || Operation::Get(get(collection, identifier.clone()));
        let whole = size(&suite.works(Who::Bob, one()).await?);
        for bytes_max in [whole.saturating_sub(1), whole / 2, 2] {
            let answer = suite.call_within(Who::Bob, one(), &Context::new("test", bytes_max)).await?;
            match answer {
                Err(error) => claim(error.kind() == ErrorKind::LimitExceeded, || {
                    format!("too many bytes are limit_exceeded, yet {identifier:?} with {bytes_max} gave {error:?}")
                })?,
                Ok(outcome) => claim(size(&outcome) <= bytes_max && !outcome.notices.is_empty(), || {
                    format!(
                        "an item within {bytes_max} bytes is cut and says so, yet {identifier:?} has {}",
                        size(&outcome)
                    )
                })?,
            }
        }
    }
    Ok(())
}

fn rows(outcome: &Outcome) -> Check<usize> {
    match data(outcome)? {
        Value::Array(rows) => Ok(rows.len()),
        other => Err(Violation(format!("list answers an array, not {other}"))),
    }
}

fn size(outcome: &Outcome) -> usize {
    outcome.data.as_ref().map_or(0, |data| data.get().len())
}
