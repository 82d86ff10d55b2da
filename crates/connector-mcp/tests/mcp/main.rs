//! The connector against real servers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod calls;
mod children;
mod pins;
mod suite;
mod support;
