//! `/mcp`: the Model Context Protocol, revisions 2025-06-18, 2025-11-25 and 2026-07-28, without sessions.

mod call;
mod capabilities;
mod convert;
mod errors;
mod handler;
mod headers;
mod listen;
mod message;
#[expect(deprecated, reason = "lines are deprecated in MCP, and resources write them all the same")]
mod notes;
mod prompts;
mod rounds;
mod service;
mod visit;

pub(crate) use handler::Handler;
pub(crate) use service::{Mcp, serve};
