use access::Effect;
use connector::{Context, Error, Operation, Prompt, Recite, Result};
use serde_json::{Map, Value};

use super::errand::{Found, Heard};
use super::path::{Missed, Stop, cut, gone};
use super::{Refused, Toolbox};
use crate::{Given, arguments, content, links, round};

/// A prompt that this caller may use.
#[derive(Clone, Copy, Debug)]
pub struct OfferedPrompt<'a> {
    /// What clients call it.
    pub name: &'a str,
    /// What it is.
    pub prompt: &'a Prompt,
}

/// A prompt to be filled in.
#[derive(Debug)]
pub struct Recital<'a> {
    /// What clients call it.
    pub name: &'a str,
    /// What is filled in: texts by the arguments' names.
    pub arguments: Map<String, Value>,
    /// What an earlier round asked for.
    pub given: Option<Given>,
    /// As for a call of a tool.
    pub context: Context,
}

impl Toolbox {
    /// The prompts that this caller may use, in a fixed order.
    pub fn prompts(&self) -> Vec<OfferedPrompt<'_>> {
        let all = self.projection.prompts().filter(|(_, resource, _)| {
            let known = self.projection.resources.get(*resource);
            known.is_some_and(|known| self.inner.policy.allows(&self.caller, &known.name, Effect::Read).is_ok())
        });
        all.map(|(name, _, prompt)| OfferedPrompt { name, prompt }).collect()
    }

    /// Fills in a prompt as this caller: MCP's `{"description": …, "messages": […]}`.
    pub async fn prompt(&self, recital: Recital<'_>) -> Result<Heard, Missed> {
        let Recital { name, arguments, given, context } = recital;
        let arguments = Value::Object(arguments);
        let place = round::place("prompts/get", name, &arguments);
        let found = self.find_prompt(name, &arguments, given, &place);
        let resource = found.as_ref().map_or(0, |(resource, _)| *resource);
        let outcome = self.attend("prompts/get", &arguments, &context, found).await?;
        self.heard(outcome, &place, &context.request_id, |data| {
            let known = self.projection.resources.get(resource).ok_or_else(gone)?;
            content::tidy(data.get_mut("description"));
            for message in data.get_mut("messages").and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(block) = message.get_mut("content") {
                    content::tidy_block(block);
                    links::mark_block(known, block);
                }
            }
            self.within_bytes(data)
        })
    }

    fn find_prompt(&self, name: &str, given: &Value, answers: Option<Given>, place: &str) -> Found {
        let (resource, prompt) = self.prompt_called(name)?;
        let answers = self.opened(answers, place)?;
        let mut filled = given.as_object().cloned().unwrap_or_default();
        let declared = |name: &str| prompt.arguments.iter().any(|argument| argument.name == name);
        arguments::refuse_others(&mut filled, &self.caller, &prompt.identity, &declared)?;
        if let Some((wrong, _)) = filled.iter().find(|(name, value)| !declared(name) || !value.is_string()) {
            let why = if declared(wrong) { "is a text" } else { "is not one of its arguments" };
            return Err(Error::invalid(format!("`{}` {why}.", cut(wrong))).into());
        }
        if let Some(missing) = prompt.arguments.iter().find(|it| it.required && !filled.contains_key(&it.name)) {
            return Err(Error::invalid(format!("`{}` is missing.", missing.name)).into());
        }
        let operation = Operation::Recite(Recite { prompt: prompt.name.clone(), arguments: filled, answers });
        Ok((resource, operation))
    }

    /// The prompt that clients call this, where this caller may use it.
    pub(super) fn prompt_called(&self, name: &str) -> Result<(usize, &Prompt), Stop> {
        let unknown = || Stop::Refused(Refused::UnknownPrompt { name: cut(name).to_owned() });
        let (_, resource, prompt) = self.projection.prompts().find(|(own, ..)| *own == name).ok_or_else(unknown)?;
        let known = self.projection.resources.get(resource).ok_or_else(gone)?;
        self.may_read(&known.name, unknown)?;
        Ok((resource, prompt))
    }

    /// What a resource gives for passing on has the same bound as any answer.
    pub(super) fn within_bytes(&self, data: &Value) -> Result<()> {
        let (bytes, bytes_max) = (content::size(data), self.inner.options.result_bytes_max);
        if bytes <= bytes_max {
            return Ok(());
        }
        let sentence = format!("This has {bytes} bytes, and at most {bytes_max} are passed on.");
        Err(Error::new(connector::ErrorKind::LimitExceeded, sentence))
    }
}
