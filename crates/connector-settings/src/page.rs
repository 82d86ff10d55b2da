use connector::{Error, ErrorKind, Result};
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON array that never grows beyond a number of bytes.
#[derive(Debug)]
pub(crate) struct Page {
    json: String,
    bytes_max: usize,
}

impl Page {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self { json: String::from("["), bytes_max }
    }

    /// Adds an item, or answers `false` when there is no more room. An array that cannot hold even its first item is
    /// refused: nobody could ever get past it.
    pub(crate) fn add(&mut self, item: &Value) -> Result<bool> {
        let text = serde_json::to_string(item).map_err(Error::internal)?;
        let is_first = self.json.len() == 1;
        if self.json.len() + usize::from(!is_first) + text.len() + 1 > self.bytes_max {
            return if is_first { Err(no_room()) } else { Ok(false) };
        }
        if !is_first {
            self.json.push(',');
        }
        self.json.push_str(&text);
        Ok(true)
    }

    pub(crate) fn into_json(mut self) -> Result<Box<RawValue>> {
        self.json.push(']');
        RawValue::from_string(self.json).map_err(Error::internal)
    }
}

/// One item is larger than the whole answer may be.
pub(crate) fn no_room() -> Error {
    Error::new(ErrorKind::LimitExceeded, "The answer has no room for a single item. Ask for fewer `fields`.")
}
