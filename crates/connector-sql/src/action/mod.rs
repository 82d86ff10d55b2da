//! What configuration declares beside tables, as actions: queries, and stored functions.
//!
//! Each is read by the database when it is looked at: a mistake in it stops the start, in the database's own words,
//! which only the operator sees. One that names nothing of the caller's stays closed until the configuration says that
//! it answers every user alike.

mod function;
mod output;
mod parameter;
mod query;
mod text;

pub(crate) use function::arguments;
pub(crate) use parameter::{fits, needed};

use std::collections::BTreeMap;
use std::sync::Arc;

use access::Effect;
use connector::{Action, Error, ErrorKind, Hidden, Result};
use serde_json::Value;

use crate::Config;
use crate::catalog::Snapshot;
use crate::config::ParameterConfig;
use crate::names;
use crate::pool::{Connections, Purpose, Session};
use crate::schema::{Column, Engine};

/// The longest name of an action; tools are called by it.
const NAME_CHARS_MAX: usize = 40;

/// The actions that can be invoked, by name.
pub(crate) type Actions = BTreeMap<String, Ready>;

/// An action and how it is carried out.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) effect: Effect,
    pub(crate) statement: Written,
    /// What is bound, in the order of the statement's numbers.
    pub(crate) slots: Vec<Slot>,
    pub(crate) answer: Answer,
    pub(crate) rows_max: u32,
}

/// The statement's text.
#[derive(Debug)]
pub(crate) enum Written {
    Query(String),
    /// A call, in which arguments with defaults may be missing.
    Function {
        before: String,
        after: String,
    },
}

/// One bound value.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) source: Source,
    /// The type it is bound with.
    pub(crate) column: Column,
}

/// Where a bound value comes from.
#[derive(Debug)]
pub(crate) enum Source {
    Argument { name: String, settings: Option<Box<ParameterConfig>>, default: Option<Value>, required: bool },
    CallerId,
    Claim(String),
}

/// What comes back.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Rows of one cell each, the JSON text of a row.
    Json,
    /// One such row and no more: an object, or a single value.
    Single,
    /// Rows of values, with their names and whether they are truth values.
    Cells(Vec<(String, bool)>),
    /// How many rows were changed.
    Changed,
    /// Nothing.
    Done,
}

/// A declared action that the database has read, or that stays closed.
enum Declared {
    Open(Box<Action>, Box<Ready>),
    Closed(Hidden),
}

/// Adds the declared actions to a snapshot. At the `start` one that is wrong is an error; later, when the database has
/// changed below it, it is hidden.
pub(crate) async fn declare(
    resource: &str,
    pool: Connections<'_>,
    config: &Config,
    snapshot: &mut Snapshot,
    start: bool,
) -> Result<()> {
    if config.queries.is_empty() && config.functions.is_empty() {
        return Ok(());
    }
    let mut session = pool.session(Purpose::Read).await.map_err(crate::error::introspecting)?;
    let every = config.queries.keys().map(|name| ("queries", name));
    for (section, name) in every.chain(config.functions.keys().map(|name| ("functions", name))) {
        let place = Place { resource, section, name };
        let declared = one(&place, pool.engine(), &mut session, config, snapshot).await;
        let catalog = Arc::make_mut(&mut snapshot.catalog);
        match declared {
            Ok(Declared::Open(action, ready)) => {
                catalog.actions.push(*action);
                snapshot.actions.insert(name.clone(), *ready);
            }
            Ok(Declared::Closed(hidden)) => catalog.hidden.push(hidden),
            Err(error) if start || error.kind() != ErrorKind::InvalidArgument => return Err(error),
            Err(error) => {
                tracing::warn!(action = name, ?error, "no longer fits the database and is left out");
                let open_with = format!("correct [resources.{resource}.{section}.{name}]");
                catalog.hidden.push(Hidden { name: name.clone(), reason: error.message().to_owned(), open_with });
            }
        }
    }
    session.finish().await.map_err(crate::error::introspecting)
}

async fn one(
    place: &Place<'_>,
    engine: Engine,
    session: &mut Session,
    config: &Config,
    snapshot: &Snapshot,
) -> Result<Declared> {
    let name = place.name;
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.is_empty();
    if !plain || name.len() > NAME_CHARS_MAX {
        return Err(
            place.wrong(format!("give it a name of letters, digits and _, at most {NAME_CHARS_MAX} characters long"))
        );
    }
    if snapshot.schema.find(name).is_some() {
        return Err(place.wrong("there is a table of this name; give it another".into()));
    }
    match (config.queries.get(name), config.functions.get(name)) {
        (Some(_), Some(_)) => {
            Err(place.wrong("a query and a function have this name; give one of them another".into()))
        }
        (Some(_), None) if engine == Engine::MySql => {
            Err(place
                .wrong("declared queries are not possible on MySQL yet; a view of it is offered like a table".into()))
        }
        (Some(query), None) => query::declared(place, engine, session, config, query).await,
        (None, Some(function)) => function::declared(place, engine, session, config, function).await,
        (None, None) => Err(place.wrong("it is not declared".into())),
    }
}

/// Where in the configuration something is declared.
struct Place<'a> {
    resource: &'a str,
    section: &'static str,
    name: &'a str,
}

impl Place<'_> {
    fn wrong(&self, what: String) -> Error {
        Error::invalid(format!("[resources.{}.{}.{}]: {what}.", self.resource, self.section, self.name))
    }

    /// A mistake that the database found. Its words are about the operator's text and are shown to nobody else.
    fn refused(&self, error: sqlx::Error, hint: &str) -> Error {
        match error.as_database_error().map(|error| error.message().trim_end_matches('.').to_owned()) {
            Some(said) => self.wrong(format!("the database says: {said}{hint}")).with_source(error),
            None => crate::error::introspecting(error),
        }
    }

    fn within(&self, error: Error) -> Error {
        self.wrong(error.message().trim_end_matches('.').to_owned())
    }

    /// Closed, because it would answer every user alike.
    fn closed(&self, what: &str) -> Declared {
        Declared::Closed(Hidden {
            name: self.name.to_owned(),
            reason: format!("{what}, so it would answer every user alike"),
            open_with: format!("{}.{}.shared = true  # in [resources.{}]", self.section, self.name, self.resource),
        })
    }
}

/// Whether an argument of this name would say for whom: only the caller can be that, and is bound.
fn names_a_user(name: &str, config: &Config) -> bool {
    let folded = names::folded(name);
    let bare = ["p", "in", "arg", "v"].iter().find_map(|prefix| {
        let rest = name.strip_prefix(prefix)?.strip_prefix('_')?;
        Some(names::folded(rest))
    });
    let user = |name: &str| {
        name.starts_with("caller") || config.owner_columns.iter().any(|column| names::folded(column) == name)
    };
    user(&folded) || bare.as_deref().is_some_and(user)
}
