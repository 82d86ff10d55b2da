//! Modbus over TCP and over serial lines (RTU), by the W3C "Modbus Binding" of Thing Descriptions: coils and registers
//! become a property's value.
//!
//! There is one connection for each bus, and one request under way on it. A request that changes something is sent once,
//! whatever becomes of its answer.

mod binding;
mod bus;
mod config;
mod connect;
mod decode;
mod encode;
mod exchange;
mod fault;
mod form;
mod layout;

#[cfg(test)]
mod tests;

pub(crate) use self::binding::Modbus;
pub use self::config::{Line, ModbusConfig, Parity};
