//! How far the database may be put to work for one call.

use schemars::JsonSchema;
use serde::Deserialize;

/// How the items of a list are counted. The answer says where a count is not exact (`count_is`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// Exactly, and on tables that are large or of unknown size only up to `count_exact_max`.
    #[default]
    Auto,
    /// Always exactly.
    Exact,
    /// By the planner's reckoning (PostgreSQL), which costs nothing; elsewhere exactly up to `count_exact_max`.
    Estimated,
    /// Not at all.
    None,
}

/// What happens to a sort on a large table that no index can give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SortUnindexed {
    /// It is done, and the answer says why it is slow.
    #[default]
    Notice,
    /// It is refused, with the fields that an index orders.
    Refuse,
}

/// See [`Config::count_exact_max`](crate::Config::count_exact_max).
pub(super) fn count_exact_max() -> u64 {
    100_000
}
