//! What a bearer token says, taken apart and judged. Signatures are the business of `keys`.

mod algorithm;
#[cfg(debug_assertions)]
mod bypass;
mod check;
mod claims;
mod error;
mod identify;
mod kind;
mod machine;
mod meant;
mod object;
mod parse;
mod scopes;

pub(crate) use algorithm::Algorithm;
#[cfg(debug_assertions)]
pub(crate) use bypass::bypass;
pub(crate) use check::Times;
pub use claims::claim_at;
pub use error::TokenError;
pub(crate) use identify::{CLIENT_CLAIMS, Identified, identify};
pub(crate) use kind::access;
pub(crate) use meant::for_us;
pub(crate) use object::Object;
pub(crate) use parse::{Header, Parsed, is_bearer_syntax, is_jwt, parse};
