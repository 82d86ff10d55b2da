use std::path::PathBuf;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use upstream::{ClientConfig, Secret};

upstream::with_identity! {
    /// A fleet of devices, and whose they are.
    #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields, default)]
    pub struct Config {
        /// Thing Descriptions (W3C WoT 1.1): files, folders (every `.json`, `.jsonld` and `.td` file in them), addresses. A file or an
        /// address may hold one or a list.
        pub descriptions: Vec<String>,
        /// Thing Description Directories (W3C WoT Discovery section 7.3): addresses whose `/things` lists descriptions.
        pub directories: Vec<String>,
        /// Whose a device is: user ids by thing id, `{ "urn:dev:lamp" = "alice", "urn:dev:door" = ["alice", "bob"] }`.
        pub owners: IndexMap<String, Several>,
        /// The same in a JSON file, read again on reload.
        pub owners_file: Option<PathBuf>,
        /// A claim of the user's token that lists the ids of their things.
        pub owner_claim: Option<String>,
        /// A declared query of a SQL resource, run as the user, whose rows are the ids of their things: `shop.devices`.
        pub owner_query: Option<String>,
        /// Ids of things that are everybody's.
        pub shared_things: Vec<String>,
        /// Accounts that devices want, the same for everybody: by thing id, or by the name of a security scheme.
        pub accounts: IndexMap<String, AccountConfig>,
        /// Hosts (`devices.example.com`, `10.0.0.7:8080`) that credentials go to though a description that was fetched from
        /// elsewhere names them. Those of descriptions in files, and the host that a description was fetched from, need not be
        /// named.
        pub hosts: Vec<String>,
        /// Nothing is written and no action invoked.
        pub read_only: bool,
        /// What is kept of events and of properties that change.
        pub history: HistoryConfig,
        /// How often, in seconds, properties that cannot be observed are read for their history; not at all where nothing is
        /// said.
        pub poll_s: Option<u64>,
        /// Bounds.
        pub limits: LimitsConfig,
        /// How HTTP calls are sent, to devices and for descriptions.
        pub http: ClientConfig,
        /// How MQTT brokers are reached.
        pub mqtt: crate::mqtt::MqttConfig,
        /// How Modbus devices are reached.
        pub modbus: crate::modbus::ModbusConfig,
        /// The folder of the configuration file, which relative paths start from.
        #[serde(skip)]
        pub base: PathBuf,
    }
}

/// One text or several.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Several {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Several {
    /// All of them.
    pub(crate) fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// An account at a device, a gateway or a broker: a name and a password, or a token.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AccountConfig {
    /// Its name.
    pub username: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// Or a token or key.
    pub token: Option<Secret>,
}

/// What is kept in memory of each property and event of each device.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HistoryConfig {
    /// The most values; older ones are let go.
    pub items_max: usize,
    /// How old they may be.
    pub age_max_s: u64,
}

impl Default for HistoryConfig {
    fn default() -> Self {
        Self { items_max: 1_000, age_max_s: 86_400 }
    }
}

/// Bounds of a fleet.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// The most things.
    pub things_max: usize,
    /// The largest description, in bytes.
    pub description_bytes_max: usize,
    /// The most devices that are kept in mind at once, where each user has their own.
    pub devices_max: usize,
    /// How long one exchange with a device may take.
    pub timeout_ms: u64,
    /// How long an action that goes on is followed before the answer says that it still runs.
    pub action_wait_ms: u64,
    /// Commands (writes and actions) to one device in a minute.
    pub commands_per_minute: u32,
    /// Readings of one device in a minute.
    pub reads_per_minute: u32,
    /// The most bytes of one answer of a device.
    pub answer_bytes_max: usize,
    /// The most properties and events that are watched at once.
    pub watches_max: usize,
    /// How long a device that is watched because somebody used it is watched after that.
    pub watch_idle_s: u64,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            things_max: 10_000,
            description_bytes_max: 1 << 20,
            devices_max: 10_000,
            timeout_ms: 10_000,
            action_wait_ms: 20_000,
            commands_per_minute: 60,
            reads_per_minute: 600,
            answer_bytes_max: 1 << 20,
            watches_max: 1_000,
            watch_idle_s: 3_600,
        }
    }
}
