//! Devices, whose they are, and what is checked before anything is sent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod corpus;
mod http;
mod suite;
mod support;
mod virtually;
