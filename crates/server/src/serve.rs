use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::{App, Shared};
use crate::connection::Connection;
use crate::router;

/// How long to wait before accepting again when the system has no room for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `shutdown` is done, then takes no more and finishes what it began, within the configured grace.
/// What is not done by then is dropped, and with it cancelled.
pub async fn serve(listener: TcpListener, app: App, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let local = listener.local_addr()?;
    let ending_streams = CancellationToken::new();
    let shared = Shared::new(app, local, ending_streams.clone());
    let server = Server { router: router::build(shared.clone()), shared, draining: CancellationToken::new() };
    let mut connections = JoinSet::new();
    let places = Arc::new(Semaphore::new(server.shared.config.connections_max.clamp(1, Semaphore::MAX_PERMITS)));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            (stream, place) = accept(&listener, &places) => {
                connections.spawn(server.clone().attend(stream, place));
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    server.draining.cancel();
    let grace = Duration::from_millis(server.shared.config.shutdown_grace_ms);
    let all_done = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(grace, all_done).await.is_err() {
        tracing::warn!(connections = connections.len(), "the grace is over: what is still under way is stopped");
        ending_streams.cancel();
        connections.shutdown().await;
    }
    Ok(())
}

#[derive(Clone)]
struct Server {
    router: Router,
    shared: Arc<Shared>,
    draining: CancellationToken,
}

impl Server {
    /// One connection, to its end. HTTP/1.1 only: a proxy in front may speak anything.
    async fn attend(self, stream: TcpStream, _place: OwnedSemaphorePermit) {
        let _counted = self.shared.meters.connection();
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY cannot be set");
        }
        let config = &self.shared.config;
        let stream = Connection::new(stream, Duration::from_millis(config.write_timeout_ms));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_millis(config.header_timeout_ms))
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(self.router));
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.draining.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended");
        }
    }
}

/// The next connection, when there is a place for it.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            // The semaphore is never closed.
            std::future::pending().await
        };
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// A client that went away before it was accepted.
fn is_the_clients(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
