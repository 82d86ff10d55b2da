//! A store that speaks S3, on a real socket of a free port, over a folder.
#![allow(dead_code, reason = "the tests of folders share only what makes a bench")]

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use bellhop_connector_files::Config;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

const KEY: &str = "for-tests";
pub(crate) const SECRET: &str = "not-a-secret-but-checked";

/// Ends with the test, and all its connections with it.
pub(crate) struct Store {
    folder: std::path::PathBuf,
    address: SocketAddr,
    serving: JoinHandle<()>,
    /// How many bytes it has sent.
    sent: Arc<AtomicU64>,
}

impl Store {
    /// Serves the folder `bucket` below `folder` as a bucket of that name.
    pub(crate) async fn start(folder: &std::path::Path) -> Self {
        std::fs::create_dir_all(folder.join("bucket")).unwrap();
        let sent = Arc::new(AtomicU64::new(0));
        let (address, serving) = serve("127.0.0.1:0".parse().unwrap(), folder, &sent).await;
        Self { folder: folder.to_owned(), address, serving, sent }
    }

    pub(crate) fn config(&self) -> Config {
        let mut config = Config::at("s3://bucket/users");
        config.endpoint = Some(format!("http://{}", self.address));
        config.allow_http = true;
        config.access_key_id = Some(KEY.into());
        config.secret_access_key = Some(SECRET.to_owned().into());
        config
    }

    pub(crate) async fn stop(&mut self) {
        self.serving.abort();
        let _ = (&mut self.serving).await;
    }

    pub(crate) async fn start_again(&mut self) {
        (self.address, self.serving) = serve(self.address, &self.folder, &self.sent).await;
    }

    /// From now on takes connections and says nothing.
    pub(crate) async fn fall_silent(&mut self) {
        self.stop().await;
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.serving = tokio::spawn(async move {
            let mut open = Vec::new();
            loop {
                open.push(listener.accept().await);
            }
        });
    }

    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(address: SocketAddr, folder: &std::path::Path, sent: &Arc<AtomicU64>) -> (SocketAddr, JoinHandle<()>) {
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
    service.set_auth(SimpleAuth::from_single(KEY, SECRET));
    let service = service.build();
    let listener = TcpListener::bind(address).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (sent, folder) = (Arc::clone(sent), folder.to_owned());
    let serving = tokio::spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let service = service.clone();
            let folder = folder.clone();
            let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                let answered = is_folder(&folder, &request);
                let service = service.clone();
                async move {
                    if answered {
                        let missing = hyper::Response::builder().status(404).body(s3s::Body::empty());
                        return Ok(missing.unwrap());
                    }
                    hyper::service::Service::call(&service, request).await
                }
            });
            let io = TokioIo::new(Counted { stream, sent: Arc::clone(&sent) });
            connections.spawn(async move {
                let _ = hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
            });
        }
    });
    (address, serving)
}

/// It keeps objects as files, and takes a folder of the asked name for a broken object. A store has no folders.
fn is_folder(folder: &std::path::Path, request: &hyper::Request<hyper::body::Incoming>) -> bool {
    let path = request.uri().path();
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let digits = if byte == b'%' { [rest.next(), rest.next()] } else { [None, None] };
        bytes.push(match digits {
            [Some(high), Some(low)] => u8::from_str_radix(std::str::from_utf8(&[high, low]).unwrap(), 16).unwrap(),
            _ => byte,
        });
    }
    let key = String::from_utf8(bytes).unwrap();
    let is_object = key.trim_matches('/').contains('/');
    request.method() == hyper::Method::HEAD && is_object && folder.join(key.trim_matches('/')).is_dir()
}

struct Counted {
    stream: TcpStream,
    sent: Arc<AtomicU64>,
}

impl AsyncRead for Counted {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, to)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = &written {
            this.sent.fetch_add(*count as u64, Ordering::Relaxed);
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
