//! A server that does on the wire exactly what it is told, and keeps what it got.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// One request as it arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Which connection it came by, from 0.
    pub(crate) connection: usize,
    /// `GET /path?query`
    pub(crate) line: String,
    /// Lower-case names.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// What it does about a request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Writes these bytes and waits for the next request.
    Answer(Vec<u8>),
    /// Writes the first, then the second again and again with a pause before each.
    Repeat(Vec<u8>, Vec<u8>, Duration),
    /// Says nothing and waits for the other side to go.
    Hang,
    /// Closes the connection.
    Drop,
}

/// An answer with a body and its length.
pub(crate) fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Act {
    let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<String>();
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
    Act::Answer([head.as_bytes(), body].concat())
}

/// A JSON answer.
pub(crate) fn json(status: &str, body: &str) -> Act {
    answer(status, &[("content-type", "application/json")], body.as_bytes())
}

#[derive(Debug, Default)]
struct Log {
    connections: usize,
    closed: usize,
    seen: Vec<Seen>,
}

pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<Log>>,
    task: JoinHandle<()>,
}

impl Peer {
    /// One that decides by what it sees.
    pub(crate) async fn start(act: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Self {
        Self::start_at("127.0.0.1:0", act).await
    }

    /// The same at a given address.
    pub(crate) async fn start_at(address: &str, act: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Log::default()));
        let (kept, act) = (log.clone(), Arc::new(act));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let connection = {
                    let mut log = kept.lock().unwrap();
                    log.connections += 1;
                    log.connections - 1
                };
                let (log, act) = (kept.clone(), act.clone());
                tokio::spawn(async move {
                    serve(stream, connection, &log, act.as_ref()).await;
                    log.lock().unwrap().closed += 1;
                });
            }
        });
        Self { address, log, task }
    }

    /// One that must not be reached.
    pub(crate) async fn canary(address: &str) -> Self {
        Self::start_at(address, |_| json("200 OK", r#""the canary""#)).await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.log.lock().unwrap().seen.clone()
    }

    /// How many requests arrived, and the last of them.
    pub(crate) fn last(&self) -> (usize, Option<Seen>) {
        let log = self.log.lock().unwrap();
        (log.seen.len(), log.seen.last().cloned())
    }

    /// The request lines that arrived.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    pub(crate) fn connections(&self) -> usize {
        self.log.lock().unwrap().connections
    }

    /// How many connections have ended.
    pub(crate) fn closed(&self) -> usize {
        self.log.lock().unwrap().closed
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    connection: usize,
    log: &Mutex<Log>,
    act: &(dyn Fn(&Seen) -> Act + Send + Sync),
) {
    let mut buffer = Vec::new();
    while let Some(seen) = read(&mut stream, &mut buffer, connection).await {
        log.lock().unwrap().seen.push(seen.clone());
        match act(&seen) {
            Act::Answer(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Act::Repeat(first, again, pause) => {
                let mut is_open = stream.write_all(&first).await.is_ok();
                while is_open {
                    tokio::time::sleep(pause).await;
                    is_open = stream.write_all(&again).await.is_ok();
                }
                return;
            }
            Act::Hang => {
                let mut rest = [0; 64];
                while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
                return;
            }
            Act::Drop => return,
        }
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>, connection: usize) -> Option<Seen> {
    loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
            let mut lines = head.split("\r\n");
            let line = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
            let split = |line: &str| {
                let (name, value) = line.split_once(':').unwrap_or((line, ""));
                (name.to_lowercase(), value.trim().to_owned())
            };
            let headers = lines.map(split).collect::<Vec<_>>();
            let seen = Seen { connection, line, headers, body: String::new() };
            let length = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
            if buffer.len() >= end + 4 + length {
                let body = String::from_utf8_lossy(&buffer[end + 4..end + 4 + length]).into_owned();
                buffer.drain(..end + 4 + length);
                return Some(Seen { body, ..seen });
            }
        }
        let mut chunk = [0; 8192];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        buffer.extend_from_slice(&chunk[..read]);
    }
}
