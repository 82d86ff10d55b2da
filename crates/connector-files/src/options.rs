use connector::{Error, Result};
use serde_json::{Map, Value};

use crate::path::Place;

/// Typed access to the arguments of one operation. The gateway has checked them against the catalog; a wrong type
/// here is still answered, never assumed away.
pub(crate) struct Options<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Options<'a> {
    /// Refuses names that nothing here reads.
    pub(crate) fn only(&self, known: &[&str]) -> Result<()> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Error::invalid(format!("`{name}` cannot be set. Give {}.", known.join(", ")))),
            None => Ok(()),
        }
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>> {
        self.read(name, "a text", Value::as_str)
    }

    pub(crate) fn needed(&self, name: &str) -> Result<&'a str> {
        self.text(name)?.ok_or_else(|| Error::invalid(format!("`{name}` is missing.")))
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>> {
        self.read(name, "true or false", Value::as_bool)
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>> {
        self.read(name, "a whole number that is not negative", Value::as_u64)
    }

    pub(crate) fn place(&self, name: &str, depth_max: usize) -> Result<Place> {
        Place::parse(name, self.needed(name)?, depth_max)
    }

    pub(crate) fn folder(&self, name: &str, depth_max: usize) -> Result<Place> {
        self.text(name)?.map_or(Ok(Place::TOP), |text| Place::parse_folder(name, text, depth_max))
    }

    fn read<T>(&self, name: &str, wanted: &str, read: impl Fn(&'a Value) -> Option<T>) -> Result<Option<T>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| Error::invalid(format!("`{name}` must be {wanted}."))),
        }
    }
}
