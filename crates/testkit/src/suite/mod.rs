//! The suite that every connector must pass.
//!
//! It is made from the connector's own catalog, so a new collection or operation is tried without anyone listing
//! it, and one that could not be tried fails the suite. Two users with data take part. Bob tries everything with
//! Alice's identifiers, keys, parents, owner value and cursors; nothing of hers may appear, be counted, change, go
//! or be referred to, and what is hers must look to him exactly like what does not exist.

mod action;
mod aggregate;
mod call;
mod cancel;
mod catalog;
mod create;
mod delete;
mod get;
mod hostile;
mod limit;
mod list;
mod permit;
mod sample;
mod several;
mod update;
mod world;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use access::Caller;
use connector::{Connector, OperationKind, Ownership};
use serde_json::{Map, Value};

use call::Suite;

/// Values for a create, by collection name and a number that is another one each time; `None` where values made
/// from the fields' schemas will do.
pub type Sample = Box<dyn Fn(&str, u64) -> Option<Map<String, Value>> + Send + Sync>;

/// What the suite runs on: a connector, and two users of whom each has something in every owned collection that
/// the other has not.
pub struct Subject {
    /// The connector, ready for use.
    pub connector: Arc<dyn Connector>,
    /// The name its permits are for.
    pub resource: String,
    /// Whose things nobody else may touch.
    pub alice: Caller,
    /// Who tries to.
    pub bob: Caller,
    /// What the connector was given and must never show, in `Debug` or in errors: passwords, addresses with them.
    pub secrets: Vec<String>,
    /// What no error message may contain: names of tables that are hidden, paths on the server, SQL.
    pub internals: Vec<String>,
    /// Data for creates, where the schemas do not say enough.
    pub sample_create: Sample,
}

impl Subject {
    /// A subject without secrets, whose creates get values made from the fields' schemas.
    pub fn new(connector: Arc<dyn Connector>, resource: &str, alice: Caller, bob: Caller) -> Self {
        Self {
            connector,
            resource: resource.to_owned(),
            alice,
            bob,
            secrets: Vec::new(),
            internals: Vec::new(),
            sample_create: Box::new(|_, _| None),
        }
    }
}

/// What was tried.
#[derive(Debug, Default)]
pub struct Report {
    /// How many calls, of both users.
    pub calls: usize,
    /// How many attempts on what is not one's own, by collection or action and operation.
    pub attempts: BTreeMap<(String, &'static str), usize>,
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} calls", self.calls)?;
        for ((target, operation), attempts) in &self.attempts {
            writeln!(out, "{target} {operation}: {attempts} attempts")?;
        }
        Ok(())
    }
}

/// A claim that does not hold.
#[derive(Debug)]
pub struct Violation(String);

impl Violation {
    /// What was claimed and what was seen.
    pub fn message(&self) -> &str {
        &self.0
    }
}

type Check<T = ()> = Result<T, Violation>;

fn claim(holds: bool, otherwise: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(Violation(otherwise())) }
}

/// Runs the whole suite.
///
/// # Panics
///
/// At the first claim that does not hold, with that claim.
pub async fn run(subject: Subject) -> Report {
    check(subject).await.unwrap_or_else(|Violation(claim)| panic!("{claim}"))
}

/// Runs the whole suite up to the first claim that does not hold.
pub async fn check(subject: Subject) -> Result<Report, Violation> {
    let mut suite = Suite::new(subject);
    catalog::check(&suite)?;
    suite.prepare().await?;
    let catalog = Arc::clone(&suite.catalog);
    for collection in &catalog.collections {
        for operation in &collection.operations {
            match operation {
                OperationKind::List => list::try_all(&mut suite, collection).await?,
                OperationKind::Get => get::try_all(&mut suite, collection).await?,
                OperationKind::Create => create::try_all(&mut suite, collection).await?,
                OperationKind::Update => update::try_all(&mut suite, collection).await?,
                OperationKind::Delete => delete::try_all(&mut suite, collection).await?,
                OperationKind::Aggregate => aggregate::try_all(&mut suite, collection).await?,
            }
            suite.unchanged(&format!("{} of {} by Bob", operation.as_str(), collection.name)).await?;
        }
        several::try_all(&mut suite, collection).await?;
        suite.unchanged(&format!("several of {} at once", collection.name)).await?;
        hostile::try_all(&mut suite, collection).await?;
        limit::try_all(&mut suite, collection).await?;
        permit::try_all(&mut suite, collection).await?;
        cancel::try_all(&mut suite, collection).await?;
        suite.unchanged(&format!("all attempts on {}", collection.name)).await?;
    }
    for one in &catalog.actions {
        action::try_all(&mut suite, one).await?;
        suite.unchanged(&format!("the action {} by Bob", one.name)).await?;
    }
    suite.connector_is_well().await?;
    nothing_left_out(&suite)?;
    Ok(suite.report)
}

fn nothing_left_out(suite: &Suite) -> Check {
    let tried = |target: &str, operation| suite.report.attempts.contains_key(&(target.to_owned(), operation));
    for collection in &suite.catalog.collections {
        for operation in &collection.operations {
            let name = operation.as_str();
            claim(tried(&collection.name, name), || format!("{name} of {} was left untried", collection.name))?;
        }
    }
    for action in &suite.catalog.actions {
        claim(tried(&action.name, "invoke"), || format!("the action {} was left untried", action.name))?;
    }
    Ok(())
}

fn is_owned(ownership: &Ownership) -> bool {
    matches!(ownership, Ownership::Owned { .. })
}
