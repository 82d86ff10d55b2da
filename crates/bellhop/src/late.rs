//! A resource that could not be reached when the process began.

use std::sync::{Arc, Mutex, PoisonError};

use connector::{Catalog, Connector, Context, Error, Happening, Operation, Outcome, Permit, Result};
use tokio::sync::broadcast::Receiver;
use upstream::Sources;

use crate::config::Kind;

/// Offers nothing until the resource can be opened, then everything that it has.
#[derive(Debug)]
pub(crate) struct Late {
    name: String,
    kind: Kind,
    sources: Arc<dyn Sources>,
    nothing: Arc<Catalog>,
    there: Mutex<Option<Arc<dyn Connector>>>,
}

impl Late {
    pub(crate) fn new(name: &str, kind: Kind, sources: Arc<dyn Sources>) -> Self {
        Self { name: name.to_owned(), kind, sources, nothing: Arc::new(Catalog::default()), there: Mutex::new(None) }
    }

    fn there(&self) -> Option<Arc<dyn Connector>> {
        self.there.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait::async_trait]
impl Connector for Late {
    fn catalog(&self) -> Arc<Catalog> {
        self.there().map_or_else(|| self.nothing.clone(), |there| there.catalog())
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        match self.there() {
            Some(there) => there.execute(permit, operation, context).await,
            None => Err(away()),
        }
    }

    async fn health(&self) -> Result<()> {
        match self.there() {
            Some(there) => there.health().await,
            None => Err(away()),
        }
    }

    fn happenings(&self) -> Option<Receiver<Happening>> {
        self.there()?.happenings()
    }

    /// One reload at a time: the gateway sees to that.
    async fn reload(&self) -> Result<()> {
        if let Some(there) = self.there() {
            return there.reload().await;
        }
        let opened = self.kind.clone().connect(&self.name, &*self.sources).await?;
        *self.there.lock().unwrap_or_else(PoisonError::into_inner) = Some(opened);
        Ok(())
    }
}

fn away() -> Error {
    Error::unavailable("it has not been opened yet")
}
