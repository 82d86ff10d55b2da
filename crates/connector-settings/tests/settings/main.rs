//! Against real engines, as really verified users. Everything in `behaviour` runs on each of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod away;
mod behaviour;
mod secure;
mod shared;
mod suite;
mod support;
