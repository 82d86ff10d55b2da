use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bounds of one request to an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// How often the model is asked.
    pub turns_max: u32,
    /// Tool calls in all.
    pub tool_calls_max: u32,
    /// Tool calls at the same time; only calls that read run beside each other.
    pub parallel_max: usize,
    /// How long the whole request may take, in milliseconds.
    pub time_ms: u64,
    /// Bytes of one tool result that the model gets to see; the rest is cut and the model is told so.
    pub result_bytes_max: usize,
    /// Bytes of one message, the user's and each one of the history.
    pub message_bytes_max: usize,
    /// Messages of the history.
    pub history_turns_max: usize,
    /// Tokens that the model may write in one turn.
    pub output_tokens_max: u32,
    /// Tokens, read and written, of all turns together; no further turn is begun once they are used up.
    pub tokens_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            turns_max: 8,
            tool_calls_max: 32,
            parallel_max: 4,
            time_ms: 120_000,
            result_bytes_max: 32 * 1024,
            message_bytes_max: 32 * 1024,
            history_turns_max: 100,
            output_tokens_max: 4096,
            tokens_max: 200_000,
        }
    }
}

impl Limits {
    /// A bound of zero would stop every request before it begins.
    pub(crate) fn check(&self) -> Result<(), crate::ConfigError> {
        let zero = [
            ("turns_max", self.turns_max == 0),
            ("tool_calls_max", self.tool_calls_max == 0),
            ("parallel_max", self.parallel_max == 0),
            ("time_ms", self.time_ms == 0),
            ("result_bytes_max", self.result_bytes_max == 0),
            ("message_bytes_max", self.message_bytes_max == 0),
            ("output_tokens_max", self.output_tokens_max == 0),
            ("tokens_max", self.tokens_max == 0),
        ];
        match zero.into_iter().find(|(_, zero)| *zero) {
            Some((name, _)) => Err(crate::ConfigError::ZeroLimit { name }),
            None => Ok(()),
        }
    }
}
