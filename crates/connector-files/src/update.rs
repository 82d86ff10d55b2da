use connector::{Error, Outcome, Result, Update};

use crate::config::Config;
use crate::create::Given;
use crate::get::identifier;
use crate::home::{Home, When};
use crate::options::Options;

/// Gives a file new content, all at once: whoever reads it meanwhile sees the old or the new, never a mixture.
pub(crate) fn update(home: &dyn Home, update: &Update, config: &Config) -> Result<Outcome> {
    let place = identifier(&update.identifier, config)?;
    Options(&update.data).only(&["content", "encoding"])?;
    let given = Given::read(&update.data)?
        .ok_or_else(|| Error::invalid("Give the file's new `content`. To give it another path, use move."))?;
    let options = Options(&update.options);
    let when = When::of(options.text("if_version")?, options.flag("create_missing")?.unwrap_or(false));
    home.write(&place, &given.whole(config)?, when)?.outcome()
}
