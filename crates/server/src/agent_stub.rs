//! Stands in for the agent crate until that is there.
use gateway::Toolbox;
use serde::Serialize;
use serde_json::Value;

/// x
#[derive(Debug, Default)]
pub struct Agent;
/// x
#[derive(Debug)]
pub struct Ask {
    /// x
    pub message: String,
    /// x
    pub history: Vec<Value>,
    /// x
    pub request_id: String,
}
/// x
#[derive(Debug, Serialize)]
pub struct Answer {
    /// x
    pub response: String,
    /// x
    pub agent_used: String,
    /// x
    pub tools_used: Vec<Value>,
    /// x
    pub usage: Value,
    /// x
    pub request_id: String,
}
/// x
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct AskError;
impl AskError {
    /// x
    pub fn code(&self) -> &'static str {
        "internal"
    }
    /// x
    pub fn retryable(&self) -> bool {
        false
    }
}
impl Agent {
    /// x
    pub async fn ask(&self, toolbox: &Toolbox, ask: Ask) -> Result<Answer, AskError> {
        Ok(Answer {
            response: format!("{}: {}", toolbox.caller().id(), ask.message),
            agent_used: "stub".into(),
            tools_used: vec![],
            usage: Value::Null,
            request_id: ask.request_id,
        })
    }
}
