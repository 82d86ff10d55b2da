use access::Caller;
use serde::{Deserialize, Serialize};

use super::{Connect, TICKET_S};
use crate::store::now_s;
use crate::{Slot, Store};

pub(super) const PURPOSE: &str = "connect ticket";

/// For whom a link was made. The link holds it sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Ticket {
    pub(super) slot: Slot,
    /// Where the user signs in; the slot has whose users these are.
    pub(super) issuer: String,
    until_s: u64,
}

impl Connect {
    /// A link that this caller, and nobody else, can connect their account with. It alone is no proof of who opens it.
    pub(super) fn ticket(&self, caller: &Caller) -> Option<String> {
        let until_s = now_s().saturating_add(TICKET_S);
        let ticket = Ticket { slot: self.slot(caller), issuer: caller.issuer().to_owned(), until_s };
        let sealed = self.store.seal_text(PURPOSE, &ticket).ok()?;
        self.links.url(&format!("/connect/{sealed}"))
    }
}

impl Ticket {
    /// `None` where it is not one of ours, or not good any more.
    pub(super) fn open(store: &Store, text: &str) -> Option<Self> {
        store.open_text(PURPOSE, text).filter(|ticket: &Self| now_s() < ticket.until_s)
    }
}
