//! Services and devices behind the built binary: used by two users, killed in the middle of calls, brought back.

mod graphql;
mod modbus;
mod mqtt;
mod things;
