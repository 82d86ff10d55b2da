use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

/// A key-value store with each user's settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where it is: `redis://localhost`, `nats://localhost`, `memory:`.
    pub url: Option<String>,
    /// The folder of the configuration file, which relative paths start from.
    #[serde(skip)]
    pub base: PathBuf,
}
