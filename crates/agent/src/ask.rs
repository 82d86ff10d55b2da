use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AskError, Limits};

/// One request to an agent. Who asks is not in it: that is the toolbox's.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// What the user says.
    pub message: &'a str,
    /// What was said before, oldest first; may be empty.
    pub history: &'a [Turn],
    /// Names the request in answers, logs and the audit.
    pub request_id: &'a str,
}

/// One message of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub text: String,
}

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The user.
    User,
    /// The agent.
    Assistant,
}

impl Ask<'_> {
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), AskError> {
        let invalid = |sentence: String| Err(AskError::InvalidMessage(sentence));
        let max = limits.message_bytes_max;
        if self.message.trim().is_empty() {
            return invalid("`message` is empty. Say what you want to know or have done.".into());
        }
        if self.message.len() > max {
            return invalid(format!("`message` is longer than {max} bytes. Make it shorter."));
        }
        if self.history.len() > limits.history_turns_max {
            let turns = limits.history_turns_max;
            return invalid(format!("`history` has more than {turns} messages. Leave out the oldest ones."));
        }
        if self.history.iter().any(|turn| turn.text.len() > max) {
            return invalid(format!("A message of `history` is longer than {max} bytes. Leave it out."));
        }
        Ok(())
    }
}
