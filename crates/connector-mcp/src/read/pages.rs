use connector::{Error, ErrorKind};
use serde_json::{Map, Value};

use crate::wire::{Ask, Failure, Link, Who};

/// More pages than this are nobody's honest list.
const PAGES_MAX: usize = 100;

/// Every item of one of a server's lists, as the house itself sees it.
pub(crate) async fn pages(
    link: &dyn Link,
    method: &'static str,
    key: &str,
    items_max: usize,
) -> Result<Vec<Map<String, Value>>, Failure> {
    all(link, Who::House, &Ask::look(method, Map::new()), key, items_max).await
}

/// The same as somebody sees it.
pub(crate) async fn all(
    link: &dyn Link,
    who: Who<'_>,
    ask: &Ask<'_>,
    key: &str,
    items_max: usize,
) -> Result<Vec<Map<String, Value>>, Failure> {
    let mut items: Vec<Map<String, Value>> = Vec::new();
    let mut ask = ask.clone();
    for _ in 0..PAGES_MAX {
        let mut page = link.ask(who, ask.clone()).await?;
        if let Some(Value::Array(found)) = page.remove(key) {
            items.extend(found.into_iter().filter_map(|item| match item {
                Value::Object(item) => Some(item),
                _ => None,
            }));
        }
        if items.len() > items_max {
            break;
        }
        match page.remove("nextCursor") {
            Some(cursor @ Value::String(_)) => drop(ask.params.insert("cursor".into(), cursor)),
            _ => return Ok(items),
        }
    }
    let message =
        format!("The MCP server lists more than {items_max} of one sort: raise `items_max` of this resource.");
    Err(Error::new(ErrorKind::LimitExceeded, message).into())
}
