//! The keys of an issuer: where they come from, how long they are believed, what they verify.

mod discover;
mod fetch;
mod jwk;
mod key;
mod remote;
mod set;

pub use discover::discover;
pub(crate) use discover::endpoint;
pub use fetch::FetchError;
pub(crate) use fetch::Fetcher;
pub(crate) use key::{Identity, Key};
pub(crate) use remote::{Address, Limits, Remote};
pub(crate) use set::KeySet;
