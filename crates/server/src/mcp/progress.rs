use std::time::Duration;

use connector::Progress;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::{Peer, RoleServer};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// The shortest time between two notifications of one call; what comes faster is left out.
const APART: Duration = Duration::from_millis(100);
/// How long the last notification of a call may hold up its answer.
const LAST: Duration = Duration::from_secs(1);

/// Takes progress from the connector's side, keeping only the latest.
pub(super) fn channel() -> (impl Fn(Progress) + Send + Sync + 'static, watch::Receiver<Option<Progress>>) {
    let (tell, latest) = watch::channel(None);
    (move |progress| drop(tell.send_replace(Some(progress))), latest)
}

/// Tells the client until the call has ended. A notification that has been begun is finished, so that none comes after
/// the answer; a client that does not take it holds up the answer for no longer than [`LAST`].
pub(super) async fn forward(
    latest: watch::Receiver<Option<Progress>>,
    token: ProgressToken,
    peer: &Peer<RoleServer>,
    ended: &CancellationToken,
) {
    let late = async {
        ended.cancelled().await;
        sleep(LAST).await;
    };
    tokio::select! {
        () = tell(latest, token, peer, ended) => {}
        () = late => {}
    }
}

/// Never backwards and never too often.
async fn tell(
    mut latest: watch::Receiver<Option<Progress>>,
    token: ProgressToken,
    peer: &Peer<RoleServer>,
    ended: &CancellationToken,
) {
    let mut told = f64::NEG_INFINITY;
    loop {
        let changed = tokio::select! {
            biased;
            () = ended.cancelled() => return,
            changed = latest.changed() => changed,
        };
        if changed.is_err() {
            return;
        }
        let next = latest.borrow_and_update().clone();
        let Some(progress) = next.filter(|progress| progress.done > told) else { continue };
        told = progress.done;
        let mut params = ProgressNotificationParam::new(token.clone(), progress.done);
        params.total = progress.total;
        params.message = progress.message;
        if peer.notify_progress(params).await.is_err() {
            return;
        }
        tokio::select! {
            () = ended.cancelled() => return,
            () = sleep(APART) => {}
        }
    }
}
