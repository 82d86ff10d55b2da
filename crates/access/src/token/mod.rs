//! What a bearer token says, taken apart and judged. Signatures are the business of `keys`.

mod algorithm;
#[cfg(debug_assertions)]
mod bypass;
mod check;
mod error;
mod identify;
mod object;
mod parse;

pub(crate) use algorithm::Algorithm;
#[cfg(debug_assertions)]
pub(crate) use bypass::bypass;
pub(crate) use check::{Times, audience};
pub use error::TokenError;
pub(crate) use identify::caller;
pub(crate) use parse::{Header, Parsed, parse};
