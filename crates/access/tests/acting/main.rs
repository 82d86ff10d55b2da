//! Acting as users elsewhere: tokens that are got in exchange for theirs, and tokens about them that are signed here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod exchange;
mod signer;
