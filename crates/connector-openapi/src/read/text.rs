//! From bytes to JSON values.

use connector::{Error, Result};
use serde_json::Value;
use serde_saphyr::{Budget, DuplicateKeyPolicy, Options};

/// How deep YAML may nest; JSON's own limit.
const DEPTH_MAX: usize = 128;
/// How many values a YAML document may have, those that aliases repeat among them.
const NODES_MAX: usize = 4_000_000;
/// How often aliases are used.
const ALIASES_MAX: usize = 50_000;

/// Reads JSON or YAML.
pub(crate) fn parse(text: &[u8]) -> Result<Value> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    let parsed = match first {
        // Its own limit on depth (128) holds for everything that walks the value later.
        Some(b'{') => serde_json::from_slice(text).map_err(|error| error.to_string()),
        // A page that says that there is nothing, most of the time.
        Some(b'<') => Err("it is HTML or XML, neither JSON nor YAML".to_owned()),
        Some(_) => yaml(text),
        None => Err("it is empty".to_owned()),
    };
    let parsed = parsed.map_err(|why| Error::invalid(format!("The document cannot be read: {}.", brief(&why))))?;
    match parsed {
        Value::Object(_) => Ok(parsed),
        _ => Err(Error::invalid("This is no OpenAPI document: it is a single value or a list.")),
    }
}

fn yaml(text: &[u8]) -> std::result::Result<Value, String> {
    let text = std::str::from_utf8(text).map_err(|_| "it is not UTF-8".to_owned())?;
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| error.to_string())
}

fn options() -> Options {
    let mut budget = Budget::default();
    budget.max_depth = DEPTH_MAX;
    budget.max_nodes = NODES_MAX;
    budget.max_events = NODES_MAX * 2;
    budget.max_aliases = ALIASES_MAX;
    let mut options = Options::default();
    options.budget = Some(budget);
    options.alias_limits.max_total_replayed_events = NODES_MAX;
    options.duplicate_keys = DuplicateKeyPolicy::LastWins;
    options
}

/// The first line of what a parser says, cut.
fn brief(why: &str) -> String {
    super::words::clean(why.lines().next().unwrap_or_default(), 200)
}
