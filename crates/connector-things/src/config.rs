use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use upstream::ClientConfig;

/// A fleet of devices, and whose they are.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Thing Descriptions: files, folders, addresses.
    pub descriptions: Vec<String>,
    /// How calls are sent.
    pub http: ClientConfig,
    /// The folder of the configuration file, which relative paths start from.
    #[serde(skip)]
    pub base: PathBuf,
}
