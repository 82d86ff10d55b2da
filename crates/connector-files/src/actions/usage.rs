use connector::{Outcome, Result};
use serde_json::json;

use crate::config::Config;
use crate::home::Home;

/// What the user's files take, and what they may.
pub(crate) fn usage(home: &dyn Home, config: &Config) -> Result<Outcome> {
    let usage = home.usage()?;
    Outcome::of(&json!({
        "bytes": usage.bytes,
        "bytes_max": config.quota_bytes_max,
        "files": usage.files,
        "folders": usage.folders,
        "files_max": config.quota_files_max,
    }))
}
