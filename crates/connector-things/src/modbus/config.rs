use std::path::PathBuf;
use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

/// How Modbus devices are reached. Part of a resource's own table, as `modbus = { … }`. Which private addresses may be
/// connected to is said by `http.allow_addresses`, for all protocols.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModbusConfig {
    /// Serial lines (RTU), by the name that descriptions use for them: `modbus+rtu://hall/1/10` is unit 1 on the line
    /// `hall`. A description cannot name a device file itself.
    pub lines: IndexMap<String, Line>,
    /// Whether addresses count from 0 where a form does not say (`modv:zeroBasedAddressing`). The binding's own default
    /// is that they count from 1.
    pub zero_based: bool,
    /// How long a device may take to answer, where a form has no `modv:timeout`.
    pub timeout_ms: u64,
    /// How long a connection may take to stand.
    pub connect_timeout_ms: u64,
    /// How many calls may wait for their turn on one bus.
    pub waiting_max: usize,
    /// How many buses may be open.
    pub buses_max: usize,
    /// How long a bus or unit that does not answer is left alone at first; each further time twice as long.
    pub back_off_ms: u64,
    /// The longest that it is left alone.
    pub back_off_max_ms: u64,
    /// How often a watched property is read, where its form has no `modv:pollingTime`.
    pub poll_ms: u64,
}

impl Default for ModbusConfig {
    fn default() -> Self {
        Self {
            lines: IndexMap::new(),
            zero_based: false,
            timeout_ms: 2_000,
            connect_timeout_ms: 3_000,
            waiting_max: 32,
            buses_max: 64,
            back_off_ms: 250,
            back_off_max_ms: 30_000,
            poll_ms: 10_000,
        }
    }
}

/// A serial line and how it is spoken on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The device file: `/dev/ttyUSB0`.
    pub port: PathBuf,
    /// Bits per second.
    #[serde(default = "baud_rate")]
    pub baud_rate: u32,
    /// The parity bit. The standard's default is `even`.
    #[serde(default)]
    pub parity: Parity,
    /// 1 or 2.
    #[serde(default = "stop_bits")]
    pub stop_bits: u8,
}

/// A parity bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Parity {
    /// Even number of ones.
    #[default]
    Even,
    /// Odd number of ones.
    Odd,
    /// None is sent.
    None,
}

fn baud_rate() -> u32 {
    19_200
}

fn stop_bits() -> u8 {
    1
}

impl ModbusConfig {
    /// How long what has failed so often in a row is left alone.
    pub(crate) fn back_off(&self, failures: u32) -> Duration {
        let doubled = self.back_off_ms.saturating_mul(1 << failures.saturating_sub(1).min(20));
        Duration::from_millis(doubled.min(self.back_off_max_ms))
    }
}

impl Line {
    /// The silence between two messages: 3.5 characters, fixed above 19200 bits per second (Modbus over Serial Line
    /// V1.02, section 2.5.1.1).
    pub(crate) fn silence(&self) -> Duration {
        if self.baud_rate > 19_200 {
            return Duration::from_micros(1_750);
        }
        Duration::from_micros(38_500_000 / u64::from(self.baud_rate.max(1)))
    }
}
