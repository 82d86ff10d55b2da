//! Watching: subscriptions that come back when they break, and readings every so often.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::{Sort, State};
use crate::binding::{At, Binding, Reading, Sink, Told};
use crate::td::validator;

/// The first wait before a subscription is tried again, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// A subscription that stood for so long was a good one: the next wait is a short one.
const STOOD: Duration = Duration::from_secs(30);

/// One property or event to watch.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    /// Which protocol.
    pub(crate) binding: Arc<dyn Binding>,
    /// Where.
    pub(crate) at: At,
    /// What it is.
    pub(crate) sort: Sort,
    /// Read every so often instead of listened to.
    pub(crate) every: Option<Duration>,
}

/// Begins to watch all of these; dropping the set ends it. What is beyond the bound of all watches is not watched.
pub(crate) fn begin(watched: Vec<Watched>, state: &Arc<State>, turns: &Arc<Semaphore>) -> JoinSet<()> {
    let mut set = JoinSet::new();
    for one in watched {
        let Ok(turn) = turns.clone().try_acquire_owned() else {
            tracing::warn!(thing = one.at.thing.id, "more is to be watched than `limits.watches_max`");
            break;
        };
        set.spawn(watch(one, state.clone(), turn));
    }
    set
}

async fn watch(one: Watched, state: Arc<State>, _turn: OwnedSemaphorePermit) {
    match one.every {
        Some(every) => poll(&one, &state, every).await,
        None => listen(&one, &state).await,
    }
}

async fn listen(one: &Watched, state: &Arc<State>) {
    let sink = {
        let (state, name, sort, schema) = (state.clone(), one.at.name.clone(), one.sort, one.at.schema.clone());
        Sink::new(move |told| match told {
            Told::Value(reading) => keep(&state, sort, &name, &schema, &reading),
            Told::Standing => {}
            Told::Online(online) => state.online(online),
        })
    };
    let mut wait = WAITS.0;
    loop {
        let begun = Instant::now();
        if let Err(error) = one.binding.watch(&one.at, &sink).await {
            tracing::debug!(thing = one.at.thing.id, name = one.at.name, ?error, "a subscription broke");
        }
        wait = if begun.elapsed() > STOOD { WAITS.0 } else { (wait * 2).min(WAITS.1) };
        sleep(wait).await;
    }
}

async fn poll(one: &Watched, state: &State, every: Duration) {
    loop {
        match timeout(one.at.timeout, one.binding.read(&one.at)).await {
            Ok(Ok(reading)) => keep(state, one.sort, &one.at.name, &one.at.schema, &reading),
            Ok(Err(error)) => drop(state.away(error)),
            Err(_) => state.online(false),
        }
        sleep(every).await;
    }
}

/// A value that the description does not allow is a sign of life and nothing more.
fn keep(state: &State, sort: Sort, name: &str, schema: &serde_json::Value, reading: &Reading) {
    if validator(schema).is_ok_and(|it| it.is_valid(&reading.value)) {
        state.keep(sort, name, reading);
    } else if !reading.retained {
        state.seen();
    }
}
