use std::sync::{Arc, PoisonError, RwLock};

use access::Caller;
use connector::{Catalog, Connector, Context, Error, Hidden, Invoke, Operation, Outcome, Permit, Result};
use serde_json::json;
use upstream::{Client, Identity, Origin, Sources};

use crate::action::{self, Files};
use crate::catalog::{self, Offered};
use crate::model::Model;
use crate::schema::{self, Digest, Found};
use crate::ties::Tied;
use crate::{Config, answer, call};

/// One GraphQL API.
#[derive(Debug)]
pub struct Graphql {
    name: String,
    config: Config,
    client: Client,
    origin: Origin,
    identity: Arc<Identity>,
    now: RwLock<Arc<Snapshot>>,
}

/// What the schema said when it was last read.
#[derive(Debug)]
struct Snapshot {
    model: Arc<Model>,
    offered: Vec<Arc<Offered>>,
    catalog: Arc<Catalog>,
    digest: Digest,
}

impl Graphql {
    /// Reads the API's schema and the operations that are declared beside it.
    pub async fn connect(name: &str, config: Config, sources: &dyn Sources) -> Result<Self> {
        let wrong = |error: upstream::ConfigError| Error::invalid(error.to_string());
        let url = config.url.as_deref();
        let url =
            url.ok_or_else(|| Error::invalid("Set `url` to the API's address: https://api.example.com/graphql."))?;
        if config.public {
            let message = "`public` opens nothing here: a GraphQL schema says nothing of credentials. Write `shared = true` \
                           if the whole API is everybody's.";
            return Err(Error::invalid(message));
        }
        let identity = Arc::new(Identity::new(name, &config.identity(), sources)?);
        let origin = Origin::parse(url).map_err(wrong)?;
        let client = Client::new(vec![origin.clone()], &config.http).map_err(wrong)?;
        client.check().await?;
        let (found, files) = find(&config, &client, &origin, &identity).await?;
        let digest = digest(&found, &files);
        let now = Snapshot::new(name, &config, &identity, found, files, digest).await?;
        Ok(Self { name: name.to_owned(), config, client, origin, identity, now: RwLock::new(Arc::new(now)) })
    }

    fn now(&self) -> Arc<Snapshot> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn call(
        &self,
        now: &Snapshot,
        offered: &Offered,
        caller: &Caller,
        invoke: &Invoke,
        context: &Context,
    ) -> Result<Outcome> {
        let Offered { action, tied } = offered;
        let mut input = invoke.input.clone();
        let chosen = call::choice(action, &mut input);
        tied.fill(&self.identity, caller, &now.model, &action.arguments, &mut input)?;
        let body = call::body(&now.model, action, &chosen, input)?;
        let mut request = schema::request(&self.origin, &body)?;
        // A query changes nothing (GraphQL section 6.2.1), whatever HTTP thinks of a POST.
        request.repeatable = !action.is_mutation;
        let judge = |response: &upstream::Response| answer::is_refused(action, response);
        let response = self.identity.send_judged(&self.client, &tied.tie, caller, request, &judge).await?;
        answer::outcome(action, &response, context)
    }
}

async fn find(config: &Config, client: &Client, origin: &Origin, identity: &Identity) -> Result<(Found, Files)> {
    let files = action::find(config).await?;
    Ok((schema::find(config, client, origin, identity).await?, files))
}

fn digest(found: &Found, files: &Files) -> Digest {
    let pieces = files.0.iter().flat_map(|(name, bytes)| [name.as_bytes(), bytes.as_slice()]);
    schema::digest([found.bytes.as_slice()].into_iter().chain(pieces))
}

impl Snapshot {
    /// Large schemas take a while of pure work.
    async fn new(
        name: &str,
        config: &Config,
        identity: &Arc<Identity>,
        found: Found,
        files: Files,
        digest: Digest,
    ) -> Result<Self> {
        let (name, config, identity) = (name.to_owned(), config.clone(), identity.clone());
        let work = move || Self::of(&name, &config, &identity, &found, &files, digest);
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }

    fn of(
        name: &str,
        config: &Config,
        identity: &Identity,
        found: &Found,
        files: &Files,
        digest: Digest,
    ) -> Result<Self> {
        let model = Arc::new(Model::new(found.schema()?, config.exclude_fields.clone(), config.bounds()));
        let (actions, mut hidden) = action::all(name, config, &model, files)?;
        if let Some(unknown) = config.effects.keys().find(|name| actions.iter().all(|it| it.name != **name)) {
            hidden.push(Hidden {
                name: unknown.clone(),
                reason: "`effects` names it, and there is no action of this name".into(),
                open_with: "effects = { … }  # with a name that `bellhop tools` prints".into(),
            });
        }
        let mut offered = Vec::with_capacity(actions.len());
        for mut action in actions {
            match Tied::new(identity, &model, &mut action, config.follow_relations) {
                Ok(tied) => offered.push(Arc::new(Offered { action, tied })),
                Err(closed) => hidden.push(closed),
            }
        }
        let catalog = Arc::new(catalog::catalog(&model, identity, &offered, hidden, config));
        Ok(Self { model, offered, catalog, digest })
    }
}

#[async_trait::async_trait]
impl Connector for Graphql {
    fn catalog(&self) -> Arc<Catalog> {
        self.now().catalog.clone()
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        let Operation::Invoke(invoke) = &operation else { return Err(operation.foreign()) };
        let now = self.now();
        let offered = now.offered.iter().find(|it| it.action.name == invoke.action);
        let offered = offered.ok_or_else(|| Error::not_found("the API's operations"))?;
        let caller = connector::spend(permit, &self.name, &operation, offered.action.effect)?;
        self.call(&now, offered, &caller, invoke, context).await
    }

    /// Any answer of the API is a sign of life: whether it lets us in is each user's matter.
    async fn health(&self) -> Result<()> {
        let mut request = schema::request(&self.origin, &json!({"query": "{ __typename }"}))?;
        request.repeatable = true;
        self.identity.apply_as_app(&mut request).await?;
        match self.client.send(request).await?.error() {
            Some(error) if error.kind().retryable() => Err(error),
            _ => Ok(()),
        }
    }

    async fn reload(&self) -> Result<()> {
        let (found, files) = find(&self.config, &self.client, &self.origin, &self.identity).await?;
        let digest = digest(&found, &files);
        // The same schema makes the same catalog: nobody need hear of it.
        if digest == self.now().digest {
            return Ok(());
        }
        let now = Snapshot::new(&self.name, &self.config, &self.identity, found, files, digest).await?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(now);
        Ok(())
    }
}
