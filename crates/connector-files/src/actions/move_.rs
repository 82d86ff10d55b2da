use connector::{Outcome, Result};
use serde_json::{Map, Value};

use crate::config::Config;
use crate::home::Home;
use crate::options::Options;

/// Gives a file or folder another path.
pub(crate) fn move_(home: &dyn Home, input: &Map<String, Value>, config: &Config) -> Result<Outcome> {
    let options = Options(input);
    let from = options.place("from", config.depth_max)?;
    let to = options.place("to", config.depth_max)?;
    let overwrite = options.flag("overwrite")?.unwrap_or(false);
    home.rename(&from, &to, overwrite)?.outcome()
}
