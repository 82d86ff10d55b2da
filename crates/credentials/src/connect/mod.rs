//! Connecting a user's own account at an upstream: from an address to visit to tokens in the store, and from there into
//! calls.

mod begin;
mod finish;
mod insist;
mod links;
mod refresh;
mod source;
mod ticket;
mod visit;

use std::sync::Arc;

use access::Caller;
use connector::{Error, ErrorKind};
use tokio_util::task::TaskTracker;

pub use begin::{Begun, Cookie};
pub use finish::{Answered, Finished};
pub use links::Links;
pub use source::ConnectionSource;
pub use visit::Visit;

use crate::{OAuthClient, RecordKind, Slot, Store};

/// How long the user may take at the authorization server, in seconds.
const FLOW_S: u64 = 600;
/// How long a link of a tool's answer is good, in seconds.
const TICKET_S: u64 = 900;

/// The accounts of one resource's upstream.
#[derive(Debug)]
pub struct Connect {
    pub(crate) resource: String,
    pub(crate) oauth: OAuthClient,
    pub(crate) store: Arc<Store>,
    pub(crate) links: Arc<Links>,
    /// What goes on when nobody waits for it any more.
    pub(crate) tasks: TaskTracker,
}

impl Connect {
    /// Those of `resource`.
    pub fn new(resource: impl Into<String>, oauth: OAuthClient, store: Arc<Store>, links: Arc<Links>) -> Self {
        Self { resource: resource.into(), oauth, store, links, tasks: TaskTracker::new() }
    }

    pub(crate) fn slot(&self, caller: &Caller) -> Slot {
        Slot::of(caller, &self.resource, RecordKind::Connection)
    }

    /// What a call answers that needs the caller's account and has none.
    pub(crate) fn not_connected(&self, caller: &Caller) -> Error {
        let resource = &self.resource;
        match self.address(caller) {
            Some(url) => {
                let sentence = format!(
                    "Your account for {resource} is not connected yet. Open the address that comes with this to connect it, then \
                     try again."
                );
                Error::new(ErrorKind::NotConnected, sentence).with_visit(url)
            }
            None => {
                let sentence = format!(
                    "Your account for {resource} is not connected yet. Connect it in the settings of the product that you use, \
                     then try again."
                );
                Error::new(ErrorKind::NotConnected, sentence)
            }
        }
    }
}
