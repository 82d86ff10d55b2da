use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval, sleep, timeout};

use super::config::{MqttConfig, MqttVersion};
use super::listen::Ears;
use super::wire::{self, Down, Ear, Heard, Mouth, Plan};

/// How often what nobody uses any more is looked for.
const SWEEP: Duration = Duration::from_secs(15);

/// One broker's connection for one account, kept up until it is dropped.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) shared: Arc<Shared>,
    driver: JoinHandle<()>,
}

/// What the connection's own task and its users have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Arc<MqttConfig>,
    state: watch::Sender<State>,
    pub(crate) ears: Mutex<Ears>,
    /// One question at a time for each topic of answers.
    pub(crate) answers: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// How the connection is.
#[derive(Clone, Debug)]
pub(crate) enum State {
    /// It is being made for the first time.
    Starting,
    /// It stands.
    Up(Mouth),
    /// It does not, and is made again at that time.
    Down(Down, Instant),
}

impl Session {
    /// Begins to connect.
    pub(crate) fn start(plan: Plan, config: Arc<MqttConfig>) -> Self {
        let shared = Arc::new(Shared {
            config,
            state: watch::Sender::new(State::Starting),
            ears: Mutex::default(),
            answers: Mutex::default(),
        });
        let driver = tokio::spawn(drive(shared.clone(), plan));
        Self { shared, driver }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Shared {
    /// The connection, as soon as it stands for the first time. One that is down is not waited for.
    pub(crate) async fn ready(&self, limit: Duration) -> Result<Mouth> {
        let mut states = self.state.subscribe();
        let settled = timeout(limit * 9 / 10, states.wait_for(|state| !matches!(state, State::Starting))).await;
        match settled {
            Ok(Ok(state)) => match &*state {
                State::Up(mouth) => Ok(mouth.clone()),
                State::Down(down, again) => Err(error(down, again.saturating_duration_since(Instant::now()))),
                State::Starting => Err(Error::internal("a connection that is settled and starting")),
            },
            Ok(Err(closed)) => Err(Error::unavailable(closed)),
            Err(_) => Err(Error::new(ErrorKind::Unavailable, "The device's broker does not answer.")),
        }
    }

    pub(crate) fn ears(&self) -> MutexGuard<'_, Ears> {
        self.ears.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a caller hears of a connection that is down.
fn error(down: &Down, after: Duration) -> Error {
    match down {
        Down::Silent => {
            Error::new(ErrorKind::Unavailable, "The device's broker does not answer.").with_retry_after(after)
        }
        Down::Away(why) | Down::OtherVersion(why) => {
            Error::new(ErrorKind::Unavailable, "The device's broker cannot be reached right now.")
                .with_retry_after(after)
                .with_source(why.clone())
        }
        Down::Unwelcome(why) => {
            let message = "The device's broker does not accept the account. Ask this server's operator.";
            Error::new(ErrorKind::PermissionDenied, message).with_source(why.clone())
        }
        Down::Private => {
            let message = "The broker's address is a private one, which is not connected to unless \
                           `http.allow_addresses` of this resource names it.";
            Error::new(ErrorKind::PermissionDenied, message)
        }
    }
}

/// Connects, listens, and connects anew with a growing wait.
async fn drive(shared: Arc<Shared>, plan: Plan) {
    let mut failures = 0;
    let mut version = Version::of(shared.config.version);
    loop {
        plan.is_reached.store(false, Ordering::Relaxed);
        // Nothing of the last connection goes into this one: neither a message that waits for its acknowledgement nor one
        // that waits to be sent.
        let (mouth, mut ear) = wire::open(&plan, version.is_v5);
        let mut has_stood = false;
        let down = listen(&shared, &mouth, &mut ear, &mut has_stood).await;
        drop(ear);
        if has_stood {
            failures = 0;
        } else {
            version.after(&down, plan.is_reached.load(Ordering::Relaxed));
        }
        if matches!(down, Down::OtherVersion(_)) && !version.is_fixed && !version.is_v5 {
            // The broker has said what it does not speak: the other one is tried at once.
            continue;
        }
        failures += 1;
        let wait = shared.config.back_off(failures);
        tracing::debug!(broker = %plan.broker.host, ?down, ?wait, "a broker's connection is down");
        shared.ears().all_fall_silent();
        shared.state.send_replace(State::Down(down, Instant::now() + wait));
        sleep(wait).await;
    }
}

/// Which version is tried.
struct Version {
    is_v5: bool,
    is_fixed: bool,
    /// How often in a row a broker that is there has hung up on MQTT 5 without a word, as those do that do not know it.
    hung_up: u32,
}

impl Version {
    fn of(configured: MqttVersion) -> Self {
        Self { is_v5: configured != MqttVersion::V3, is_fixed: configured != MqttVersion::Auto, hung_up: 0 }
    }

    /// After a connection that never stood.
    fn after(&mut self, down: &Down, is_reached: bool) {
        if self.is_fixed {
            return;
        }
        let hangs_up = matches!(down, Down::Away(_)) && is_reached && self.is_v5;
        self.hung_up = if hangs_up { self.hung_up + 1 } else { 0 };
        self.is_v5 = !(self.is_v5 && (matches!(down, Down::OtherVersion(_)) || self.hung_up >= 2));
    }
}

async fn listen(shared: &Arc<Shared>, mouth: &Mouth, ear: &mut Ear, has_stood: &mut bool) -> Down {
    let mut sweep = interval(SWEEP);
    loop {
        let heard = tokio::select! {
            heard = ear.next() => heard,
            _ = sweep.tick(), if *has_stood => {
                for filter in shared.ears().forget_unused(Duration::from_secs(shared.config.kept_s)) {
                    mouth.unsubscribe(filter.as_str());
                }
                continue;
            }
        };
        match heard {
            Ok(Heard::Standing) => {
                *has_stood = true;
                shared.state.send_replace(State::Up(mouth.clone()));
            }
            Ok(Heard::Message(Some(message))) => shared.ears().hear(&message),
            Ok(Heard::Message(None) | Heard::Other) => {}
            Err(down) => return down,
        }
    }
}
