use std::sync::Arc;

use connector::{Catalog, Connector, Context, Error, Operation, Outcome, Permit, Result};
use upstream::Sources;

use crate::Config;

/// A fleet of devices, and whose they are.
#[derive(Debug)]
pub struct Things {
    catalog: Arc<Catalog>,
}

impl Things {
    /// Opens it and reads what it says of itself.
    pub async fn connect(_name: &str, _config: Config, _sources: &dyn Sources) -> Result<Self> {
        Err(Error::unavailable("not written yet"))
    }
}

#[async_trait::async_trait]
impl Connector for Things {
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
