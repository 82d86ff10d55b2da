//! Where descriptions are read from. A wrong one costs itself and no other.

mod address;
mod file;

use std::collections::HashSet;

use connector::{Error, Hidden, Result};
use serde_json::Value;
use url::Url;

use crate::Config;
use crate::td::{Form, Op, Place, Thing, parse};
use crate::words::clean;

/// What the configured places say.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// In the order of the configuration.
    pub(crate) things: Vec<Thing>,
    /// What cannot be used.
    pub(crate) hidden: Vec<Hidden>,
}

/// One document of a place.
struct Document {
    /// Where, for an operator.
    name: String,
    /// What it says, or why it cannot be read.
    said: Result<Value, String>,
    /// Where it was fetched.
    address: Option<Url>,
    /// Whether configuration names it.
    named: bool,
}

/// Reads them all. `Err` where a place that configuration names is not there at all.
pub(crate) async fn read(
    config: &Config,
    check: &(dyn Fn(&Form, Op) -> Result<(), String> + Send + Sync),
) -> Result<Found> {
    let mut documents = Vec::new();
    for place in &config.descriptions {
        if is_address(place) {
            documents.push(address::document(place, config).await?);
        } else {
            documents.extend(file::documents(&config.base.join(place), &config.limits).await?);
        }
    }
    for directory in &config.directories {
        documents.extend(address::directory(directory, config).await?);
    }
    let mut found = Found::default();
    let mut ids = HashSet::new();
    for document in documents {
        let said = match document.said {
            Ok(said) => said,
            Err(why) => {
                found.hidden.push(hidden(&document.name, &why));
                continue;
            }
        };
        let all = match said {
            Value::Array(all) => all,
            one => vec![one],
        };
        let place = Place { named: document.named, address: document.address.as_ref() };
        for (number, one) in all.iter().enumerate() {
            let name = || match one.get("id").or(one.get("title")).and_then(Value::as_str) {
                Some(id) => clean(id, 200).unwrap_or_default(),
                None => format!("{} #{number}", document.name),
            };
            match parse(one, &place, check) {
                Ok(_) if found.things.len() >= config.limits.things_max => {
                    found.hidden.push(hidden(&name(), "there are more than `limits.things_max`"));
                }
                Ok(thing) if !ids.insert(thing.id.clone()) => {
                    found.hidden.push(hidden(&name(), "another thing has the same id"));
                }
                Ok(thing) => found.things.push(thing),
                Err(why) => found.hidden.push(hidden(&name(), &why)),
            }
        }
    }
    Ok(found)
}

/// Something that cannot be used as it is described.
pub(crate) fn hidden(name: &str, why: &str) -> Hidden {
    Hidden { name: name.to_owned(), reason: why.to_owned(), open_with: "correct its Thing Description".to_owned() }
}

fn is_address(place: &str) -> bool {
    place.starts_with("http://") || place.starts_with("https://")
}

fn json(bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: line {}", error.line()))
}

fn wrong(place: &str, why: &str) -> Error {
    Error::invalid(format!("The Thing Description {place} {why}."))
}
