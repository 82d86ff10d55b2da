use access::{Denied, Effect};
use connector::{Answers, Asked, Complete, Completed, Context, Error, Operation, Outcome, Result};
use serde_json::{Map, Value, json};

use super::path::{Missed, Stop, gone};
use super::{Refused, Toolbox};
use crate::{Given, Reply, arguments, links};

/// What came of asking for a prompt or a document.
#[derive(Clone, Debug)]
pub enum Heard {
    /// It, in MCP's shape.
    Data(Value),
    /// What the resource has to know first.
    Asked(Asked),
}

/// A question how an argument could go on.
#[derive(Debug)]
pub struct Completion {
    /// Of what it is an argument, as clients call it.
    pub of: Completed,
    /// The argument's name.
    pub argument: String,
    /// What stands there so far.
    pub value: String,
    /// Arguments that are settled already.
    pub settled: Map<String, Value>,
    /// As for a call of a tool.
    pub context: Context,
}

/// Something to do with one resource that is no tool, found and checked.
pub(super) type Found = Result<(usize, Operation), Stop>;

impl Toolbox {
    /// How an argument of a prompt, or of a pattern of addresses, could go on: MCP's `{"values": […], …}`.
    pub async fn complete(&self, completion: Completion) -> Result<Value, Missed> {
        let Completion { of, argument, value, settled, context } = completion;
        let given = json!({"argument": argument, "value": value, "settled": settled});
        let found = self.find_completed(of, argument, value, settled);
        let outcome = self.attend("completion/complete", &given, &context, found).await?;
        Ok(outcome.data.and_then(|data| serde_json::from_str(data.get()).ok()).unwrap_or_else(|| json!({"values": []})))
    }

    fn find_completed(&self, of: Completed, argument: String, value: String, mut settled: Map<String, Value>) -> Found {
        let (resource, of) = match of {
            Completed::Prompt(name) => {
                let (resource, prompt) = self.prompt_called(&name)?;
                let declared = |name: &str| prompt.arguments.iter().any(|argument| argument.name == name);
                arguments::refuse_others(&mut settled, &self.caller, &prompt.identity, &declared)?;
                if !declared(&argument) {
                    return Err(Error::invalid(format!("{name} has no such argument to complete.")).into());
                }
                settled.retain(|name, _| declared(name));
                (resource, Completed::Prompt(prompt.name.clone()))
            }
            Completed::Template(pattern) => {
                let (resource, pattern) = self.resource_of(&pattern)?;
                let known = self.projection.resources.get(resource).ok_or_else(gone)?;
                let templates = known.catalog.documents.iter().flat_map(|documents| &documents.templates);
                if !templates.clone().any(|template| template.get("uriTemplate").is_some_and(|own| *own == pattern)) {
                    return Err(Error::invalid("There is no such pattern of addresses. List the templates.").into());
                }
                (resource, Completed::Template(pattern))
            }
        };
        Ok((resource, Operation::Complete(Complete { of, argument, value, settled })))
    }

    /// Does it on the path of all calls. `method` is what the audit calls it.
    pub(super) async fn attend(
        &self,
        method: &'static str,
        given: &Value,
        context: &Context,
        found: Found,
    ) -> Result<Outcome, Missed> {
        let mut entry = self.open(method, given, &context.request_id);
        let ended = match found {
            Ok((resource, operation)) => {
                self.in_turn(self.execute(resource, Effect::Read, operation, context, &mut entry)).await
            }
            Err(stop) => Err(stop),
        };
        let outcome = |outcome: &Outcome| if outcome.asked.is_some() { "input_required" } else { "ok" };
        self.close(ended, method, &context.request_id, entry, outcome).await
    }

    /// What a client brings to the next round of something that is no tool.
    pub(super) fn opened(&self, given: Option<Given>, place: &str) -> Result<Option<Answers>, Stop> {
        let Some(given) = given else { return Ok(None) };
        let opened = self.inner.open_round(given, &self.caller, place);
        opened.map(Some).ok_or(Stop::Refused(Refused::StaleState))
    }

    /// What came of it: `data` after `tidy`, or what is asked back, sealed.
    pub(super) fn heard(
        &self,
        outcome: Outcome,
        place: &str,
        request_id: &str,
        tidy: impl FnOnce(&mut Value) -> Result<()>,
    ) -> Result<Heard, Missed> {
        let failed = |error: Error| Missed::Failed(Box::new(Reply::failure(&error, request_id)));
        if let Some(mut asked) = outcome.asked {
            if let Some(state) = asked.state.take() {
                asked.state = Some(self.inner.seal_round(state, &self.caller, place).map_err(failed)?);
            }
            return Ok(Heard::Asked(asked));
        }
        let data = outcome.data.ok_or_else(|| failed(Error::internal("the resource gave nothing")))?;
        let mut data = serde_json::from_str(data.get()).map_err(|error| failed(Error::internal(error)))?;
        tidy(&mut data).map_err(failed)?;
        Ok(Heard::Data(data))
    }

    /// The resource that a document's address, or a pattern of addresses, is of, and the address as it knows it.
    pub(super) fn resource_of(&self, uri: &str) -> Result<(usize, String), Stop> {
        const URI_BYTES_MAX: usize = 8 * 1024;
        if uri.len() > URI_BYTES_MAX || uri.chars().any(char::is_control) {
            return Err(
                Error::invalid("This is not an address: it is too long, or has characters that none has.").into()
            );
        }
        let unknown = || Stop::Refused(Refused::UnknownDocument { uri: uri.to_owned() });
        let named = links::split(uri);
        let mut found = self.projection.resources.iter().enumerate().filter(|(_, known)| match named {
            Some((name, _)) => !known.bare && known.name == name,
            None => known.bare && !links::pretends(uri),
        });
        let mut found = found.by_ref().filter(|(_, known)| known.catalog.documents.is_some());
        let (resource, known) = found.next().ok_or_else(unknown)?;
        self.may_read(&known.name, unknown)?;
        if let Some((_, other)) = found.find(|(_, other)| self.may_read(&other.name, unknown).is_ok()) {
            let sentence = format!("This address could be of {} and of {}: it is not read.", known.name, other.name);
            return Err(Error::new(connector::ErrorKind::Conflict, sentence).into());
        }
        Ok((resource, named.map_or(uri, |(_, rest)| rest).to_owned()))
    }

    /// Whether this caller may read of a resource; what they may not does not exist.
    pub(super) fn may_read(&self, resource: &str, unknown: impl FnOnce() -> Stop) -> Result<(), Stop> {
        match self.inner.policy.allows(&self.caller, resource, Effect::Read) {
            Ok(()) => Ok(()),
            Err(Denied::Scope { scopes }) => Err(Stop::Refused(Refused::InsufficientScope { scopes })),
            Err(Denied::Role | Denied::ReadOnly | Denied::Unknown) => Err(unknown()),
        }
    }
}
