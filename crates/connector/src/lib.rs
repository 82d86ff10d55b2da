//! The contract between the gateway and a kind of resource.
//!
//! A connector describes its resource by a [`Catalog`] and carries out an [`Operation`] for whoever the
//! [`Permit`] names. It knows no protocol: tools, envelopes and status codes are made elsewhere.
//!
//! A connector cannot be called without a permit:
//!
//! ```compile_fail,E0061
//! # use bellhop_connector::{Connector, Context, Operation};
//! async fn call(connector: &dyn Connector, operation: Operation, context: &Context) {
//!     connector.execute(operation, context).await;
//! }
//! ```

mod abilities;
mod batch;
mod catalog;
mod content;
mod context;
mod cut;
mod error;
mod filter;
mod group;
mod identifier;
mod operation;
mod outcome;
mod prompt;
mod round;
mod schema;
mod watch;

pub use abilities::Abilities;
pub use access::{Caller, Effect, Permit, Target};
pub use batch::{Amendment, Batch, Change, Matching};
pub use catalog::{Action, Catalog, Collection, Documents, Field, Hidden, Ownership, Parameter, Reference, Shown};
pub use content::Content;
pub use context::{Context, Line, Progress};
pub use cut::cut;
pub use error::{Error, ErrorKind, Result};
pub use filter::{Comparison, Filter, Limits as FilterLimits};
pub use group::{Group, Unit};
pub use identifier::Identifier;
pub use operation::{
    Aggregate, Complete, Completed, Create, Delete, Function, Get, Invoke, List, Metric, Operation, OperationKind,
    Read, Recite, Sort, Start, Update,
};
pub use outcome::{CountIs, Outcome};
pub use prompt::{Prompt, PromptArgument};
pub use round::{Answers, Asked};
pub use schema::Schema;
pub use watch::Happening;

use std::fmt::Debug;
use std::sync::Arc;

/// The code that speaks to one kind of resource.
///
/// Dropping the future of any method cancels the work: the query is stopped, nothing half-done stays.
#[async_trait::async_trait]
pub trait Connector: Debug + Send + Sync + 'static {
    /// What the resource says of itself now. Cheap: a snapshot is kept. The same for every caller; what a caller
    /// may not reach is left out by policy, and whose things they are is settled by [`execute`](Self::execute).
    fn catalog(&self) -> Arc<Catalog>;

    /// Carries out one operation as the permit's caller.
    ///
    /// Things that are not the caller's do not exist: they are neither listed nor counted, and by identifier they
    /// are [`ErrorKind::NotFound`], in the same words as what is missing.
    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome>;

    /// Asks the resource for a sign of life. `Err` means that calls would fail now.
    async fn health(&self) -> Result<()>;

    /// Looks at the resource again and replaces the snapshot. Calls under way are not disturbed.
    async fn reload(&self) -> Result<()> {
        Ok(())
    }

    /// What happens to the resource from now on, where it tells. Whoever falls behind loses the oldest, and looks again.
    fn happenings(&self) -> Option<tokio::sync::broadcast::Receiver<Happening>> {
        None
    }
}

/// Spends `permit` on `operation` of `resource` and gives the caller to act as.
///
/// A permit made for anything else is a defect and answers [`ErrorKind::Internal`].
pub fn spend(permit: Permit, resource: &str, operation: &Operation, effect: Effect) -> Result<Caller> {
    permit.spend(resource, &operation.target(), effect).map_err(Error::internal)
}
