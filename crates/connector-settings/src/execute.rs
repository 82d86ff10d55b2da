use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use connector::{
    Catalog, Connector, Context, Effect, Error, ErrorKind, Identifier, Operation, Outcome, Permit, Result, spend,
};

use crate::aggregate::aggregate;
use crate::catalog::catalog;
use crate::config::Config;
use crate::create::create;
use crate::defaults::Defaults;
use crate::delete::delete;
use crate::get::{SETTINGS, get};
use crate::history::history;
use crate::known::Known;
use crate::list::list;
use crate::space::Space;
use crate::store::{self, Store};
use crate::update::update;

/// How many keys more than they may have of a user are read, where they were written under a larger bound.
const BEYOND: usize = 1_000;

/// Users' settings in a key-value store.
pub struct Settings {
    resource: String,
    room: Room,
    catalog: Arc<Catalog>,
    timeout: Duration,
}

/// What all operations work with.
pub(crate) struct Room {
    pub(crate) config: Config,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) defaults: Defaults,
    pub(crate) known: Known,
}

impl Room {
    pub(crate) fn key(&self, identifier: &Identifier) -> Result<String> {
        crate::key::named(identifier, self.config.key_bytes_max)
    }

    pub(crate) fn full(&self) -> Error {
        let max = self.config.keys_max;
        Error::new(ErrorKind::LimitExceeded, format!("A user may have {max} settings. Delete one first."))
    }

    pub(crate) fn keys_read_max(&self) -> usize {
        self.config.keys_max as usize + BEYOND
    }
}

impl Settings {
    /// Opens the store. `resource` is the name that permits for it bear.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when the store does not answer, and [`ErrorKind::InvalidArgument`] when `config` is not
    /// one: a limit of zero, a default that its own schema refuses, an address of no engine.
    pub async fn connect(resource: &str, config: Config) -> Result<Self> {
        config.check()?;
        let known = Known::new(&config)?;
        let defaults = Defaults::new(&config, &known)?;
        let store = store::open(resource, &config).await?;
        let (catalog, timeout) = (Arc::new(catalog(&config)), Duration::from_millis(config.timeout_ms));
        let room = Room { config, store, defaults, known };
        Ok(Self { resource: resource.to_owned(), room, catalog, timeout })
    }

    async fn run(&self, space: &Space, operation: &Operation, context: &Context) -> Result<Outcome> {
        let room = &self.room;
        if let connector::Target::Collection(name) = operation.target()
            && name != SETTINGS
        {
            return Err(Error::invalid("There is only one collection here: settings."));
        }
        match operation {
            Operation::List(it) => list(room, space, it, context).await,
            Operation::Get(it) => get(room, space, it, context).await,
            Operation::Aggregate(it) => aggregate(room, space, it, context).await,
            Operation::Create(_) | Operation::Update(_) | Operation::Delete(_) if room.config.shared => {
                Err(Error::new(ErrorKind::PermissionDenied, "These settings can only be read."))
            }
            Operation::Create(it) => create(room, space, it).await,
            Operation::Update(it) => update(room, space, it).await,
            Operation::Delete(it) => delete(room, space, it).await,
            Operation::Batch(_) => Err(Error::new(ErrorKind::Unsupported, "Settings are changed one at a time.")),
            Operation::Recite(_) | Operation::Read(_) | Operation::Complete(_) => Err(operation.foreign()),
            Operation::Invoke(it) if it.action == "history" => history(room, space, it, context).await,
            Operation::Invoke(_) => Err(Error::internal("an action of the catalog that nothing does")),
        }
    }
}

#[async_trait::async_trait]
impl Connector for Settings {
    fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog)
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        let effect = match (&operation, operation.kind()) {
            (_, Some(kind)) => kind.effect(),
            (Operation::Invoke(it), None) => self.catalog.action(&it.action).map_or(Effect::Destroy, |it| it.effect),
            (_, None) => Effect::Read,
        };
        let caller = spend(permit, &self.resource, &operation, effect)?;
        let space = Space::of(&caller, self.room.config.by_issuer);
        self.run(&space, &operation, context).await
    }

    async fn health(&self) -> Result<()> {
        let answer = tokio::time::timeout(self.timeout, self.room.store.health()).await;
        answer.unwrap_or_else(|_| Err(Error::unavailable("the store gives no sign of life")))
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Settings").field("resource", &self.resource).finish_non_exhaustive()
    }
}
