use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

/// How MQTT brokers are spoken to. Part of a resource's own table, as `mqtt = { … }`. Which private addresses may be
/// connected to is said by `http.allow_addresses`, and whom to trust by `http.ca`, for all protocols.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MqttConfig {
    /// Which version of the protocol.
    pub version: MqttVersion,
    /// What client ids begin with; the rest is random. At most 7 letters and digits fit brokers that keep to the
    /// smallest length of MQTT 3.1.1.
    pub client_id: String,
    /// How often a quiet connection is tried, in seconds.
    pub keep_alive_s: u16,
    /// How long a connection may take to stand.
    pub connect_timeout_ms: u64,
    /// How many connections there may be: one for each broker and account.
    pub connections_max: usize,
    /// How many topics one connection may listen to.
    pub topics_max: usize,
    /// How long a topic is listened to after its last use, and a connection kept that nobody uses.
    pub kept_s: u64,
    /// How long a read waits for the first value of a topic.
    pub read_wait_ms: u64,
    /// How long a write waits for the property to tell its new value.
    pub confirm_wait_ms: u64,
    /// How long a broker may keep a command for a device that is away (MQTT 5), in seconds: then it is too late for it.
    pub expiry_s: u32,
    /// The most bytes of a message.
    pub message_bytes_max: u32,
    /// How long a broker that cannot be reached is left alone at first; each further time twice as long.
    pub back_off_ms: u64,
    /// The longest that it is left alone.
    pub back_off_max_ms: u64,
}

impl Default for MqttConfig {
    fn default() -> Self {
        Self {
            version: MqttVersion::Auto,
            client_id: "bellhop".into(),
            keep_alive_s: 30,
            connect_timeout_ms: 5_000,
            connections_max: 64,
            topics_max: 1_024,
            kept_s: 300,
            read_wait_ms: 3_000,
            confirm_wait_ms: 3_000,
            expiry_s: 30,
            message_bytes_max: 256 << 10,
            back_off_ms: 250,
            back_off_max_ms: 30_000,
        }
    }
}

/// A version of the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum MqttVersion {
    /// 5, and 3.1.1 where the broker does not speak it.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// 3.1.1
    #[serde(rename = "3.1.1")]
    V3,
    /// 5
    #[serde(rename = "5")]
    V5,
}

impl MqttConfig {
    /// How long what has failed so often in a row is left alone.
    pub(crate) fn back_off(&self, failures: u32) -> Duration {
        let doubled = self.back_off_ms.saturating_mul(1 << failures.saturating_sub(1).min(20));
        Duration::from_millis(doubled.min(self.back_off_max_ms))
    }
}
