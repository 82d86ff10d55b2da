//! Calls: each is one caller's.

mod complete;
mod content;
pub(crate) mod documents;
mod invoke;
mod params;
mod recite;
mod round;

pub(crate) use complete::complete;
pub(crate) use invoke::invoke;
pub(crate) use recite::recite;

use access::Caller;
use connector::{Context, Result};
use serde_json::{Map, Value};
use upstream::Tie;

use crate::ties::Whose;
use crate::wire::{Ask, Failure, Link, Who};

/// What calls are made with.
pub(crate) struct Calls<'a> {
    pub(crate) link: &'a dyn Link,
    pub(crate) whose: &'a Whose,
    pub(crate) caller: &'a Caller,
    pub(crate) context: &'a Context,
    pub(crate) items_max: usize,
}

impl Calls<'_> {
    /// Sends one request as the caller.
    async fn ask(&self, tie: &Tie, mut ask: Ask<'_>) -> Result<Result<Map<String, Value>, Failure>> {
        let meta = self.whose.meta(self.caller).await?;
        if !meta.is_empty() {
            ask.params.insert("_meta".into(), meta.into());
        }
        let ask = Ask { context: Some(self.context), ..ask };
        Ok(self.link.ask(Who::Caller(self.caller, tie), ask).await)
    }
}
