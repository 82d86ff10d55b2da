//! The tests of folders, against a real store that speaks S3; and what only a store can do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

const ON_STORE: bool = true;

#[path = "../files/actions.rs"]
mod actions;
#[path = "../files/append.rs"]
mod append;
#[path = "../files/attacks.rs"]
mod attacks;
#[path = "../files/encodings.rs"]
mod encodings;
#[path = "../files/lists.rs"]
mod lists;
#[path = "../files/names.rs"]
mod names;
#[path = "../files/quotas.rs"]
mod quotas;
#[path = "../files/reads.rs"]
mod reads;
#[path = "../files/store.rs"]
mod store;
#[path = "../files/suite.rs"]
mod suite;
#[path = "../files/support.rs"]
mod support;
#[path = "../files/users.rs"]
mod users;
#[path = "../files/writes.rs"]
mod writes;

mod faults;
mod stores;
