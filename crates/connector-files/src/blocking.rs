use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use connector::{Error, ErrorKind, Result};
use tokio::sync::Semaphore;

/// Tells work on the disk that nobody waits for it any more.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// An error once the caller is gone. Nobody reads it.
    pub(crate) fn check(&self) -> Result<()> {
        if self.0.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Timeout, "The call was stopped."));
        }
        Ok(())
    }
}

struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `work` on a thread that may block. Dropping the future stops it at its next check.
pub(crate) async fn run<T: Send + 'static>(
    slots: &Arc<Semaphore>,
    work: impl FnOnce(&Stop) -> Result<T> + Send + 'static,
) -> Result<T> {
    let slot = Arc::clone(slots).acquire_owned().await.map_err(Error::internal)?;
    let guard = StopOnDrop(Stop::default());
    let stop = guard.0.clone();
    let done = tokio::task::spawn_blocking(move || {
        let _slot = slot;
        stop.check()?;
        work(&stop)
    });
    done.await.map_err(Error::internal)?
}
