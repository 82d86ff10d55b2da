use std::fmt::Debug;

use access::Caller;
use connector::Result;
use serde_json::{Map, Value};

/// Rows about one user, from a declared query of a SQL resource that is run as them: which devices are theirs.
#[async_trait::async_trait]
pub trait RowSource: Debug + Send + Sync {
    /// What there is for this caller; nothing where nothing is. Never another user's, whatever happens.
    async fn rows(&self, caller: &Caller) -> Result<Vec<Map<String, Value>>>;

    /// A few words for `bellhop check`: `the query shop.devices`.
    fn describe(&self) -> String;
}
