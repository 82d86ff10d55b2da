//! What a server says of itself, as a catalog.

mod action;
mod documents;
mod prompt;
mod schema;
mod select;
mod snapshot;

pub(crate) use action::Tool;
pub(crate) use documents::{RESOURCES, shown};
pub(crate) use prompt::Recited;
pub(crate) use snapshot::{Offered, Snapshot};
