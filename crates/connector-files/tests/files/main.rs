//! Against real folders, as really verified users.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod actions;
mod append;
mod attacks;
mod catalog;
mod encodings;
#[cfg(unix)]
mod links;
mod lists;
mod names;
mod pages;
mod quotas;
mod races;
mod reads;
mod suite;
mod support;
mod users;
mod writes;
