//! Settings as a user's collection: keys below the caller's own prefix.

mod config;
mod connect;

pub use config::Config;
pub use connect::Settings;
