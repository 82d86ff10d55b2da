//! Devices as a user's tools: what their Thing Descriptions (W3C WoT 1.1) say that they have.

mod binding;
mod config;
mod connect;
mod modbus;
mod mqtt;
mod payload;
mod td;

pub use config::Config;
pub use connect::Things;
pub use modbus::{Line, ModbusConfig, Parity};
pub use mqtt::{MqttConfig, MqttVersion};
