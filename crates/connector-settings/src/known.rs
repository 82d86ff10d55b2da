//! Keys of which configuration says what they hold.

use std::collections::BTreeMap;
use std::fmt;

use connector::{Error, Result};
use jsonschema::{Draft, Validator};
use serde_json::Value;

use crate::config::Config;

/// How deep a value nests at most: what is kept must be read again by parsers with bounds of their own.
const DEPTH_MAX: usize = 32;
/// Longest explanation of why a value does not match, in characters.
const WHY_CHARS_MAX: usize = 200;

#[derive(Default)]
pub(crate) struct Known(BTreeMap<String, Validator>);

impl Known {
    pub(crate) fn new(config: &Config) -> Result<Self> {
        let mut known = BTreeMap::new();
        for (key, entry) in &config.keys {
            crate::key::check(key, config.key_bytes_max)?;
            let Some(schema) = &entry.schema else { continue };
            let validator = jsonschema::options().with_draft(Draft::Draft202012).build(schema);
            let validator = validator.map_err(|error| {
                Error::invalid(format!("The schema of `keys.{key}` is none: {}.", cut(&error.to_string())))
            })?;
            known.insert(key.clone(), validator);
        }
        Ok(Self(known))
    }

    /// Refuses a value that the key does not take.
    pub(crate) fn check(&self, key: &str, value: &Value, config: &Config) -> Result<()> {
        if depth(value) > DEPTH_MAX {
            return Err(Error::invalid(format!("`value` nests deeper than {DEPTH_MAX} levels. Make it flatter.")));
        }
        let bytes = serde_json::to_string(value).map_err(Error::internal)?.len();
        let max = config.value_bytes_max;
        if bytes > max {
            return Err(Error::new(
                connector::ErrorKind::LimitExceeded,
                format!("`value` has {bytes} bytes as JSON, and {max} are the most."),
            ));
        }
        let Some(validator) = self.0.get(key) else { return Ok(()) };
        validator.validate(value).map_err(|error| {
            Error::invalid(format!("`{key}` does not take that `value`: {}.", cut(&error.to_string())))
        })
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.0.keys()).finish()
    }
}

fn cut(text: &str) -> String {
    let text = text.trim_end_matches('.');
    match text.char_indices().nth(WHY_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(all) => 1 + all.iter().map(depth).max().unwrap_or(0),
        Value::Object(all) => 1 + all.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
