use connector::{Error, Result, Start};
use serde::{Deserialize, Serialize};

use super::next::Pairs;

/// Where a listing goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    /// Pairs that choose the API's page; its first where there are none.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) pairs: Pairs,
    /// How many items of that page were dealt with.
    #[serde(rename = "s", default)]
    pub(super) skip: usize,
    /// How many items that match are left out before the first is shown.
    #[serde(rename = "o", default)]
    pub(super) offset: u64,
}

impl Place {
    pub(super) fn read(start: &Start) -> Result<Self> {
        match start {
            Start::Offset(offset) => Ok(Self { offset: *offset, ..Self::default() }),
            Start::After(text) => serde_json::from_str(text)
                .map_err(|_| Error::invalid("`cursor` does not belong to this list. Start again without it.")),
        }
    }

    pub(super) fn to_text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::internal)
    }
}
