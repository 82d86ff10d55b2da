//! The doors that speak HTTP, and MCP over standard input and output.
//!
//! A request is named, bounded, and tied to a verified [`access::Caller`] before any handler sees it; a handler
//! holds that caller's [`gateway::Toolbox`] and nothing else. `/mcp`, `/api/tools` and the chat are thin
//! translations of the same `Toolbox::call`.

mod app;
mod auth;
mod config;
mod connection;
mod cors;
mod error;
mod limits;
mod mcp;
mod metrics;
mod page;
mod request_id;
mod router;
mod routes;
mod serve;
mod site;
mod stdio;

pub use agent::Agent;
pub use app::App;
pub use config::{Config, ConfigError};
pub use router::router;
pub use routes::{Access, Endpoint, endpoints};
pub use serve::serve;
pub use stdio::{StdioError, serve_io, serve_stdio};
