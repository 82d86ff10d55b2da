//! Other MCP servers as a user's tools: their tools become actions, their resources documents, their prompts stay prompts.
//!
//! A server is reached over Streamable HTTP ([`http`]) or as a child process on standard input and output ([`child`]);
//! both are a [`wire::Link`]. What it says of itself is read by [`read`], held against what was accepted by [`pins`],
//! tied to callers by [`ties`] and made a catalog by [`catalog`]; [`execute`] carries out calls. Messages stay JSON
//! values all the way, so what a server says that nobody here knows of is passed on.

mod catalog;
mod child;
mod config;
mod execute;
mod http;
mod mcp;
mod pins;
mod read;
mod ties;
mod wire;

pub use config::{Config, NewTools, PinsIn, ProcessConfig};
pub use mcp::Mcp;
pub use pins::{Change, Review, review};
