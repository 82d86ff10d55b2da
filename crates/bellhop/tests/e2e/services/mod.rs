//! Services and devices behind the built binary: used by two users, killed in the middle of calls, brought back.

mod graphql;
mod grpc;
mod mcp;
mod modbus;
mod mqtt;
mod things;
mod settings;
