//! gRPC services as a user's tools: every method is an action.

mod config;
mod connect;

pub use config::Config;
pub use connect::Grpc;
