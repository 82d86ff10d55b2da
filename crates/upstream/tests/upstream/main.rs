//! Against real listeners: what arrives there is what counts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod attach;
mod attacks;
mod bodies;
mod breaking;
mod busy;
mod calls;
mod encrypted;
mod errors;
mod fetching;
mod paths;
mod private;
mod redirects;
mod retries;
mod support;
