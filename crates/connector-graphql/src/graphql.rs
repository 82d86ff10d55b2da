use std::sync::Arc;

use connector::{Catalog, Connector, Context, Error, Operation, Outcome, Permit, Result};
use upstream::Sources;

use crate::Config;

/// One GraphQL API.
#[derive(Debug)]
pub struct Graphql {
    catalog: Arc<Catalog>,
}

impl Graphql {
    /// Reads the API's schema.
    pub async fn connect(_name: &str, _config: Config, _sources: &dyn Sources) -> Result<Self> {
        Err(Error::unavailable("not written yet"))
    }
}

#[async_trait::async_trait]
impl Connector for Graphql {
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
