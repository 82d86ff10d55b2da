//! Whose call it is: two users, an API that keeps every byte that reaches it, and each way to tie a call to its caller.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod bind;
mod closed;
mod crowd;
mod exchange;
mod nested;
mod places;
mod sources;
mod world;
