//! Devices as a user's tools: what their Thing Descriptions (W3C WoT 1.1) say that they have.

mod binding;
mod catalog;
mod config;
mod connect;
mod device;
mod execute;
mod fill;
mod item;
mod modbus;
mod mqtt;
mod owner;
mod payload;
mod read;
mod snapshot;
mod td;
mod watching;
mod words;

pub use config::{AccountConfig, Config, HistoryConfig, LimitsConfig, Several};
pub use connect::Things;
pub use modbus::{Line, ModbusConfig, Parity};
pub use mqtt::{MqttConfig, MqttVersion};
