//! Devices as a user's tools: what their Thing Descriptions (W3C WoT 1.1) say that they have.

mod binding;
mod config;
mod connect;
mod payload;
mod td;

pub use config::Config;
pub use connect::Things;
