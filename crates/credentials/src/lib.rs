//! Each user's own credentials for upstreams, encrypted at rest.
//!
//! A [`Store`] keeps them in a SQLite file or a PostgreSQL table that is worth nothing without its key: what is
//! secret, whose it is and what it is for are sealed, and rows are found by keyed hashes. A row moved to another
//! user or resource does not open. [`StoreSource`] gives a caller their own and nobody else's.

mod accounts;
mod connect;
mod error;
mod key;
mod oauth;
mod seal;
mod slot;
mod source;
mod store;

pub use accounts::{Accounts, Given, State};
pub use connect::{Answered, Begun, Connect, ConnectionSource, Cookie, Finished, Links, Visit};
pub use error::StoreError;
pub use key::{KeyRing, StoreKey};
pub use oauth::OAuthClient;
pub use slot::{RecordKind, Slot};
pub use source::StoreSource;
pub use store::{Entry, Lease, Opened, Place, Store};
