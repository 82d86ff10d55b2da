//! Against real listeners: what arrives there is what counts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod attach;
mod calls;
mod paths;
mod support;
