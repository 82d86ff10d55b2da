//! From an operation and its arguments to a request.

use connector::{Error, Result};
use serde_json::{Map, Value};
use upstream::{Origin, Request};

use crate::api::{Api, Operation};

/// The request that `operation` makes of `input`, which its schema has accepted.
pub(crate) fn build(
    _api: &Api,
    _operation: &Operation,
    _input: &Map<String, Value>,
    _origin: &Origin,
) -> Result<Request> {
    Err(Error::internal("not built yet"))
}
