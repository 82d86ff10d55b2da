use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

/// When `serve` and `mcp` look at the resources again. `serve` does so on SIGHUP too.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Reload {
    /// How often, in seconds; 0 for never. Where nothing has changed, nothing is made anew.
    interval_s: u64,
    /// How often a resource that could not be reached at the start is tried, in seconds, until it is there.
    retry_s: u64,
}

impl Default for Reload {
    fn default() -> Self {
        Self { interval_s: 60, retry_s: 5 }
    }
}

impl Reload {
    pub(crate) fn interval(&self) -> Option<Duration> {
        (self.interval_s > 0).then(|| Duration::from_secs(self.interval_s))
    }

    pub(crate) fn retry(&self) -> Duration {
        Duration::from_secs(self.retry_s.max(1))
    }
}
