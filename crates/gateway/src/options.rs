use connector::FilterLimits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bounds of every call and the shape of the tool list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// How the catalog is offered as tools.
    pub tools: ToolsMode,
    /// With `auto`: up to this many tools the typed projection is used.
    pub tools_typed_max: usize,
    /// Items on a page when a call names no `limit`.
    pub rows_default: u32,
    /// The largest `limit`.
    pub rows_max: u32,
    /// Bytes of data in one answer.
    pub result_bytes_max: usize,
    /// How deep `and`, `or` and `not` may nest in one filter.
    pub filter_depth_max: usize,
    /// How many comparisons one filter may have; each value of an `in` counts as one.
    pub filter_terms_max: usize,
    /// How long one call may take, waiting for its turn included, in milliseconds.
    pub timeout_ms: u64,
    /// Calls of one caller at once; further ones wait their turn.
    pub concurrent_max: usize,
    /// Calls of one caller that may wait; further ones are refused.
    pub waiting_max: usize,
    /// Calls of one caller in a minute.
    pub calls_per_minute_max: u32,
    /// How long a user may take to answer what a resource asks back (MCP's `requestState`), in milliseconds.
    pub answer_within_ms: u64,
    /// Streams of changes (MCP's `subscriptions/listen`) that one caller may hold open at once.
    pub streams_max: usize,
    /// The same for all callers together.
    pub streams_all_max: usize,
}

/// What the tools, prompts and documents of one resource are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Names {
    /// With the resource's name before them: `NAME_tool`, `NAME_prompt`, `bellhop://NAME/address`.
    #[default]
    Prefixed,
    /// As the resource itself calls its actions, prompts and documents. Two things with one name stop the start.
    Bare,
}

/// How the catalog is offered as tools.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolsMode {
    /// Typed for few, universal for many.
    #[default]
    Auto,
    /// A tool for each operation of each collection: `shop_orders_list`.
    Typed,
    /// A handful of tools that take `resource_type`.
    Universal,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tools: ToolsMode::Auto,
            tools_typed_max: 40,
            rows_default: 50,
            rows_max: 1000,
            result_bytes_max: 1024 * 1024,
            filter_depth_max: FilterLimits::default().depth_max,
            filter_terms_max: FilterLimits::default().terms_max,
            timeout_ms: 30_000,
            concurrent_max: 8,
            waiting_max: 64,
            calls_per_minute_max: 1200,
            answer_within_ms: 600_000,
            streams_max: 4,
            streams_all_max: 1000,
        }
    }
}

impl Options {
    pub(crate) fn filters(&self) -> FilterLimits {
        FilterLimits { depth_max: self.filter_depth_max, terms_max: self.filter_terms_max }
    }
}
