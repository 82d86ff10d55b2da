use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use cap_fs_ext::MetadataExt;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use connector::{Catalog, Connector, Context, Effect, Error, ErrorKind, Operation, Outcome, Permit, Result, spend};
use tokio::sync::Semaphore;
use tokio_util::sync::DropGuard;

use crate::actions::{append::append, copy::copy, move_::move_, search::search, usage::usage};
use crate::aggregate::aggregate;
use crate::blocking::{self, Stop};
use crate::catalog::catalog;
use crate::config::Config;
use crate::create::create;
use crate::delete::delete;
use crate::error::FILES;
use crate::get::get;
use crate::home::Home;
use crate::list::list;
use crate::local::{Local, sweep};
use crate::object::{Bucket, Objects, connect};
use crate::quota::Ledgers;
use crate::update::update;
use access::folder_name;

/// Users' files, in folders under one root or in a store.
pub struct Files {
    resource: String,
    config: Arc<Config>,
    storage: Storage,
    catalog: Arc<Catalog>,
    slots: Arc<Semaphore>,
    ledgers: Ledgers,
}

/// Where the files are kept.
enum Storage {
    Local { path: PathBuf, root: RwLock<Arc<Dir>>, _sweeping: DropGuard },
    Objects(Arc<Bucket>),
}

impl Files {
    /// Opens the root or the store. `resource` is the name that permits for it bear.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when the root is not a folder that can be opened or the store does not answer, and
    /// [`ErrorKind::InvalidArgument`] when `config` has a limit of zero or does not say where the files are.
    pub async fn open(resource: &str, config: Config) -> Result<Self> {
        let limits =
            [config.entries_max, config.read_bytes_max, config.concurrency_max as u64, config.depth_max as u64];
        if limits.contains(&0) {
            return Err(Error::invalid("A limit of a files resource must be at least 1."));
        }
        let slots = Arc::new(Semaphore::new(config.concurrency_max.min(Semaphore::MAX_PERMITS)));
        let config = Arc::new(config);
        let storage = Storage::open(&slots, &config).await?;
        Ok(Self {
            resource: resource.to_owned(),
            catalog: Arc::new(catalog(&config)),
            config,
            storage,
            slots,
            ledgers: Ledgers::default(),
        })
    }

    fn no_such_action(&self) -> Error {
        let names: Vec<_> = self.catalog.actions.iter().map(|action| action.name.as_str()).collect();
        Error::invalid(format!("There is no such action here. There are {}.", names.join(", ")))
    }

    fn effect(&self, operation: &Operation) -> Result<Effect> {
        match operation {
            Operation::Invoke(invoke) => match self.catalog.action(&invoke.action) {
                Some(action) => Ok(action.effect),
                None => Err(self.no_such_action()),
            },
            other => other.kind().map(|kind| kind.effect()).ok_or_else(|| Error::internal("an operation of no kind")),
        }
    }
}

impl Storage {
    async fn open(slots: &Arc<Semaphore>, config: &Arc<Config>) -> Result<Self> {
        let path = match (&config.root, &config.url) {
            (Some(root), None) => root.clone(),
            (None, Some(url)) => match url.strip_prefix("file://") {
                Some(path) if path.starts_with('/') => PathBuf::from(path),
                _ => {
                    let bucket = connect(url, config)?;
                    bucket.health().await?;
                    return Ok(Self::Objects(Arc::new(bucket)));
                }
            },
            _ => return Err(Error::invalid("Say where the files are: give either `root` or `url`.")),
        };
        let root = open_root(slots, &path, config.create_root).await?;
        let _sweeping = sweep_behind(&root);
        Ok(Self::Local { path, root: RwLock::new(root), _sweeping })
    }
}

/// Removes what an earlier server left half-written, while this one already works.
fn sweep_behind(root: &Arc<Dir>) -> DropGuard {
    let (root, stop) = (Arc::clone(root), Stop::default());
    let guard = stop.on_drop();
    tokio::task::spawn_blocking(move || sweep(&root, &stop));
    guard
}

async fn open_root(slots: &Arc<Semaphore>, path: &Path, make: bool) -> Result<Arc<Dir>> {
    let path = path.to_path_buf();
    blocking::run(slots, move |_| {
        let made = if make { Dir::create_ambient_dir_all(&path, ambient_authority()) } else { Ok(()) };
        made.and_then(|()| Dir::open_ambient_dir(&path, ambient_authority())).map(Arc::new).map_err(|error| {
            Error::new(
                ErrorKind::Unavailable,
                "The folder that `root` names cannot be opened. Make it, or set `create_root` to true.",
            )
            .with_source(format!("{}: {error}", path.display()))
        })
    })
    .await
}

fn shared(root: &RwLock<Arc<Dir>>) -> Arc<Dir> {
    Arc::clone(&root.read().unwrap_or_else(PoisonError::into_inner))
}

#[async_trait::async_trait]
impl Connector for Files {
    fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog)
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        let effect = self.effect(&operation)?;
        let caller = spend(permit, &self.resource, &operation, effect)?;
        let (config, context) = (Arc::clone(&self.config), context.clone());
        let issuer = config.by_issuer.then(|| folder_name(caller.realm()));
        let folder: Vec<_> = issuer.into_iter().chain([folder_name(caller.id().as_str())]).collect();
        let ledger = self.ledgers.of(&folder, &config);
        match &self.storage {
            Storage::Local { root, .. } => {
                let root = shared(root);
                blocking::run(&self.slots, move |stop| {
                    let home = Local::open(&root, &folder, &config, &ledger, stop)?;
                    run(&home, &operation, &config, &context, stop)
                })
                .await
            }
            Storage::Objects(bucket) => {
                let bucket = Arc::clone(bucket);
                blocking::run(&self.slots, move |stop| {
                    let home = Objects::new(&bucket, &folder, &config, &ledger, stop);
                    run(&home, &operation, &config, &context, stop)
                })
                .await
            }
        }
    }

    async fn health(&self) -> Result<()> {
        let root = match &self.storage {
            Storage::Local { root, .. } => shared(root),
            Storage::Objects(bucket) => return bucket.health().await,
        };
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
        if let Storage::Local { path, root, .. } = &self.storage {
            let opened = open_root(&self.slots, path, false).await?;
            *root.write().unwrap_or_else(PoisonError::into_inner) = opened;
        }
        Ok(())
    }
}

fn run(home: &dyn Home, operation: &Operation, config: &Config, context: &Context, stop: &Stop) -> Result<Outcome> {
    if let connector::Target::Collection(name) = operation.target()
        && name != FILES
    {
        return Err(Error::invalid("There is only one collection here: files."));
    }
    match operation {
        Operation::List(it) => list(home, it, config, context),
        Operation::Get(it) => get(home, it, config, context),
        Operation::Create(it) => create(home, it, config),
        Operation::Update(it) => update(home, it, config),
        Operation::Delete(it) => delete(home, it, config),
        Operation::Aggregate(it) => aggregate(home, it, config, context),
        Operation::Batch(_) => Err(Error::new(ErrorKind::Unsupported, "Files are changed one at a time.")),
        Operation::Recite(_) | Operation::Read(_) | Operation::Complete(_) => Err(operation.foreign()),
        Operation::Invoke(it) => match it.action.as_str() {
            "append" => append(home, &it.input, config),
            "move" => move_(home, &it.input, config),
            "copy" => copy(home, &it.input, config),
            "search" => search(home, &it.input, config, context, stop),
            "usage" => usage(home, config),
            _ => Err(Error::internal("an action of the catalog that nothing does")),
        },
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Files").field("resource", &self.resource).finish_non_exhaustive()
    }
}
