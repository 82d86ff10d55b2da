//! GraphQL against a real server, graphql-yoga, and against GitHub's whole schema.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod calls;
mod catalog;
mod declared;
mod faults;
mod schemas;
mod selection;
mod suite;
mod whose;
mod world;
