//! Against real folders, as really verified users.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

/// Whether the files are kept in a store. The same tests run there too: see `tests/objects`.
const ON_STORE: bool = false;

mod actions;
mod append;
mod attacks;
mod catalog;
mod encodings;
mod folders;
#[cfg(unix)]
mod kills;
#[cfg(unix)]
mod links;
mod lists;
mod names;
mod pages;
mod quotas;
mod races;
mod reads;
mod store;
mod suite;
mod support;
mod users;
mod writes;
