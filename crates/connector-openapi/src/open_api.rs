use std::sync::{Arc, PoisonError, RwLock};

use connector::{Catalog, Connector, Context, Error, Operation, Outcome, Permit, Result};
use upstream::{Client, Origin, Sources};

use crate::api::{self, Api};
use crate::{Config, catalog, read, request, response};

/// One HTTP API.
#[derive(Debug)]
pub struct OpenApi {
    name: String,
    config: Config,
    client: Client,
    origin: Origin,
    now: RwLock<Arc<Snapshot>>,
}

/// What the document said when it was last read.
#[derive(Debug)]
struct Snapshot {
    api: Api,
    catalog: Arc<Catalog>,
}

impl OpenApi {
    /// Reads the API's description.
    pub async fn connect(name: &str, config: Config, _sources: &dyn Sources) -> Result<Self> {
        let api = read::read(name, &config).await?;
        let base = config.url.as_ref().or(api.servers.first());
        let base =
            base.ok_or_else(|| Error::invalid("The document names no server: set `url` to the API's address."))?;
        let wrong = |error: upstream::ConfigError| Error::invalid(error.to_string());
        let origin = Origin::parse(base).map_err(wrong)?;
        let client = Client::new(vec![origin.clone()], &config.http).map_err(wrong)?;
        let now = RwLock::new(Arc::new(Snapshot::new(api, &config)));
        Ok(Self { name: name.to_owned(), config, client, origin, now })
    }

    fn now(&self) -> Arc<Snapshot> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Snapshot {
    fn new(api: Api, config: &Config) -> Self {
        let catalog = Arc::new(catalog::catalog(&api, config, catalog::shared_or_closed(config)));
        Self { api, catalog }
    }

    fn operation(&self, name: &str) -> Result<&api::Operation> {
        let found = self.api.operations.iter().find(|operation| operation.name == name);
        found.ok_or_else(|| Error::not_found("the API's operations"))
    }
}

#[async_trait::async_trait]
impl Connector for OpenApi {
    fn catalog(&self) -> Arc<Catalog> {
        self.now().catalog.clone()
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        let now = self.now();
        let Operation::Invoke(invoke) = &operation else {
            return Err(Error::new(connector::ErrorKind::Unsupported, "This API has no collections."));
        };
        let wanted = now.operation(&invoke.action)?;
        let _caller = connector::spend(permit, &self.name, &operation, wanted.effect)?;
        let request = request::build(&now.api, wanted, &invoke.input, &self.origin)?;
        response::outcome(self.client.send(request).await?, context)
    }

    async fn health(&self) -> Result<()> {
        Ok(())
    }

    async fn reload(&self) -> Result<()> {
        let api = read::read(&self.name, &self.config).await?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Snapshot::new(api, &self.config));
        Ok(())
    }
}
