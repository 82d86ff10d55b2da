use std::time::{Duration, Instant};

use crate::StoreError;

/// How long it waits before it tries again.
const AGAIN: Duration = Duration::from_millis(250);

/// Does what the store could not do once more, until `until`: what an authorization server gave is given once.
pub(super) async fn insist<T, F>(until: Instant, work: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    loop {
        match work().await {
            Err(StoreError::Database(error)) if Instant::now() + AGAIN < until => {
                tracing::warn!(?error, "tokens could not be kept yet");
                tokio::time::sleep(AGAIN).await;
            }
            done => return done,
        }
    }
}
