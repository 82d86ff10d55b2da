use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an operation does to the world. Every operation has exactly one.
///
/// MCP annotations, approvals and the scopes that policy asks for all follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Adds or changes something that can be changed back.
    Write,
    /// Removes something, or does what cannot be undone.
    Destroy,
}

impl Effect {
    /// All effects, mildest first.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Destroy];

    /// The word used in configuration, audit lines and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Destroy => "destroy",
        }
    }
}

impl std::fmt::Display for Effect {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}
