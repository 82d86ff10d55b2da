use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_modbus::client::Client;
use tokio_modbus::slave::{Slave, SlaveContext};
use tokio_modbus::{Error, Request, Response};
use upstream::Reach;

use super::config::ModbusConfig;
use super::connect::{Link, connect};
use super::fault::Fault;
use super::form::Place;

/// One bus: a connection, and requests on it one after the other in the order in which they came.
#[derive(Debug)]
pub(crate) struct Bus {
    place: Place,
    config: Arc<ModbusConfig>,
    reach: Reach,
    waiting: Semaphore,
    turn: Mutex<Turn>,
}

/// What only the one whose turn it is sees.
#[derive(Debug, Default)]
struct Turn {
    link: Option<Link>,
    /// How often it could not be connected to in a row.
    alone: Alone,
    /// Units that did not answer.
    units: HashMap<u8, Alone>,
    /// On a serial line an answer that is too late looks like the next one's: until then none can come any more.
    settled: Option<Instant>,
}

/// What failed so often in a row, and is left alone until then.
#[derive(Clone, Copy, Debug, Default)]
struct Alone {
    failures: u32,
    until: Option<Instant>,
}

impl Alone {
    fn check(&self) -> Result<(), Fault> {
        match self.until.and_then(|until| until.checked_duration_since(Instant::now())) {
            Some(after) => Err(Fault::Away { after, source: None }),
            None => Ok(()),
        }
    }

    fn failed(&mut self, config: &ModbusConfig) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let after = config.back_off(self.failures);
        self.until = Some(Instant::now() + after);
        after
    }
}

impl Bus {
    pub(crate) fn new(place: Place, config: Arc<ModbusConfig>, reach: Reach) -> Self {
        let waiting = Semaphore::new(config.waiting_max.clamp(1, Semaphore::MAX_PERMITS));
        Self { place, config, reach, waiting, turn: Mutex::default() }
    }

    /// Sends one request to one unit, once, and waits for its answer. Dropping it leaves no half of an exchange behind:
    /// the connection is closed then.
    pub(crate) async fn ask(&self, unit: u8, request: Request<'_>, limit: Duration) -> Result<Response, Fault> {
        let _place = self.waiting.try_acquire().map_err(|_| Fault::Crowded)?;
        let mut turn = timeout(limit, self.turn.lock()).await.map_err(|_| Fault::Crowded)?;
        turn.alone.check()?;
        if let Some(alone) = turn.units.get(&unit) {
            alone.check()?;
        }
        let mut link = self.link(&mut turn).await?;
        link.context.set_slave(Slave(unit));
        if let Some(line) = self.line() {
            turn.settled = Some(Instant::now() + limit);
            tokio::time::sleep(line.silence()).await;
        }
        let answer = timeout(limit, link.context.call(request)).await;
        turn.settled = None;
        match answer {
            Ok(Ok(answer)) => {
                turn.link = Some(link);
                turn.units.remove(&unit);
                answer.map_err(Fault::Refused)
            }
            Ok(Err(Error::Transport(source))) => Err(Fault::Broken(source)),
            Ok(Err(Error::Protocol(strange))) => Err(Fault::Strange(strange.to_string())),
            Err(_) => {
                turn.units.entry(unit).or_default().failed(&self.config);
                Err(Fault::Silent)
            }
        }
    }

    /// The connection: the one that stands, if nothing came on it meanwhile, or a new one.
    async fn link(&self, turn: &mut Turn) -> Result<Link, Fault> {
        if let Some(link) = turn.link.take().filter(Link::is_quiet) {
            return Ok(link);
        }
        if let Some(settled) = turn.settled.take() {
            sleep_until(settled).await;
        }
        let limit = Duration::from_millis(self.config.connect_timeout_ms);
        let connected = timeout(limit, connect(&self.place, self.line(), &self.reach)).await;
        match connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(link) => {
                turn.alone = Alone::default();
                Ok(link)
            }
            Err(source) => {
                tracing::debug!(place = ?self.place, error = %source, "a bus cannot be connected to");
                Err(Fault::Away { after: turn.alone.failed(&self.config), source: Some(source) })
            }
        }
    }

    fn line(&self) -> Option<&super::Line> {
        match &self.place {
            Place::Serial { line } => self.config.lines.get(line),
            Place::Tcp { .. } => None,
        }
    }
}
