//! From an upstream's answer to an outcome.

use connector::{Context, Outcome, Result};
use upstream::Response;

/// What a caller is told.
pub(crate) fn outcome(response: Response, _context: &Context) -> Result<Outcome> {
    match response.error() {
        Some(error) => Err(error),
        None => Ok(Outcome::default()),
    }
}
