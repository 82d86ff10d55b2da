//! A small HTTP API of the demo's own, on a loopback port: weather, and each account's places.

mod accounts;
mod answer;

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

pub(super) use accounts::Accounts;

/// Connections at once; more wait to be accepted.
const CONNECTIONS_MAX: usize = 64;

/// The API while it is served; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Api {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Api {
    /// Serves these accounts on a free port.
    pub(super) async fn serve(accounts: Accounts) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        Ok(Self { address, task: tokio::spawn(accept(listener, Arc::new(accounts))) })
    }

    /// Its base address.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, accounts: Arc<Accounts>) {
    // Dropped with this future, and every connection with it.
    let mut connections = JoinSet::new();
    loop {
        while connections.len() >= CONNECTIONS_MAX {
            connections.join_next().await;
        }
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else { continue };
        let accounts = Arc::clone(&accounts);
        connections.spawn(async move {
            let service = service_fn(|request| async { Ok::<_, Infallible>(answer::answer(&accounts, request).await) });
            // A client that goes away in the middle of a request is nobody's failure.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
