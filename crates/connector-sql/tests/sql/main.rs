//! Both engines through one set of claims, on real databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod ownership;
mod shop;
mod suite;
mod world;
