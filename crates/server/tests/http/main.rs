//! The doors over a real port, with tokens that were really signed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod at_once;
mod auth;
mod chat;
mod credentials_api;
mod cross_origin;
mod limits;
mod mcp;
mod operations;
mod resource;
mod server;
mod stdio;
mod tools;
mod visit;
