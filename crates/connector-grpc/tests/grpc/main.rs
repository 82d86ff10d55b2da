//! The connector against a gRPC server in Python.

#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod calls;
mod described;
mod failures;
mod mapping;
mod reads;
mod schemas;
mod streams;
mod suite;
mod support;
mod tls;
mod whose;
