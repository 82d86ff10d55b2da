use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use access::Effect;
use connector::{Catalog, Error, ErrorKind, Happening, Result};
use futures::StreamExt;
use futures::stream::{BoxStream, SelectAll, unfold};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use super::Toolbox;
use crate::gateway::Inner;
use crate::limits::Stream;
use crate::projection::Projection;

/// How often catalogs are compared, for resources that do not tell what happens to them.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What happens within this time is told at once.
const TOGETHER: Duration = Duration::from_millis(50);

/// What happens to the resources of one caller, from now until the caller's token ends.
pub struct Changes {
    toolbox: Toolbox,
    seen: Arc<Projection>,
    told: SelectAll<BoxStream<'static, (usize, Option<Happening>)>>,
    look: tokio::time::Interval,
    ends: Instant,
    _stream: Stream,
}

impl std::fmt::Debug for Changes {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Changes").field("toolbox", &self.toolbox).finish_non_exhaustive()
    }
}

impl Toolbox {
    /// Follows what happens to the resources that this caller may read.
    ///
    /// # Errors
    /// [`ErrorKind::RateLimited`] where this caller, or all together, follow too much already.
    pub fn changes(&self) -> Result<Changes> {
        let stream = self.inner.limits.stream(&self.caller).ok_or_else(|| {
            Error::new(ErrorKind::RateLimited, "Too many streams of changes are open. Close one, then try again.")
        })?;
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Changes {
            toolbox: self.clone(),
            seen: self.inner.projection(),
            told: told(&self.inner),
            look,
            ends: Instant::now() + self.caller.expires_in(SystemTime::now()),
            _stream: stream,
        })
    }
}

impl Changes {
    /// What happened since the last time, each thing once. `None`: the caller's token has ended.
    pub async fn next(&mut self) -> Option<HashSet<Happening>> {
        loop {
            let mut happened = HashSet::new();
            tokio::select! {
                () = sleep_until(self.ends) => return None,
                Some((resource, what)) = self.told.next() => {
                    self.hear(resource, what, &mut happened);
                    self.hear_more(&mut happened).await;
                    self.seen = self.toolbox.inner.projection();
                }
                _ = self.look.tick() => self.compare(&mut happened),
            }
            if !happened.is_empty() {
                return Some(happened);
            }
        }
    }

    async fn hear_more(&mut self, happened: &mut HashSet<Happening>) {
        let end = sleep(TOGETHER);
        tokio::pin!(end);
        loop {
            tokio::select! {
                () = &mut end => return,
                Some((resource, what)) = self.told.next() => self.hear(resource, what, happened),
                else => return end.await,
            }
        }
    }

    fn hear(&self, resource: usize, what: Option<Happening>, happened: &mut HashSet<Happening>) {
        let name = self.toolbox.inner.resources.get_index(resource).map(|(name, _)| name.as_str());
        if name.is_some_and(|name| self.may_know(name)) {
            match what {
                Some(what) => drop(happened.insert(what)),
                None => happened.extend([Happening::Actions, Happening::Prompts, Happening::Documents]),
            }
        }
    }

    /// Finds catalogs that were replaced, however that came about.
    fn compare(&mut self, happened: &mut HashSet<Happening>) {
        // A caller who holds a stream is not forgotten for being silent.
        self.toolbox.inner.limits.remember(&self.toolbox.caller);
        let now = self.toolbox.inner.projection();
        if Arc::ptr_eq(&now, &self.seen) {
            return;
        }
        let before = std::mem::replace(&mut self.seen, now);
        let both = before.resources.iter().zip(&self.seen.resources);
        for (before, now) in both.filter(|(before, now)| !Arc::ptr_eq(&before.catalog, &now.catalog)) {
            if self.may_know(&now.name) {
                happened.extend(differences(&before.catalog, &now.catalog));
            }
        }
        // A resource that could not be opened before may tell by itself from now on.
        self.told = told(&self.toolbox.inner);
    }

    fn may_know(&self, resource: &str) -> bool {
        let (policy, caller) = (&self.toolbox.inner.policy, &self.toolbox.caller);
        Effect::ALL.into_iter().any(|effect| policy.allows(caller, resource, effect).is_ok())
    }
}

fn differences(before: &Catalog, now: &Catalog) -> impl Iterator<Item = Happening> {
    let prompts = |catalog: &Catalog| serde_json::to_value(&catalog.prompts).ok();
    let documents = |catalog: &Catalog| serde_json::to_value(&catalog.documents).ok();
    let others = [
        (prompts(before) != prompts(now)).then_some(Happening::Prompts),
        (documents(before) != documents(now)).then_some(Happening::Documents),
    ];
    [Some(Happening::Actions)].into_iter().chain(others).flatten()
}

/// What all resources tell, each with its number. `None` for a resource that told more than could be kept.
fn told(inner: &Inner) -> SelectAll<BoxStream<'static, (usize, Option<Happening>)>> {
    let all = inner.resources.values().enumerate();
    all.filter_map(|(resource, connector)| Some((resource, connector.happenings()?)))
        .map(|(resource, receiver)| unfold(receiver, next).map(move |what| (resource, what)).boxed())
        .collect()
}

async fn next(mut receiver: Receiver<Happening>) -> Option<(Option<Happening>, Receiver<Happening>)> {
    match receiver.recv().await {
        Ok(what) => Some((Some(what), receiver)),
        Err(RecvError::Lagged(_)) => Some((None, receiver)),
        Err(RecvError::Closed) => None,
    }
}
