//! Settings as a user's collection: keys below the caller's own prefix.
//!
//! Three engines, one behaviour: Redis, NATS JetStream's key-value store, and memory. What an engine keeps is a
//! [`Doc`](store::Doc) for each key; what users see of it, whose it is and what may be written is settled above the
//! engines, in one place for all.

mod aggregate;
mod catalog;
mod config;
mod create;
mod defaults;
mod delete;
mod execute;
mod filter;
mod get;
mod history;
mod item;
mod key;
mod known;
mod list;
mod options;
mod page;
mod secret;
mod sort;
mod space;
mod store;
mod update;

pub use config::{Config, KeyConfig};
pub use execute::Settings;
pub use secret::Secret;
