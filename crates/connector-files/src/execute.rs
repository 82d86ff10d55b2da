use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use cap_fs_ext::MetadataExt;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use connector::{Catalog, Connector, Context, Effect, Error, ErrorKind, Operation, Outcome, Permit, Result, spend};
use tokio::sync::Semaphore;

use crate::actions::{copy::copy, move_::move_, search::search};
use crate::aggregate::aggregate;
use crate::blocking::{self, Stop};
use crate::catalog::catalog;
use crate::config::Config;
use crate::create::{New, create};
use crate::delete::delete;
use crate::error::FILES;
use crate::folder::folder_name;
use crate::get::get;
use crate::home::Home;
use crate::list::list;
use crate::update::update;

/// Folders of users under one root.
pub struct Files {
    resource: String,
    config: Arc<Config>,
    root: RwLock<Arc<Dir>>,
    catalog: Arc<Catalog>,
    slots: Arc<Semaphore>,
}

impl Files {
    /// Opens the root. `resource` is the name that permits for it bear.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when the root is not a folder that can be opened, and
    /// [`ErrorKind::InvalidArgument`] when a limit in `config` is zero.
    pub async fn open(resource: &str, config: Config) -> Result<Self> {
        let limits =
            [config.entries_max, config.read_bytes_max, config.concurrency_max as u64, config.depth_max as u64];
        if limits.contains(&0) {
            return Err(Error::invalid("A limit of a files resource must be at least 1."));
        }
        let slots = Arc::new(Semaphore::new(config.concurrency_max.min(Semaphore::MAX_PERMITS)));
        let config = Arc::new(config);
        let root = open_root(&slots, &config, config.create_root).await?;
        Ok(Self {
            resource: resource.to_owned(),
            catalog: Arc::new(catalog(&config)),
            config,
            root: RwLock::new(root),
            slots,
        })
    }

    fn root(&self) -> Arc<Dir> {
        Arc::clone(&self.root.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn effect(&self, operation: &Operation) -> Result<Effect> {
        match operation {
            Operation::Invoke(invoke) => match self.catalog.action(&invoke.action) {
                Some(action) => Ok(action.effect),
                None => Err(Error::invalid("There is no such action here. There are move, copy and search.")),
            },
            other => other.kind().map(|kind| kind.effect()).ok_or_else(|| Error::internal("an operation of no kind")),
        }
    }
}

async fn open_root(slots: &Arc<Semaphore>, config: &Arc<Config>, make: bool) -> Result<Arc<Dir>> {
    let config = Arc::clone(config);
    blocking::run(slots, move |_| {
        let made = if make { Dir::create_ambient_dir_all(&config.root, ambient_authority()) } else { Ok(()) };
        made.and_then(|()| Dir::open_ambient_dir(&config.root, ambient_authority())).map(Arc::new).map_err(|error| {
            let path = config.root.display().to_string();
            Error::new(
                ErrorKind::Unavailable,
                "The folder that `root` names cannot be opened. Make it, or set `create_root` to true.",
            )
            .with_source(format!("{path}: {error}"))
        })
    })
    .await
}

#[async_trait::async_trait]
impl Connector for Files {
    fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog)
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        let effect = self.effect(&operation)?;
        let caller = spend(permit, &self.resource, &operation, effect)?;
        let (root, config, context) = (self.root(), Arc::clone(&self.config), context.clone());
        let issuer = config.by_issuer.then(|| folder_name(caller.issuer()));
        let folder: Vec<_> = issuer.into_iter().chain([folder_name(caller.id().as_str())]).collect();
        blocking::run(&self.slots, move |stop| run(&root, &folder, &operation, &config, &context, stop)).await
    }

    async fn health(&self) -> Result<()> {
        let root = self.root();
        blocking::run(&self.slots, move |_| {
            root.entries().map_err(Error::unavailable)?;
            // A folder that was removed can still be read, and is empty.
            match root.dir_metadata().map_err(Error::unavailable)?.nlink() {
                0 => Err(Error::unavailable("the root folder was removed")),
                _ => Ok(()),
            }
        })
        .await
    }

    async fn reload(&self) -> Result<()> {
        let root = open_root(&self.slots, &self.config, false).await?;
        *self.root.write().unwrap_or_else(PoisonError::into_inner) = root;
        Ok(())
    }
}

fn run(
    root: &Dir,
    folder: &[String],
    operation: &Operation,
    config: &Config,
    context: &Context,
    stop: &Stop,
) -> Result<Outcome> {
    if let connector::Target::Collection(name) = operation.target()
        && name != FILES
    {
        return Err(Error::invalid("There is only one collection here: files."));
    }
    if let Operation::Create(it) = operation {
        let new = New::read(it, config)?;
        return create(&Home::open_or_make(root, folder)?, &new, stop);
    }
    let home = Home::open(root, folder)?;
    let home = home.as_ref();
    match operation {
        Operation::List(it) => list(home, it, config, context, stop),
        Operation::Get(it) => get(home, it, config, context, stop),
        Operation::Create(_) => Err(Error::internal("create was handled above")),
        Operation::Update(it) => update(home, it, config, stop),
        Operation::Delete(it) => delete(home, it, config, stop),
        Operation::Aggregate(it) => aggregate(home, it, config, context, stop),
        Operation::Batch(_) => Err(Error::new(ErrorKind::Unsupported, "Files are changed one at a time.")),
        Operation::Invoke(it) => match it.action.as_str() {
            "move" => move_(home, &it.input, config, stop),
            "copy" => copy(home, &it.input, config, stop),
            "search" => search(home, &it.input, config, context, stop),
            _ => Err(Error::invalid("There is no such action here. There are move, copy and search.")),
        },
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Files").field("resource", &self.resource).finish_non_exhaustive()
    }
}
