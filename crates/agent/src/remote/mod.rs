//! A model that is asked over the network, through `genai`.

mod convert;
mod failure;
mod malformed;
mod target;

use async_trait::async_trait;
use genai::Client;
use genai::chat::{ChatOptions, ToolChoice};
use secrecy::SecretString;

use crate::model::{ChatModel, Said, View};
use crate::{AskError, ConfigError, RemoteModel, prompt, today};

/// See the module.
pub(crate) struct Remote {
    name: String,
    client: Client,
    model: genai::ModelIden,
    instructions: Option<String>,
    /// Kept to take it out of whatever a provider sends back.
    key: Option<SecretString>,
}

impl Remote {
    pub(crate) fn new(model: RemoteModel, instructions: Option<String>) -> Result<Self, ConfigError> {
        let name = model.name.trim().to_owned();
        let target = target::of(&model)?;
        let key = target.key.clone();
        let (client, model) = target.client()?;
        Ok(Self { name, client, model, instructions, key })
    }
}

#[async_trait]
impl ChatModel for Remote {
    fn name(&self) -> &str {
        &self.name
    }

    async fn turn(&self, view: View<'_>) -> Result<Said, AskError> {
        let system = prompt::system(&today::utc().to_string(), self.instructions.as_deref());
        let request = convert::request(&view, system);
        let mut options = ChatOptions::default()
            .with_max_tokens(view.limits.output_tokens_max)
            .with_normalize_reasoning_content(true)
            // Needed to read a tool call whose arguments are not JSON; it is kept for no longer than this turn.
            .with_capture_raw_body(true);
        if view.last && !view.tools.is_empty() {
            options = options.with_tool_choice(ToolChoice::None);
        }
        match self.client.exec_chat(self.model.clone(), request, Some(&options)).await {
            Ok(response) => Ok(convert::said(response)),
            Err(error) => match malformed::read(&error) {
                Some(said) => Ok(said),
                None => Err(failure::of(error, self.key.as_ref())),
            },
        }
    }
}
