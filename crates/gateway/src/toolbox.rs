mod call;
mod changes;
mod documents;
mod errand;
mod offered;
mod path;
mod prompts;
mod resolve;

use std::collections::BTreeSet;
use std::sync::Arc;

use access::{Caller, Denied, Effect};
use serde_json::{Map, Value};

use crate::gateway::Inner;
use crate::projection::{Entry, Place, Projection, Route, Universal};
use crate::{Offers, Reply, Tool};

pub use changes::Changes;
pub use documents::DocumentPage;
pub use errand::{Completion, Heard};
pub use offered::{Offered, OfferedAction};
pub use path::Missed;
pub use prompts::{OfferedPrompt, Recital};

/// One caller's view of all resources, as tools. What it lists is exactly what it may call; it never holds
/// anything of another caller.
#[derive(Clone)]
pub struct Toolbox {
    inner: Arc<Inner>,
    projection: Arc<Projection>,
    caller: Caller,
    door: Door,
}

/// Where a call comes in; the audit keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Door {
    /// `/mcp`.
    Mcp,
    /// MCP over standard input and output.
    Stdio,
    /// `/api/tools`.
    Http,
    /// The chat endpoint's agent.
    Chat,
    /// The command line.
    Cli,
}

impl Door {
    /// The word in the audit.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mcp => "mcp",
            Self::Stdio => "stdio",
            Self::Http => "http",
            Self::Chat => "chat",
            Self::Cli => "cli",
        }
    }
}

/// One call.
#[derive(Debug)]
pub struct Request<'a> {
    /// The tool's name.
    pub tool: &'a str,
    /// Its arguments: an object, or null for none.
    pub arguments: Value,
    /// What the connector gets: the request id, the bound on bytes, and who listens to progress.
    pub context: connector::Context,
}

/// A call that never became one. Doors answer it in their protocol's own words.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such tool for this caller.
    #[error("There is no tool called {name}. List the tools to see what there is.")]
    UnknownTool {
        /// The name, cut to a sensible length.
        name: String,
    },
    /// There is no such prompt for this caller.
    #[error("There is no prompt called {name}. List the prompts to see what there is.")]
    UnknownPrompt {
        /// The name, cut to a sensible length.
        name: String,
    },
    /// There is no such document for this caller.
    #[error("There is no document at this address.")]
    UnknownDocument {
        /// The address as it was given.
        uri: String,
    },
    /// What the client carried between two rounds was not given to it for this call, or too long ago.
    #[error("This requestState was not given to you for this call, or too long ago. Begin the call again without it.")]
    StaleState,
    /// The token lacks scopes that its user could grant (RFC 6750 section 3.1, `insufficient_scope`).
    #[error("This needs the scope {}.", .scopes.iter().cloned().collect::<Vec<_>>().join(" "))]
    InsufficientScope {
        /// Every scope that the call needs.
        scopes: BTreeSet<String>,
    },
}

impl Refused {
    /// The word in the audit and in answers.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownTool { .. } => "unknown_tool",
            Self::UnknownPrompt { .. } => "unknown_prompt",
            Self::UnknownDocument { .. } => "not_found",
            Self::StaleState => "stale_state",
            Self::InsufficientScope { .. } => "insufficient_scope",
        }
    }

    /// The refusal in the envelope, for doors that have no words of their own.
    pub fn into_reply(self, request_id: &str) -> Reply {
        Reply {
            error: Some(self.to_string()),
            code: Some(self.code()),
            retryable: Some(false),
            request_id: Some(request_id.to_owned()),
            ..Reply::default()
        }
    }
}

impl std::fmt::Debug for Toolbox {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Toolbox").field("caller", &self.caller).field("door", &self.door).finish_non_exhaustive()
    }
}

impl Toolbox {
    pub(crate) fn new(inner: Arc<Inner>, projection: Arc<Projection>, caller: Caller, door: Door) -> Self {
        Self { inner, projection, caller, door }
    }

    /// The same caller's view of what the resources are now: a toolbox itself does not change.
    #[must_use]
    pub fn renewed(&self) -> Self {
        Self { projection: self.inner.projection(), ..self.clone() }
    }

    /// Whose toolbox this is.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// A context for one call, with this toolbox's bound on bytes.
    pub fn context(&self, request_id: impl Into<String>) -> connector::Context {
        connector::Context::new(request_id, self.inner.options.result_bytes_max)
    }

    /// The tools that this caller may call, in a fixed order.
    pub fn tools(&self) -> Vec<Tool> {
        let listed = self.projection.listed();
        listed.iter().filter(|entry| self.may(entry).is_ok()).map(|entry| entry.tool.clone()).collect()
    }

    /// One of those tools.
    pub fn tool(&self, name: &str) -> Option<Tool> {
        let entry = self.projection.named(name)?;
        self.may(&entry).is_ok().then(|| entry.tool.clone())
    }

    /// What the house has beside plain tools.
    pub fn offers(&self) -> Offers {
        self.projection.offers
    }

    /// The schema of this tool's arguments where a client has to repeat some of them in headers.
    pub fn headers(&self, name: &str) -> Option<Arc<Map<String, Value>>> {
        let entry = self.projection.offers.made_for_models.then(|| self.projection.named(name))??;
        let has_headers = entry.tool.native.as_ref().is_some_and(|native| native.has_headers);
        (has_headers && self.may(&entry).is_ok()).then(|| entry.tool.input_schema.clone())
    }

    /// Whether policy lets this caller use a tool. A universal tool may be used where there is at least one thing
    /// to use it on.
    fn may(&self, entry: &Entry) -> Result<(), Denied> {
        match entry.route {
            Route::Operation { place, kind } => self.allows(place, kind.effect()),
            Route::Invoke { place } => self.allows(place, self.effect_of_action(place)),
            Route::Universal(universal) => self.may_somewhere(universal),
        }
    }

    fn may_somewhere(&self, universal: Universal) -> Result<(), Denied> {
        let projection = &self.projection;
        let places: &mut dyn Iterator<Item = Result<(), Denied>> = match universal {
            Universal::Describe => return Ok(()),
            Universal::Operation(kind) => &mut projection
                .collections()
                .filter(move |(_, _, collection)| collection.operations.contains(&kind))
                .map(move |(place, _, _)| self.allows(place, kind.effect())),
            Universal::Invoke => &mut projection.actions().map(|(place, _, action)| self.allows(place, action.effect)),
        };
        let mut denied = Denied::Unknown;
        for place in places {
            match place {
                Ok(()) => return Ok(()),
                // A missing scope is worth more than the rest: a client can do something about it.
                Err(scope @ Denied::Scope { .. }) => denied = scope,
                Err(_) => {}
            }
        }
        Err(denied)
    }

    fn allows(&self, place: Place, effect: Effect) -> Result<(), Denied> {
        let resource = self.projection.resources.get(place.resource()).ok_or(Denied::Unknown)?;
        self.inner.policy.allows(&self.caller, &resource.name, effect)
    }

    fn effect_of_action(&self, place: Place) -> Effect {
        self.projection.action(place).map_or(Effect::Destroy, |action| action.effect)
    }
}
