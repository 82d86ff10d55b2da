use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use upstream::ClientConfig;

use crate::modbus::ModbusConfig;
use crate::mqtt::MqttConfig;

/// A fleet of devices, and whose they are.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Thing Descriptions: files, folders, addresses.
    pub descriptions: Vec<String>,
    /// How calls are sent.
    pub http: ClientConfig,
    /// How MQTT brokers are spoken to.
    pub mqtt: MqttConfig,
    /// How Modbus devices are reached.
    pub modbus: ModbusConfig,
    /// The folder of the configuration file, which relative paths start from.
    #[serde(skip)]
    pub base: PathBuf,
}
