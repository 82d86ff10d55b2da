use std::sync::{Arc, PoisonError, RwLock};

use access::Caller;
use connector::{Catalog, Connector, Context, Error, Operation, Outcome, Permit, Result};
use serde_json::{Map, Value};
use upstream::{Client, Identity, Response, Sources};

use crate::api::{self, Api};
use crate::origins::Origins;
use crate::ties::Ties;
use crate::{Config, catalog, read, request, response};

/// One HTTP API.
#[derive(Debug)]
pub struct OpenApi {
    name: String,
    config: Config,
    client: Client,
    /// As they were when it started: what a description says later opens no further ones.
    origins: Origins,
    identity: Arc<Identity>,
    now: RwLock<Arc<Snapshot>>,
}

/// What the document said when it was last read.
#[derive(Debug)]
struct Snapshot {
    api: Arc<Api>,
    catalog: Arc<Catalog>,
    ties: Ties,
}

impl OpenApi {
    /// Reads the API's description.
    pub async fn connect(name: &str, config: Config, sources: &dyn Sources) -> Result<Self> {
        let identity = Arc::new(Identity::new(name, &config.identity(), sources)?);
        let api = read::read(name, &config).await?;
        let origins = Origins::new(&config, &api)?;
        let client = Client::new(origins.all(), &config.http).map_err(|error| Error::invalid(error.to_string()))?;
        let now = RwLock::new(Arc::new(Snapshot::new(api, &config, &identity, &origins)));
        Ok(Self { name: name.to_owned(), config, client, origins, identity, now })
    }

    /// Calls one operation as this caller: the one way in which anything is sent.
    async fn call(
        &self,
        now: &Snapshot,
        caller: &Caller,
        operation: &api::Operation,
        mut input: Map<String, Value>,
        context: &Context,
    ) -> Result<Response> {
        let tied = now.ties.of(&operation.name).ok_or_else(|| Error::not_found("the API's operations"))?;
        tied.fill(&self.identity, caller, &now.api, operation, &mut input)?;
        let origin = self.origins.of(&now.api, operation).ok_or_else(|| Error::not_found("the API's operations"))?;
        let mut request = request::build(&now.api, operation, &input, &origin)?;
        request.answer_bytes_max = context.result_bytes_max;
        self.identity.send(&self.client, &tied.tie, caller, request).await
    }

    fn now(&self) -> Arc<Snapshot> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Snapshot {
    fn new(mut api: Api, config: &Config, identity: &Arc<Identity>, origins: &Origins) -> Self {
        let elsewhere = origins.narrow(&mut api);
        let api = Arc::new(api);
        let ties = Ties::new(identity, &api);
        let mut catalog = catalog::catalog(&api, config, |operation| ties.told(operation));
        ties.mark(identity, &mut catalog);
        catalog.hidden.extend(elsewhere);
        Self { api, catalog: Arc::new(catalog), ties }
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
        let caller = connector::spend(permit, &self.name, &operation, wanted.effect)?;
        let answer = self.call(&now, &caller, wanted, invoke.input.clone(), context).await?;
        response::outcome(wanted, answer, context)
    }

    async fn health(&self) -> Result<()> {
        Ok(())
    }

    async fn reload(&self) -> Result<()> {
        let api = read::read(&self.name, &self.config).await?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(Snapshot::new(api, &self.config, &self.identity, &self.origins));
        Ok(())
    }
}
