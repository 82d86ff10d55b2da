//! Stands in for the agent crate until that is there.
#![allow(missing_docs, reason = "a stub")]
use gateway::Toolbox;
use serde::{Deserialize, Serialize};

#[derive(Debug, Default)]
pub struct Agent;
#[derive(Debug)]
pub struct Ask<'a> {
    pub message: &'a str,
    pub history: &'a [Turn],
    pub request_id: &'a str,
}
#[derive(Debug)]
pub struct Turn {
    pub role: Role,
    pub text: String,
}
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    User,
    Assistant,
}
#[derive(Debug, Serialize)]
pub struct Answer {
    pub response: String,
    pub agent_used: String,
    pub tools_used: Vec<String>,
    pub usage: (),
    pub request_id: String,
}
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error("{0}")]
    InvalidMessage(String),
    #[error("{0}")]
    ModelUnavailable(String),
    #[error("{0}")]
    ModelRefused(String),
    #[error("x")]
    Timeout { after: std::time::Duration },
}
impl AskError {
    pub fn code(&self) -> &'static str {
        "internal"
    }
    pub fn retryable(&self) -> bool {
        false
    }
    pub fn retry_after(&self) -> Option<std::time::Duration> {
        None
    }
}
impl Agent {
    pub async fn ask(&self, toolbox: &Toolbox, ask: Ask<'_>) -> Result<Answer, AskError> {
        Ok(Answer {
            response: format!("{}: {}", toolbox.caller().id(), ask.message),
            agent_used: "stub".into(),
            tools_used: vec![],
            usage: (),
            request_id: ask.request_id.into(),
        })
    }
}
