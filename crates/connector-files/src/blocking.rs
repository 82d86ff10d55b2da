use std::sync::Arc;

use connector::{Error, ErrorKind, Result};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Tells work on a disk or a store that nobody waits for it any more.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(CancellationToken);

impl Stop {
    /// An error once the caller is gone. Nobody reads it.
    pub(crate) fn check(&self) -> Result<()> {
        if self.0.is_cancelled() { Err(stopped()) } else { Ok(()) }
    }

    /// Waits on a thread that may block until `work` is done, or until the caller is gone, which drops it.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        Handle::try_current().map_err(Error::internal)?.block_on(async {
            tokio::select! {
                biased;
                () = self.0.cancelled() => Err(stopped()),
                done = work => Ok(done),
            }
        })
    }

    /// Stops it when the guard is dropped.
    pub(crate) fn on_drop(&self) -> DropGuard {
        self.0.clone().drop_guard()
    }
}

fn stopped() -> Error {
    Error::new(ErrorKind::Timeout, "The call was stopped.")
}

/// Runs `work` on a thread that may block. Dropping the future stops it at its next check.
pub(crate) async fn run<T: Send + 'static>(
    slots: &Arc<Semaphore>,
    work: impl FnOnce(&Stop) -> Result<T> + Send + 'static,
) -> Result<T> {
    let slot = Arc::clone(slots).acquire_owned().await.map_err(Error::internal)?;
    let stop = Stop::default();
    let _guard = stop.on_drop();
    let done = tokio::task::spawn_blocking(move || {
        let _slot = slot;
        stop.check()?;
        work(&stop)
    });
    done.await.map_err(Error::internal)?
}
