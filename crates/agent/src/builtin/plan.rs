use connector::{Collection, OperationKind};
use serde_json::{Map, Value};

use super::nouns::{Found, World};
use super::reader::Question;
use super::sentence;
use super::wish::Wish;

/// What a message asks for.
#[derive(Debug)]
pub(crate) enum Plan<'w> {
    /// An answer that needs no call, or a question back.
    Say(String),
    /// What a look-up has already answered.
    Tell(String),
    /// One call, and how to tell what came of it.
    Act(Box<Act<'w>>),
    /// What has to be looked up before it is known which call is meant.
    Look(Box<Look>),
}

/// Look-ups, which change nothing, and what is wanted of what they find.
#[derive(Debug)]
pub(crate) struct Look {
    /// Tools and their arguments.
    pub(crate) calls: Vec<(String, Value)>,
    pub(crate) wish: Wish,
    /// The message named a user.
    pub(crate) claimed: bool,
}

/// One call.
#[derive(Debug)]
pub(crate) struct Act<'w> {
    pub(crate) tool: String,
    pub(crate) arguments: Value,
    pub(crate) then: Then<'w>,
    /// The message named a user.
    pub(crate) claimed: bool,
}

/// How to tell what came of a call.
#[derive(Debug)]
pub(crate) enum Then<'w> {
    List {
        collection: &'w Collection,
        name: String,
        words: String,
        order: Option<String>,
        offset: u64,
    },
    Count {
        collection: &'w Collection,
        name: String,
        words: String,
    },
    Figures {
        collection: &'w Collection,
        name: String,
        words: String,
    },
    Item {
        collection: &'w Collection,
        name: String,
        id: Value,
        fields: Vec<String>,
    },
    Created {
        collection: &'w Collection,
        name: String,
    },
    Updated {
        name: String,
        id: Value,
        data: Map<String, Value>,
    },
    Deleted {
        name: String,
        id: Value,
    },
    /// Items that may be meant by a name; `command` is what to say about one of them.
    Candidates {
        collection: &'w Collection,
        name: String,
        said: String,
        command: &'static str,
    },
    Invoked {
        name: String,
    },
    /// What was wanted of a setting or of a device, and its answer's lead.
    Wished {
        done: Done,
    },
}

/// What is told of a wish that came true.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Done {
    /// `name is now value`
    Is { name: String, value: Value },
    /// `name is back to its default, if it has one`
    Reset { name: String },
    /// The answer holds the value of something.
    Reading { name: String },
    /// The answer lists values with their times.
    Past { name: String },
    /// Something was carried out.
    Ran { name: String },
}

impl<'a> World<'a> {
    /// The collection that was named, if the caller may do this with it.
    pub(crate) fn pick(&self, found: &Found, kind: OperationKind) -> Result<usize, Question> {
        let only = match found.collections.as_slice() {
            [only] => *only,
            several => {
                let able: Vec<usize> = several.iter().copied().filter(|at| self.can(*at, kind)).collect();
                match able.as_slice() {
                    [only] if kind.effect() == access::Effect::Read => *only,
                    _ => return Err(self.which_collection(several)),
                }
            }
        };
        let Some(offered) = self.collections.get(only) else { return Err(String::new()) };
        if !found.exact && kind.effect() != access::Effect::Read {
            return Err(format!("Did you mean {}? Say the whole name.", offered.resource_type));
        }
        if self.can(only, kind) {
            return Ok(only);
        }
        let can: Vec<_> = offered.operations.iter().map(|kind| kind.as_str()).collect();
        Err(format!(
            "You cannot {} {} here. What can be done: {}.",
            kind.as_str(),
            offered.resource_type,
            sentence::all(&can)
        ))
    }

    pub(crate) fn which_collection(&self, several: &[usize]) -> Question {
        let names: Vec<_> =
            several.iter().filter_map(|at| self.collections.get(*at)).map(|o| o.resource_type.as_str()).collect();
        format!("Did you mean {}?", sentence::either(&names))
    }

    /// A call of one operation.
    pub(crate) fn act(
        &self,
        at: usize,
        kind: OperationKind,
        arguments: Map<String, Value>,
        claimed: bool,
        then: impl FnOnce(&'a Collection, String) -> Then<'a>,
    ) -> Result<Plan<'a>, Question> {
        let gone = || "That is not there any more. Ask again.".to_owned();
        let offered = self.collections.get(at).ok_or_else(gone)?;
        let (tool, arguments) = self.toolbox.call_for(offered, kind, arguments).ok_or_else(gone)?;
        let then = then(offered.collection, offered.resource_type.clone());
        Ok(Plan::Act(Box::new(Act { tool, arguments, then, claimed })))
    }
}
