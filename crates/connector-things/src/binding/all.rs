use std::sync::Arc;

use connector::Result;

use super::Binding;
use crate::Config;

/// Every protocol that is spoken, each made of its part of the configuration. None connects before it is needed.
pub(crate) fn all(config: &Config) -> Result<Vec<Arc<dyn Binding>>> {
    let _ = config;
    Ok(Vec::new())
}
