use async_trait::async_trait;
use gateway::{Reply, Tool, Toolbox};
use genai::chat::ChatMessage;
use serde_json::Value;

use crate::{AskError, Limits, Usage};

/// Whatever answers: a remote model or the built-in one.
#[async_trait]
pub(crate) trait ChatModel: Send + Sync {
    /// What it is called in answers.
    fn name(&self) -> &str;

    /// Its next step. Dropping the future ends all work on it.
    async fn turn(&self, view: View<'_>) -> Result<Said, AskError>;
}

/// What a model gets to see.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    /// Only the built-in model looks at the catalog behind the tools.
    pub(crate) toolbox: &'a Toolbox,
    pub(crate) tools: &'a [Tool],
    pub(crate) transcript: &'a [Message],
    pub(crate) limits: &'a Limits,
    /// No further tool call will be carried out.
    pub(crate) last: bool,
}

/// One entry of a conversation, oldest first.
#[derive(Debug)]
pub(crate) enum Message {
    User(String),
    Assistant {
        text: Option<String>,
        /// The same in the provider's own words, which some want back unchanged (signed thoughts, for one).
        own: Option<ChatMessage>,
    },
    /// One for each call of the entry before, in the same order.
    Results(Vec<ToolResult>),
}

/// A tool call that a model wants.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ToolCall {
    /// The model's name for this call.
    pub(crate) id: String,
    pub(crate) tool: String,
    /// An object; anything else is what the model wrote instead, and no tool takes it.
    pub(crate) arguments: Value,
}

/// What came of a tool call.
#[derive(Debug)]
pub(crate) struct ToolResult {
    pub(crate) call_id: String,
    pub(crate) tool: String,
    pub(crate) reply: Reply,
}

/// A model's step: calls to carry out before it goes on, or its answer.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) text: Option<String>,
    pub(crate) calls: Vec<ToolCall>,
    pub(crate) own: Option<ChatMessage>,
    pub(crate) usage: Usage,
    /// The text ends where the bound on written tokens was reached.
    pub(crate) cut: bool,
}
