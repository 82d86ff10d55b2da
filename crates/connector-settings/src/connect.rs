use std::sync::Arc;

use connector::{Catalog, Connector, Context, Error, Operation, Outcome, Permit, Result};

use crate::Config;

/// A key-value store with each user's settings.
#[derive(Debug)]
pub struct Settings {
    catalog: Arc<Catalog>,
}

impl Settings {
    /// Opens it and reads what it says of itself.
    pub async fn connect(_name: &str, _config: Config) -> Result<Self> {
        Err(Error::unavailable("not written yet"))
    }
}

#[async_trait::async_trait]
impl Connector for Settings {
    fn catalog(&self) -> Arc<Catalog> {
        self.catalog.clone()
    }

    async fn execute(&self, _permit: Permit, _operation: Operation, _context: &Context) -> Result<Outcome> {
        Err(Error::not_found("the resource"))
    }

    async fn health(&self) -> Result<()> {
        Ok(())
    }
}
