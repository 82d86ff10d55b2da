//! Other MCP servers as a user's tools: their tools become actions, their resources documents, their prompts stay prompts.

mod config;
mod connect;

pub use config::Config;
pub use connect::Mcp;
