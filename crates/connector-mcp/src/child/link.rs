use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use access::Caller;
use aws_lc_rs::digest::{Context, SHA256};
use connector::{Error, ErrorKind, Happening, Result};
use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, broadcast};
use tokio::time::timeout;
use upstream::Secret;

use super::begin::Begun;
use super::folder::Folder;
use super::pool::Pool;
use super::process::{Around, Lease, Process};
use super::spawn::Recipe;
use crate::ties::{Slot, Whose};
use crate::wire::{About, Ask, Failure, Link, Who, stateless};
use crate::{Config, ProcessConfig};

/// How many happenings wait for whoever listens.
const HAPPENINGS_MAX: usize = 64;

/// A server that is a command.
#[derive(Debug)]
pub(crate) struct Child {
    resource: String,
    command: Vec<String>,
    folder: Option<Folder>,
    whose: Arc<Whose>,
    /// Whether all callers have the same process.
    is_shared: bool,
    house_env: Vec<(String, Secret)>,
    limits: ProcessConfig,
    pool: Arc<Pool>,
    /// The process that is asked for what the server offers.
    house: Mutex<Option<Arc<Process>>>,
    /// How the command speaks, as far as it is known.
    is_stateless: Mutex<Option<bool>>,
    /// Whether the last start went wrong.
    is_ill: Mutex<Option<String>>,
    happened: broadcast::Sender<Happening>,
}

impl Child {
    pub(crate) fn new(resource: &str, command: &[String], config: &Config, whose: Arc<Whose>) -> Result<Self> {
        let wrong = |what: String| Error::invalid(format!("[resources.{resource}]: {what}."));
        let folder = config.folder.as_deref().map(|text| Folder::new(text, &config.base)).transpose();
        let folder = folder.map_err(|error| wrong(format!("folder: {error}")))?;
        if folder.is_none() && command.iter().any(|word| word.contains("{folder}")) {
            return Err(wrong("`{folder}` in `command` needs `folder`".to_owned()));
        }
        let limits = config.process.clone();
        let pool = Pool::new(
            limits.at_once_max,
            Duration::from_secs(limits.idle_s),
            Duration::from_millis(limits.restart_wait_ms),
        );
        let is_a_callers = whose.ties.iter().any(|tie| !tie.starts_with("_meta "));
        Ok(Self {
            resource: resource.to_owned(),
            command: command.to_vec(),
            folder,
            is_shared: config.shared && !is_a_callers,
            whose,
            house_env: config.catalog_env.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            limits,
            pool,
            house: Mutex::default(),
            is_stateless: Mutex::default(),
            is_ill: Mutex::default(),
            happened: broadcast::Sender::new(HAPPENINGS_MAX),
        })
    }

    /// This caller's process: one that was started with what is theirs now. A folder, a claim or a credential that has
    /// changed since makes it another's, and the one before goes when it was idle for long enough.
    async fn process(&self, caller: &Caller) -> Result<Lease, Failure> {
        let folder = self.folder.as_ref().map(|folder| folder.of(caller)).transpose()?;
        let mut with = Context::new(&SHA256);
        let mut add = |part: &[u8]| {
            with.update(&(part.len() as u64).to_le_bytes());
            with.update(part);
        };
        add(folder.as_deref().map(|folder| folder.as_os_str().as_encoded_bytes()).unwrap_or_default());
        let mut env = Vec::new();
        for (name, slot) in &self.whose.env {
            let value = self.whose.value(slot, caller).await?;
            // Another at every call; a process keeps the one that it was started with.
            if !matches!(slot, Slot::Signed) {
                add(name.as_bytes());
                add(value.expose().as_bytes());
            }
            env.push((name.clone(), value));
        }
        let with: String = with.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let key = if self.is_shared { String::new() } else { format!("caller {} {with}", caller.key()) };
        self.pool.get(&key, |turn| self.start_for(folder, env, turn)).await
    }

    async fn start_for(
        &self,
        folder: Option<PathBuf>,
        env: Vec<(String, Secret)>,
        turn: OwnedSemaphorePermit,
    ) -> Result<Arc<Process>, Failure> {
        let recipe = Recipe { command: &self.command, folder: folder.as_deref(), env, limits: &self.limits };
        let around = Around {
            resource: self.resource.clone(),
            is_shared: self.is_shared,
            happened: Some(self.happened.clone()),
            turn: Some(turn),
            folder: None,
        };
        self.begin(Process::start(&recipe, around)?).await
    }

    /// A process in an empty folder, with what of the environment is everybody's.
    async fn start_for_house(&self) -> Result<Arc<Process>, Failure> {
        let folder = tempfile::tempdir().map_err(Error::unavailable)?;
        let path = folder.path().to_owned();
        let constants = self.whose.env.iter().filter_map(|(name, slot)| match slot {
            Slot::Constant(text) => Some((name.clone(), Secret::from(text.clone()))),
            Slot::Text(_) | Slot::Credential | Slot::Signed => None,
        });
        let env = constants.chain(self.house_env.iter().cloned()).collect();
        let recipe = Recipe { command: &self.command, folder: Some(&path), env, limits: &self.limits };
        let around = Around {
            resource: self.resource.clone(),
            is_shared: true,
            // What it says of its lists is what is being read.
            happened: None,
            turn: None,
            folder: Some(folder),
        };
        self.begin(Process::start(&recipe, around)?).await
    }

    async fn begin(&self, process: Process) -> Result<Arc<Process>, Failure> {
        let known = *lock(&self.is_stateless);
        let begun = timeout(Duration::from_millis(self.limits.start_timeout_ms), Begun::with(&process, known)).await;
        let begun = begun.unwrap_or_else(|_| {
            Err(Error::new(ErrorKind::Unavailable, "The MCP server's process did not say hello in time.").into())
        });
        match begun {
            Ok(begun) => {
                *lock(&self.is_stateless) = Some(begun.is_stateless);
                *lock(&self.is_ill) = None;
                let _ = process.begun.set(begun);
                Ok(Arc::new(process))
            }
            Err(failure) => {
                *lock(&self.is_stateless) = None;
                *lock(&self.is_ill) = Some(format!("{failure:?}"));
                Err(match failure {
                    Failure::Away(error) => Failure::Away(error),
                    said @ Failure::Said(_) => Failure::Away(said.into_error("the server")),
                })
            }
        }
    }

    async fn house(&self) -> Result<Lease, Failure> {
        if let Some(process) = lock(&self.house).as_ref().filter(|process| process.is_alive()) {
            return Ok(process.lease());
        }
        let process = self.start_for_house().await?;
        let lease = process.lease();
        *lock(&self.house) = Some(process);
        Ok(lease)
    }
}

#[async_trait::async_trait]
impl Link for Child {
    async fn hello(&self) -> Result<About, Failure> {
        let process = self.house().await?;
        Ok(process.begun.get().map(|begun| begun.about.clone()).unwrap_or_default())
    }

    async fn ask(&self, who: Who<'_>, ask: Ask<'_>) -> Result<Map<String, Value>, Failure> {
        let process = match who {
            Who::House => self.house().await?,
            Who::Caller(caller, _) => self.process(caller).await?,
        };
        match process.begun.get() {
            Some(begun) if begun.is_stateless => process.ask(&stateless(&ask)).await,
            _ => process.ask(&ask).await,
        }
    }

    fn done_reading(&self) {
        lock(&self.house).take();
    }

    async fn health(&self) -> Result<(), Failure> {
        match lock(&self.is_ill).clone() {
            Some(why) => Err(Error::unavailable(why).into()),
            None => Ok(()),
        }
    }

    fn happenings(&self) -> broadcast::Receiver<Happening> {
        self.happened.subscribe()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
