use access::Effect;
use serde::Serialize;

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The answer, for a person.
    pub response: String,
    /// Who answered: `built-in`, or the model's name.
    pub agent_used: String,
    /// Every tool call that was carried out, in order.
    pub tools_used: Vec<ToolUsed>,
    /// What it cost.
    pub usage: Usage,
    /// Names the request in logs and in the audit; its tool calls are `{request_id}.1`, `{request_id}.2`, …
    pub request_id: String,
    /// An address that the user has to open before what they asked for can be done: to connect an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visit: Option<String>,
    /// Why it ended before the model was done, where it did: the name of the limit that was reached, or the code
    /// of the error that came after something had already been changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// One tool call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ToolUsed {
    /// The tool's name.
    pub tool: String,
    /// What it does to the world.
    pub effect: Effect,
    /// Whether it was done.
    pub success: bool,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// What a request cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Tokens that the model read; none for the built-in one.
    pub input_tokens: u64,
    /// Tokens that the model wrote; none for the built-in one.
    pub output_tokens: u64,
    /// How often the model was asked.
    pub model_calls: u32,
}

impl Usage {
    pub(crate) fn tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.model_calls += other.model_calls;
    }
}
