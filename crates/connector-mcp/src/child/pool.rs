use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use connector::{Error, ErrorKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::process::{Lease, Process};
use crate::wire::Failure;

/// One that dies sooner than this after its start died early.
const EARLY: Duration = Duration::from_secs(60);
/// The longest pause.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// How long another process may take to make room.
const ROOM: Duration = Duration::from_secs(5);

/// The processes of one resource, by whose they are.
#[derive(Debug)]
pub(super) struct Pool {
    slots: Mutex<HashMap<String, Arc<Slot>>>,
    turns: Arc<Semaphore>,
    idle_max: Duration,
    wait: Duration,
}

/// One caller's.
#[derive(Debug, Default)]
struct Slot {
    running: Mutex<Option<Arc<Process>>>,
    /// One start at a time, and what came of the last ones.
    starting: tokio::sync::Mutex<Deaths>,
}

#[derive(Debug, Default)]
struct Deaths {
    in_a_row: u32,
    not_before: Option<Instant>,
}

impl Pool {
    pub(super) fn new(at_once_max: usize, idle_max: Duration, wait: Duration) -> Arc<Self> {
        let turns = Arc::new(Semaphore::new(at_once_max.clamp(1, Semaphore::MAX_PERMITS)));
        let pool = Arc::new(Self { slots: Mutex::default(), turns, idle_max, wait });
        tokio::spawn(sweep(Arc::downgrade(&pool), idle_max));
        pool
    }

    /// This caller's process: the one that runs, or one that `start` gives.
    pub(super) async fn get<F>(
        &self,
        key: &str,
        start: impl FnOnce(OwnedSemaphorePermit) -> F,
    ) -> Result<Lease, Failure>
    where
        F: Future<Output = Result<Arc<Process>, Failure>>,
    {
        let slot = self.slots().entry(key.to_owned()).or_default().clone();
        if let Some(lease) = slot.lease() {
            return Ok(lease);
        }
        let mut deaths = slot.starting.lock().await;
        if let Some(lease) = slot.lease() {
            return Ok(lease);
        }
        if let Some(dead) = slot.running().take() {
            match dead.started.elapsed() < EARLY {
                true => deaths.count(self.wait),
                false => *deaths = Deaths::default(),
            }
        }
        if let Some(left) = deaths.not_before.and_then(|when| when.checked_duration_since(Instant::now())) {
            return Err(resting(left).into());
        }
        let turn = self.turn().await?;
        match start(turn).await {
            Ok(process) => {
                let lease = process.lease();
                *slot.running() = Some(process);
                Ok(lease)
            }
            Err(failure) => {
                // What is the caller's own matter, a claim or a credential that they lack, says nothing of the process.
                if !matches!(&failure, Failure::Away(error) if !error.kind().retryable()) {
                    deaths.count(self.wait);
                }
                Err(failure)
            }
        }
    }

    /// Room for one more: the one that nobody used for longest goes where there is none.
    async fn turn(&self) -> Result<OwnedSemaphorePermit, Failure> {
        if let Ok(turn) = self.turns.clone().try_acquire_owned() {
            return Ok(turn);
        }
        let idlest = self.slots().values().filter_map(|slot| Some((slot.idle()?, slot.clone()))).max_by_key(|it| it.0);
        let Some((_, slot)) = idlest else { return Err(busy().into()) };
        slot.let_go(Duration::ZERO);
        let turn = timeout(ROOM, self.turns.clone().acquire_owned()).await.map_err(|_| busy())?;
        turn.map_err(|error| Error::internal(error).into())
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<String, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    fn running(&self) -> MutexGuard<'_, Option<Arc<Process>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lease(&self) -> Option<Lease> {
        self.running().as_ref().filter(|process| process.is_alive()).map(Process::lease)
    }

    fn idle(&self) -> Option<Duration> {
        self.running().as_ref().and_then(|process| process.idle())
    }

    /// Lets go of a process that nobody used for so long. Whoever comes at the same moment has it or has another.
    fn let_go(&self, idle: Duration) {
        let mut running = self.running();
        if running.as_ref().and_then(|process| process.idle()).is_some_and(|unused| unused >= idle) {
            running.take();
        }
    }
}

impl Deaths {
    fn count(&mut self, wait: Duration) {
        let wait = wait.saturating_mul(1 << self.in_a_row.min(16)).min(WAIT_MAX);
        self.in_a_row += 1;
        self.not_before = Some(Instant::now() + wait);
    }
}

/// Lets go of what nobody uses, as long as there is a pool.
async fn sweep(pool: Weak<Pool>, idle_max: Duration) {
    let pause = (idle_max / 4).clamp(Duration::from_millis(200), Duration::from_secs(30));
    loop {
        tokio::time::sleep(pause).await;
        let Some(pool) = pool.upgrade() else { return };
        let mut slots = pool.slots();
        slots.values().for_each(|slot| slot.let_go(pool.idle_max));
        slots.retain(|_, slot| {
            let rests =
                slot.starting.try_lock().map_or(true, |deaths| deaths.not_before.is_some_and(|it| it > Instant::now()));
            rests || slot.running().is_some() || Arc::strong_count(slot) > 1
        });
    }
}

fn resting(left: Duration) -> Error {
    let message = "The MCP server's process ended several times soon after its start and is left alone for a moment. Nothing \
                   was sent; try again later.";
    let after = Duration::from_secs(left.as_secs() + 1);
    Error::new(ErrorKind::Unavailable, message).with_retry_after(after)
}

fn busy() -> Error {
    let message = "As many processes of this MCP server run as may, and all are at work. Nothing was sent; try again in a \
                   moment.";
    Error::new(ErrorKind::Unavailable, message)
}
