//! Paths that follow REST conventions, as collections: `GET /things`, `GET /things/{id}`, and the API's own paging.
//!
//! `find` reads them from an [`Api`](crate::api::Api); `execute` carries an operation out by the API's own operations;
//! `next` understands where an answer says that more is. None of them sends anything: that is [`Calls`]'s.

mod config;
mod create;
mod delete;
mod execute;
mod field;
mod find;
mod get;
mod key;
mod list;
mod matcher;
mod name;
mod next;
mod order;
mod page;
mod paging;
mod place;
mod rest;
mod shape;
#[cfg(test)]
mod tests;
mod total;
mod update;
mod words;

use connector::Result;
use http::HeaderMap;
use serde_json::{Map, Value};
use upstream::Response;

use crate::api::Operation;

pub use config::CollectionConfig;
pub(crate) use execute::execute;
pub(crate) use find::{Found, Settings, find};
pub(crate) use rest::Rest;

/// One operation of the API, to be sent as the caller.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) operation: &'a Operation,
    /// By argument; see [`crate::api::Parameter::argument`].
    pub(crate) input: Map<String, Value>,
    /// Pairs of the query that the document does not describe, as an earlier answer of this API named them. They never
    /// replace a pair that the request has.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    /// The most bytes of the answer's body.
    pub(crate) answer_bytes_max: usize,
}

/// Sends calls, each as the one caller that it was made for.
#[async_trait::async_trait]
pub(crate) trait Calls: Sync {
    /// Whatever the API answers is `Ok`, an error status too.
    async fn send(&self, call: Call<'_>) -> Result<Response>;
}
