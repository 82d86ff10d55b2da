//! For tests only: an issuer that signs real tokens, real servers on free ports, and the suite that every
//! connector must pass. There is no back door here: callers and permits are made the way the product makes them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "this crate is only ever used by tests, where a panic is how a claim fails"
)]

mod callers;
mod canary;
mod clock;
pub mod graphql;
pub mod grpc;
pub mod issuer;
pub mod kinto;
pub mod lamp;
pub mod mariadb;
pub mod mcp;
pub mod modbus;
pub mod mosquitto;
pub mod nats;
pub mod postgres;
mod process;
mod recorder;
pub mod redis;
pub mod suite;
pub mod things;

pub use callers::{caller, caller_with, context, permit};
pub use canary::Canary;
pub use clock::StillClock;
pub use recorder::{Recorded, Recorder};
