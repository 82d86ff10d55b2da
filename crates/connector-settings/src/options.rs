use connector::{Error, Result};
use serde_json::{Map, Value};

/// Typed access to the arguments of one operation. The gateway has checked them against the catalog; a wrong type here
/// is still answered, never assumed away.
pub(crate) struct Options<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Options<'a> {
    /// Refuses names that nothing here reads.
    pub(crate) fn only(&self, known: &[&str]) -> Result<()> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Error::invalid(format!("`{name}` cannot be set. Give {}.", known.join(", ")))),
            None => Ok(()),
        }
    }

    pub(crate) fn needed_text(&self, name: &str) -> Result<&'a str> {
        match self.0.get(name) {
            Some(Value::String(text)) => Ok(text),
            None | Some(Value::Null) => Err(Error::invalid(format!("`{name}` is missing."))),
            Some(_) => Err(Error::invalid(format!("`{name}` must be a text."))),
        }
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value
                .as_u64()
                .map(Some)
                .ok_or_else(|| Error::invalid(format!("`{name}` must be a whole number that is not negative."))),
        }
    }

    /// The revision that a change expects, as text or as the number it is.
    pub(crate) fn if_version(&self, required: bool) -> Result<Option<u64>> {
        let revision = match self.0.get("if_version") {
            None | Some(Value::Null) if required => {
                return Err(Error::invalid(
                    "`if_version` is missing. Get the setting first and give its `revision`, so that nothing that was \
                     written in between is lost.",
                ));
            }
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.parse().ok(),
            Some(other) => other.as_u64(),
        };
        revision.map(Some).ok_or_else(|| Error::invalid("`if_version` must be a `revision`, as `get` gives it."))
    }

    /// When what is written now ends: not named, never (null), or a time.
    pub(crate) fn expiry(&self, now: i64, ttl_s_max: u64) -> Result<Option<Option<i64>>> {
        match self.0.get("ttl_s") {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(value) => match value.as_u64().filter(|seconds| (1..=ttl_s_max).contains(seconds)) {
                Some(seconds) => Ok(Some(Some(now.saturating_add_unsigned(seconds.saturating_mul(1000))))),
                None => Err(Error::invalid(format!(
                    "`ttl_s` is a number of seconds from 1 to {ttl_s_max}, or null for no end."
                ))),
            },
        }
    }
}
