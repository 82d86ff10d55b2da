use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use connector::{Catalog, Connector, Context, Error, ErrorKind, Operation, Outcome, Permit, Result};
use http::uri::PathAndQuery;
use tokio::time::timeout;
use tonic::client::Grpc as Client;
use tonic::{Code, Status};
use upstream::{Identity, Sources};

use crate::call::{Call, Health};
use crate::catalog::{self, Snapshot};
use crate::channel::{Line, lost};
use crate::message::{self, Own};
use crate::{Config, describe};

/// How long a sign of life may take.
const HEALTH_WITHIN: Duration = Duration::from_secs(5);

/// A gRPC server, and whose its calls are.
#[derive(Debug)]
pub struct Grpc {
    name: String,
    config: Config,
    line: Line,
    identity: Identity,
    now: RwLock<Arc<Snapshot>>,
}

impl Grpc {
    /// Reads what the server says of itself.
    pub async fn connect(name: &str, config: Config, sources: &dyn Sources) -> Result<Self> {
        let identity = Identity::new(name, &config.identity(), sources)?;
        catalog::check(name, &config, &identity)?;
        let line = Line::new(name, &config).await?;
        let described = describe::read(name, &config, &line).await?;
        let now = RwLock::new(Arc::new(Snapshot::new(name, &config, &identity, described)));
        Ok(Self { name: name.to_owned(), config, line, identity, now })
    }

    async fn ask_health(&self) -> Result<Health, Status> {
        let mut client = Client::new(self.line.channel.clone());
        client.ready().await.map_err(|error| Status::from_error(error.into()))?;
        let path = PathAndQuery::from_static("/grpc.health.v1.Health/Check");
        let answer = client.unary(tonic::Request::new(Health::default()), path, Health::codec()).await?;
        Ok(answer.into_inner())
    }

    fn now(&self) -> Arc<Snapshot> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait::async_trait]
impl Connector for Grpc {
    fn catalog(&self) -> Arc<Catalog> {
        self.now().catalog.clone()
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        let Operation::Invoke(invoke) = &operation else { return Err(operation.foreign()) };
        let now = self.now();
        let method = now.methods.get(&invoke.action).ok_or_else(|| Error::not_found("the service's methods"))?;
        let caller = connector::spend(permit, &self.name, &operation, method.effect)?;
        let mut message = message::read(&method.descriptor.input(), invoke.input.clone())?;
        Own::new(&self.identity, &method.tie, &caller)?.fill(&mut message)?;
        let (config, line, identity) = (&self.config, &self.line, &self.identity);
        Call { config, line, identity, method, caller: &caller, message, context }.send().await
    }

    /// Asks by the health checking protocol (`grpc.health.v1`). A server that has none answers so, and lives.
    async fn health(&self) -> Result<()> {
        let asked = async {
            match self.ask_health().await {
                // A connection that was lost in the meantime says nothing of the server: it is made anew once.
                Err(status) if lost(&status).is_some_and(|lost| !lost.is_final) => self.ask_health().await,
                answer => answer,
            }
        };
        let answer = timeout(HEALTH_WITHIN, asked).await;
        let answer = answer.map_err(|_| Error::new(ErrorKind::Timeout, "The service gives no sign of life."))?;
        match answer {
            Ok(health) if health.is_not_serving() => {
                Err(Error::new(ErrorKind::Unavailable, "The service says that it is not serving."))
            }
            Ok(_) => Ok(()),
            Err(status) => match lost(&status) {
                Some(lost) => Err(lost.error),
                None if status.code() == Code::Unavailable => Err(Error::unavailable(status)),
                None => Ok(()),
            },
        }
    }

    async fn reload(&self) -> Result<()> {
        let described = describe::read(&self.name, &self.config, &self.line).await?;
        // The same descriptors make the same catalog: nobody need hear of it.
        if described.digest == self.now().digest {
            return Ok(());
        }
        let now = Snapshot::new(&self.name, &self.config, &self.identity, described);
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(now);
        Ok(())
    }
}
