//! gRPC services that describe themselves, as a user's tools: every unary and server-streaming method is an action.
//!
//! What there is comes from server reflection or a descriptor set (`describe`), is offered where something ties its calls
//! to their caller (`catalog`), with JSON Schemas of the proto3 JSON mapping (`schema`). A call's arguments become a
//! message in which the caller's own values stand (`message`), and go out with the caller's metadata (`call`) on a channel
//! that reaches the configured address and nothing else (`channel`).

mod call;
mod catalog;
mod channel;
mod config;
mod describe;
mod grpc;
mod message;
mod schema;

pub use config::{Config, Selection};
pub use grpc::Grpc;
