use std::sync::Arc;

use access::Caller;
use connector::{Error, Result};
use serde::de::DeserializeOwned;

use super::{Accounts, State, told};
use crate::connect::{Begun, Connect, Links};
use crate::{RecordKind, Slot, Store};

impl Accounts {
    /// The resources that users connect accounts to.
    pub fn connectable(&self) -> impl Iterator<Item = &str> {
        self.connects.keys().map(String::as_str)
    }

    /// Whether the caller has connected their account.
    pub async fn connection(&self, caller: &Caller, resource: &str) -> Result<State> {
        let connect = self.connect_for(resource)?;
        let kept = connect.kept(&connect.slot(caller)).await?;
        let opened = kept.map(|(opened, _)| opened);
        let (what, set_at_s) = opened.map(|opened| (opened.what, opened.set_at_s)).unzip();
        Ok(State { resource: resource.to_owned(), set: what.is_some(), what, set_at_s })
    }

    /// Begins connecting the account of a caller whose token came from the browser that gets the cookie.
    pub async fn begin(&self, caller: &Caller, resource: &str) -> Result<Begun> {
        let connect = self.connect_for(resource)?;
        connect.begin(&connect.slot(caller)).await
    }

    /// Forgets the caller's account, and gives its tokens back where the authorization server takes them. `false` where
    /// there was none.
    pub async fn disconnect(&self, caller: &Caller, resource: &str) -> Result<bool> {
        let connect = self.connect_for(resource)?;
        let slot = connect.slot(caller);
        connect.store.remove(&Slot { kind: RecordKind::Pending, ..slot.clone() }).await.map_err(told)?;
        let taken = connect.store.take(&slot).await.map_err(told)?;
        // What cannot be read is forgotten all the same.
        if let Some(Ok(opened)) = &taken
            && let Ok(Some(grant)) = connect.read(opened)
        {
            connect.give_up(&grant).await;
        }
        Ok(taken.is_some())
    }

    fn connect_for(&self, resource: &str) -> Result<&Arc<Connect>> {
        self.connects.get(resource).ok_or_else(|| Error::not_found("the resources that you can use"))
    }

    /// The accounts of this resource's upstream.
    pub fn connect(&self, resource: &str) -> Option<&Arc<Connect>> {
        self.connects.get(resource)
    }

    /// How this server's addresses are made.
    pub fn links(&self) -> &Links {
        &self.links
    }

    pub(crate) fn store(&self) -> Option<&Arc<Store>> {
        self.store.as_ref()
    }

    pub(crate) fn open<T: DeserializeOwned>(&self, purpose: &str, text: &str) -> Option<T> {
        self.store.as_ref()?.open_text(purpose, text)
    }
}
