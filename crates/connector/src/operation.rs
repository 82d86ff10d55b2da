use access::{Effect, Target};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Answers, Batch, Error, ErrorKind, Filter, Group, Identifier};

/// What to do, already checked against the catalog: names exist, values have the described types, numbers are
/// within bounds. Nothing in it says for whom; that is the permit's.
#[derive(Clone, Debug)]
pub enum Operation {
    /// Items that match, a page at a time.
    List(List),
    /// One item.
    Get(Get),
    /// A new item.
    Create(Create),
    /// New values for some fields of one item.
    Update(Update),
    /// Removes one item.
    Delete(Delete),
    /// Figures over the items that match.
    Aggregate(Aggregate),
    /// Several items created, changed or removed at once, where [`Abilities`](crate::Abilities) say so.
    Batch(Batch),
    /// An action of the resource.
    Invoke(Invoke),
    /// A prompt, filled in.
    Recite(Recite),
    /// A document by its address.
    Read(Read),
    /// Ends of what somebody began to write.
    Complete(Complete),
}

/// The operations a collection may support. `invoke` is not one: it is for actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// See [`Operation::List`].
    List,
    /// See [`Operation::Get`].
    Get,
    /// See [`Operation::Create`].
    Create,
    /// See [`Operation::Update`].
    Update,
    /// See [`Operation::Delete`].
    Delete,
    /// See [`Operation::Aggregate`].
    Aggregate,
}

impl OperationKind {
    /// All, in the order in which tools are listed.
    pub const ALL: [Self; 6] = [Self::List, Self::Get, Self::Create, Self::Update, Self::Delete, Self::Aggregate];

    /// The word used in tool names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Get => "get",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Aggregate => "aggregate",
        }
    }

    /// What it does to the world.
    pub const fn effect(self) -> Effect {
        match self {
            Self::List | Self::Get | Self::Aggregate => Effect::Read,
            Self::Create | Self::Update => Effect::Write,
            Self::Delete => Effect::Destroy,
        }
    }

    /// Whether doing it twice leaves the same as doing it once.
    pub const fn idempotent(self) -> bool {
        !matches!(self, Self::Create)
    }
}

/// Where a page starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// After this many items.
    Offset(u64),
    /// After the place that an earlier [`Outcome::next`](crate::Outcome) named, which the gateway has proven to
    /// come from the same caller and the same query.
    After(String),
}

/// One sort term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// A sortable field.
    pub field: String,
    /// Largest first.
    pub descending: bool,
}

/// See [`Operation::List`].
#[derive(Clone, Debug)]
pub struct List {
    /// The collection's name.
    pub collection: String,
    /// Which items; all where there is none.
    pub filter: Option<Filter>,
    /// In which order. A connector adds the key at the end so that pages never overlap.
    pub sort: Vec<Sort>,
    /// Which fields of each item; all readable ones where there is none.
    pub fields: Option<Vec<String>>,
    /// The most items on this page; at least 1.
    pub limit: u32,
    /// Where the page starts.
    pub start: Start,
    /// What the collection's own [`Parameter`](crate::Parameter)s say.
    pub options: Map<String, Value>,
}

/// See [`Operation::Get`].
#[derive(Clone, Debug)]
pub struct Get {
    /// The collection's name.
    pub collection: String,
    /// Which item.
    pub identifier: Identifier,
    /// Which fields; all readable ones where there is none.
    pub fields: Option<Vec<String>>,
    /// What the collection's own parameters say.
    pub options: Map<String, Value>,
}

/// See [`Operation::Create`].
#[derive(Clone, Debug)]
pub struct Create {
    /// The collection's name.
    pub collection: String,
    /// Values by field.
    pub data: Map<String, Value>,
    /// What the collection's own parameters say.
    pub options: Map<String, Value>,
}

/// See [`Operation::Update`].
#[derive(Clone, Debug)]
pub struct Update {
    /// The collection's name.
    pub collection: String,
    /// Which item.
    pub identifier: Identifier,
    /// New values by field; what is not named stays. Never empty.
    pub data: Map<String, Value>,
    /// What the collection's own parameters say.
    pub options: Map<String, Value>,
}

/// See [`Operation::Delete`].
#[derive(Clone, Debug)]
pub struct Delete {
    /// The collection's name.
    pub collection: String,
    /// Which item.
    pub identifier: Identifier,
    /// What the collection's own parameters say.
    pub options: Map<String, Value>,
}

/// See [`Operation::Aggregate`].
#[derive(Clone, Debug, Default)]
pub struct Aggregate {
    /// The collection's name.
    pub collection: String,
    /// Over which items; all where there is none.
    pub filter: Option<Filter>,
    /// One row for each combination of these fields' values; one row in all where empty.
    pub group_by: Vec<Group>,
    /// Which figures; never empty.
    pub metrics: Vec<Metric>,
    /// Which rows of the answer: compares metrics, by their names.
    pub having: Option<Filter>,
    /// In which order: names of `group_by` or of metrics.
    pub sort: Vec<Sort>,
    /// The most rows.
    pub limit: u32,
}

/// One figure of an aggregate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// How it is made.
    pub function: Function,
    /// Of which field; none only for `count`, which then counts items.
    pub field: Option<String>,
    /// What it is called in the answer: given, or `count`, `sum_total`, …
    pub name: String,
}

/// How a figure is made of many values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// How many items, or how many values that are not null.
    Count,
    /// How many different values that are not null.
    CountDistinct,
    /// Their sum.
    Sum,
    /// Their mean.
    Avg,
    /// The smallest.
    Min,
    /// The largest.
    Max,
}

impl Function {
    /// The word used in arguments and default names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::CountDistinct => "count_distinct",
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
        }
    }
}

/// See [`Operation::Invoke`].
#[derive(Clone, Debug)]
pub struct Invoke {
    /// The action's name.
    pub action: String,
    /// Its input, valid by the action's schema.
    pub input: Map<String, Value>,
    /// What an earlier round asked for.
    pub answers: Option<Answers>,
}

/// Fills in a prompt. The outcome's data is MCP's `{"description": …, "messages": […]}`. Its effect is `read`.
#[derive(Clone, Debug)]
pub struct Recite {
    /// The prompt's name.
    pub prompt: String,
    /// What is filled in.
    pub arguments: Map<String, Value>,
    /// What an earlier round asked for.
    pub answers: Option<Answers>,
}

/// Reads a document by its address. The outcome's data is MCP's list of contents. Its effect is `read`.
#[derive(Clone, Debug)]
pub struct Read {
    /// The address: one that is listed, or one of a template.
    pub uri: String,
    /// What an earlier round asked for.
    pub answers: Option<Answers>,
}

/// Asks how an argument could go on. The outcome's data is MCP's `{"values": […], "total": …, "hasMore": …}`. Its effect
/// is `read`.
#[derive(Clone, Debug)]
pub struct Complete {
    /// Of what it is an argument.
    pub of: Completed,
    /// The argument's name.
    pub argument: String,
    /// What stands there so far.
    pub value: String,
    /// Arguments that are settled already.
    pub settled: Map<String, Value>,
}

/// What has an argument that can be completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completed {
    /// A prompt, by its name.
    Prompt(String),
    /// A pattern of addresses.
    Template(String),
}

impl Completed {
    fn target(&self) -> Target {
        match self {
            Self::Prompt(name) => Target::Prompt(name.clone()),
            Self::Template(_) => Target::Documents,
        }
    }
}

impl Operation {
    /// The answer of a resource that has nothing of this sort. Its catalog offers none, so no caller gets here.
    pub fn foreign(&self) -> Error {
        Error::new(ErrorKind::Unsupported, "This resource has nothing of this sort.")
    }

    /// What a permit for this must name.
    pub fn target(&self) -> Target {
        let collection = match self {
            Self::List(it) => &it.collection,
            Self::Get(it) => &it.collection,
            Self::Create(it) => &it.collection,
            Self::Update(it) => &it.collection,
            Self::Delete(it) => &it.collection,
            Self::Aggregate(it) => &it.collection,
            Self::Batch(it) => &it.collection,
            Self::Invoke(it) => return Target::Action(it.action.clone()),
            Self::Recite(it) => return Target::Prompt(it.prompt.clone()),
            Self::Read(_) => return Target::Documents,
            Self::Complete(it) => return it.of.target(),
        };
        Target::Collection(collection.clone())
    }

    /// Which operation on a collection this is; `None` for an action.
    pub const fn kind(&self) -> Option<OperationKind> {
        Some(match self {
            Self::List(_) => OperationKind::List,
            Self::Get(_) => OperationKind::Get,
            Self::Create(_) => OperationKind::Create,
            Self::Update(_) => OperationKind::Update,
            Self::Delete(_) => OperationKind::Delete,
            Self::Aggregate(_) => OperationKind::Aggregate,
            Self::Batch(it) => it.change.kind(),
            Self::Invoke(_) | Self::Recite(_) | Self::Read(_) | Self::Complete(_) => return None,
        })
    }
}
