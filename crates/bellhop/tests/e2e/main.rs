//! The built binary, met from outside: by real MCP clients, identity providers and databases.
//!
//! What is not Rust comes from `cargo xtask install`; where it is missing, a test fails and says so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    missing_docs,
    reason = "tests"
)]

mod apis;
mod audit;
mod clients;
mod conformance;
mod connect;
mod crash;
mod demo;
mod env;
mod faults;
mod identity;
mod isolation;
mod payloads;
mod policy;
mod reload;
mod replaced_stack;
mod services;
mod stopping;
mod support;
mod through;
mod together;
mod whose;
