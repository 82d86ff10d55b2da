//! `/mcp`: the Model Context Protocol, revisions 2025-06-18, 2025-11-25 and 2026-07-28, without sessions.

mod call;
mod convert;
mod errors;
mod handler;
mod message;
mod progress;
mod service;
mod visit;

pub(crate) use handler::Handler;
pub(crate) use service::{Mcp, serve};
