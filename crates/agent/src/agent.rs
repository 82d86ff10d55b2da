use std::fmt;

use secrecy::SecretString;

use crate::builtin::BuiltIn;
use crate::model::ChatModel;
use crate::remote::Remote;
use crate::{ConfigError, Limits};

/// A model, its limits and its instructions. One for the process; it holds nothing of any request.
pub struct Agent {
    pub(crate) model: Box<dyn ChatModel>,
    pub(crate) limits: Limits,
}

/// Which model answers.
#[derive(Clone, Debug)]
pub enum Model {
    /// The one that needs no key and no network and reads plain commands.
    BuiltIn,
    /// One that is asked over the network.
    Remote(RemoteModel),
}

/// A model at a provider, or at any address that speaks the chat completions protocol of OpenAI.
#[derive(Clone, Debug, Default)]
pub struct RemoteModel {
    /// Its name there: `mimo-v2-flash`, `gpt-5-mini`, `claude-sonnet-4-5`, `gemini-3-flash`, `ollama::qwen3`. The
    /// provider follows from the name, or stands before `::`.
    pub name: String,
    /// The provider's API key.
    pub key: Option<SecretString>,
    /// An address that speaks the chat completions protocol, such as `http://localhost:8080/v1` (or the protocol that
    /// stands before `::` in the name); the provider's own where there is none.
    pub base_url: Option<String>,
    /// The provider's protocol (`openai`, `anthropic`, `gemini`, …) where neither the name nor `base_url` says it.
    pub adapter: Option<String>,
}

impl Agent {
    /// `instructions` are the operator's words to a remote model, beside what it is always told; the built-in model
    /// needs none.
    pub fn new(model: Model, limits: Limits, instructions: Option<String>) -> Result<Self, ConfigError> {
        limits.check()?;
        let model: Box<dyn ChatModel> = match model {
            Model::BuiltIn => Box::new(BuiltIn),
            Model::Remote(remote) => Box::new(Remote::new(remote, instructions)?),
        };
        Ok(Self { model, limits })
    }

    /// What answers call it: `built-in`, or the model's name.
    pub fn name(&self) -> &str {
        self.model.name()
    }

    /// The bounds of one request.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

impl fmt::Debug for Agent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Agent").field("model", &self.name()).field("limits", &self.limits).finish_non_exhaustive()
    }
}
