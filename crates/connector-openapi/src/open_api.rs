use std::sync::{Arc, PoisonError, RwLock};

use access::Caller;
use connector::{Catalog, Connector, Context, Error, Operation, Outcome, Permit, Result, Target};
use upstream::{Client, Identity, Response, Sources};

use crate::api::{self, Api};
use crate::collection::{self, Call, Calls, Found, Rest, Settings};
use crate::origins::Origins;
use crate::read::Digest;
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
    collections: Vec<Rest>,
    digest: Option<Digest>,
}

/// Sends what a collection needs as the one caller whose permit was spent.
struct AsCaller<'a> {
    resource: &'a OpenApi,
    now: &'a Snapshot,
    caller: &'a Caller,
}

#[async_trait::async_trait]
impl Calls for AsCaller<'_> {
    async fn send(&self, call: Call<'_>) -> Result<Response> {
        self.resource.call(self.now, self.caller, call).await
    }
}

/// Adds pairs whose names the query does not have.
fn append(query: &mut String, pairs: &[(String, String)]) {
    let has: Vec<String> = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect();
    let new = pairs.iter().filter(|(name, _)| !has.contains(name));
    let more = form_urlencoded::Serializer::new(String::new()).extend_pairs(new).finish();
    if !query.is_empty() && !more.is_empty() {
        query.push('&');
    }
    query.push_str(&more);
}

impl OpenApi {
    /// Reads the API's description.
    pub async fn connect(name: &str, config: Config, sources: &dyn Sources) -> Result<Self> {
        let identity = Arc::new(Identity::new(name, &config.identity(), sources)?);
        let (api, digest) =
            read::read(name, &config, None).await?.ok_or_else(|| Error::internal("a document known before any"))?;
        let origins = Origins::new(&config, &api)?;
        let client = Client::new(origins.all(), &config.http).map_err(|error| Error::invalid(error.to_string()))?;
        client.check().await?;
        let now = Snapshot::new(api, digest, &config, &identity, &origins).await?;
        let now = RwLock::new(Arc::new(now));
        Ok(Self { name: name.to_owned(), config, client, origins, identity, now })
    }

    /// Calls one operation as this caller: the one way in which anything is sent.
    async fn call(&self, now: &Snapshot, caller: &Caller, call: Call<'_>) -> Result<Response> {
        let Call { operation, mut input, query, headers, answer_bytes_max } = call;
        let tied = now.ties.of(&operation.name).ok_or_else(|| Error::not_found("the API's operations"))?;
        tied.fill(&self.identity, caller, &now.api, operation, &mut input)?;
        let origin = self.origins.of(&now.api, operation).ok_or_else(|| Error::not_found("the API's operations"))?;
        let mut request = request::build(&now.api, operation, &input, &origin)?;
        request.answer_bytes_max = answer_bytes_max;
        request.headers.extend(headers);
        append(&mut request.query, &query);
        self.identity.send(&self.client, &tied.tie, caller, request).await
    }

    fn now(&self) -> Arc<Snapshot> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Snapshot {
    async fn new(
        api: Api,
        digest: Option<Digest>,
        config: &Config,
        identity: &Arc<Identity>,
        origins: &Origins,
    ) -> Result<Self> {
        let (config, identity, origins) = (config.clone(), identity.clone(), origins.clone());
        read::blocking(move || Ok(Self { digest, ..Self::of(api, &config, &identity, &origins) })).await
    }

    fn of(mut api: Api, config: &Config, identity: &Arc<Identity>, origins: &Origins) -> Self {
        let elsewhere = origins.narrow(&mut api);
        let api = Arc::new(api);
        let ties = Ties::new(identity, &api);
        let mut catalog = catalog::catalog(&api, config, |operation| ties.told(operation));
        ties.mark(identity, &mut catalog);
        let found = collections(&api, config, identity, &ties);
        catalog.collections = found.collections.iter().map(|rest| rest.collection.clone()).collect();
        catalog.hidden.extend(found.hidden);
        catalog.hidden.extend(catalog::summarised(elsewhere));
        Self { api, catalog: Arc::new(catalog), ties, collections: found.collections, digest: None }
    }

    fn collection(&self, operation: &Operation) -> Result<&Rest> {
        let Target::Collection(name) = operation.target() else { return Err(Error::internal("no collection")) };
        let found = self.collections.iter().find(|rest| rest.collection.name == name);
        found.ok_or_else(|| Error::not_found("the API's collections"))
    }

    fn operation(&self, name: &str) -> Result<&api::Operation> {
        let found = self.ties.of(name).and_then(|tied| self.api.operations.get(tied.at));
        found.ok_or_else(|| Error::not_found("the API's operations"))
    }
}

/// Collections among what is tied to its caller.
fn collections(api: &Api, config: &Config, identity: &Identity, ties: &Ties) -> Found {
    let tied = |number: usize| ties.of(&api.operations.get(number)?.name);
    let is_bound_field = |name: &str| {
        identity.binds().iter().any(|bind| match &bind.target {
            upstream::Target::Anywhere(bound) => upstream::fold(bound) == upstream::fold(name),
            // A deeper one is a field of a field: `owner.id` is not the collection's `id`.
            upstream::Target::Body(path) => {
                matches!(path.as_slice(), [bound] if upstream::fold(bound) == upstream::fold(name))
            }
            upstream::Target::Parameter(..) => false,
        })
    };
    collection::find(
        api,
        &Settings {
            declared: &config.collections,
            conventions: config.rest_collections != Some(false),
            ownership: &|number| tied(number).map(|it| it.tie.ownership.clone()),
            is_bound: &|number, parameter| tied(number).is_some_and(|it| it.sets(&parameter.argument)),
            is_bound_field: &is_bound_field,
        },
    )
}

#[async_trait::async_trait]
impl Connector for OpenApi {
    fn catalog(&self) -> Arc<Catalog> {
        self.now().catalog.clone()
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        let now = self.now();
        match (&operation, operation.kind()) {
            (Operation::Invoke(invoke), _) => {
                let wanted = now.operation(&invoke.action)?;
                let caller = connector::spend(permit, &self.name, &operation, wanted.effect)?;
                let call = Call {
                    operation: wanted,
                    input: invoke.input.clone(),
                    query: Vec::new(),
                    headers: http::HeaderMap::new(),
                    answer_bytes_max: context.result_bytes_max,
                };
                response::outcome(wanted, self.call(&now, &caller, call).await?, context)
            }
            (_, Some(kind)) => {
                let rest = now.collection(&operation)?;
                let caller = connector::spend(permit, &self.name, &operation, kind.effect())?;
                let calls = AsCaller { resource: self, now: &now, caller: &caller };
                collection::execute(&now.api, rest, &calls, &operation, context).await
            }
            (_, None) => Err(Error::internal("an operation of no kind")),
        }
    }

    async fn health(&self) -> Result<()> {
        Ok(())
    }

    async fn reload(&self) -> Result<()> {
        let known = self.now().digest;
        // The same document makes the same catalog: nobody need hear of it.
        let Some((api, digest)) = read::read(&self.name, &self.config, known).await? else { return Ok(()) };
        let now = Snapshot::new(api, digest, &self.config, &self.identity, &self.origins).await?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(now);
        Ok(())
    }
}
