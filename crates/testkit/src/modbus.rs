//! Modbus devices of pymodbus, over TCP and on a pair of pseudo-terminals. `cargo xtask install` puts it below the target
//! folder.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::process::{free_port, installed};

/// How long it may take to start on a machine that does much else.
const START: Duration = Duration::from_secs(60);

/// One bus with units 1 and 2. It ends with the value.
#[derive(Debug)]
pub struct ModbusBus {
    home: TempDir,
    /// The port or the file that the devices have.
    place: String,
    is_serial: bool,
    server: Child,
    line: Option<Child>,
}

impl ModbusBus {
    /// Over TCP.
    pub async fn tcp() -> Self {
        let home = home();
        let place = free_port().to_string();
        let server = serve(&home, "tcp", &place).await;
        Self { home, place, is_serial: false, server, line: None }
    }

    /// On a serial line, 19200 bits per second without parity.
    pub async fn serial() -> Self {
        let home = home();
        let line = pair(&home).await;
        let place = home.path().join("devices").display().to_string();
        let server = serve(&home, "serial", &place).await;
        Self { home, place, is_serial: true, server, line: Some(line) }
    }

    /// `modbus+tcp://127.0.0.1:…`, without a slash at its end.
    pub fn url(&self) -> String {
        assert!(!self.is_serial, "a line has no address");
        format!("modbus+tcp://127.0.0.1:{}", self.place)
    }

    /// The file of the line's near end.
    pub fn port(&self) -> PathBuf {
        self.home.path().join("near")
    }

    /// Every write that reached a device, in order: unit, function, address, values.
    pub fn writes(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        log.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// From now on the devices do what they are asked and do not answer, or do again.
    pub fn mute(&self, is_mute: bool) {
        let sign = self.log().with_extension("log.mute");
        if is_mute {
            std::fs::write(sign, "").expect("a file can be written");
        } else {
            std::fs::remove_file(sign).expect("it was mute");
        }
    }

    /// Ends the devices as `kill -9` does.
    pub async fn kill(&mut self) {
        self.server.kill().await.expect("it can be killed");
    }

    /// Starts them again at the same place, with their first values.
    pub async fn restart(&mut self) {
        self.server = serve(&self.home, if self.is_serial { "serial" } else { "tcp" }, &self.place).await;
    }

    /// Cuts the line, as if the adapter was pulled out.
    pub async fn cut(&mut self) {
        self.kill().await;
        self.line.as_mut().expect("a serial line").kill().await.expect("it can be cut");
    }

    /// Plugs everything in again.
    pub async fn mend(&mut self) {
        self.line = Some(pair(&self.home).await);
        self.restart().await;
    }

    fn log(&self) -> PathBuf {
        self.home.path().join("writes.log")
    }
}

fn home() -> TempDir {
    tempfile::Builder::new().prefix("modbus-test-").tempdir().expect("a folder can be made")
}

async fn serve(home: &TempDir, mode: &str, place: &str) -> Child {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../peers/modbus/server.py");
    let errors = std::fs::File::create(home.path().join("stderr.log")).expect("the log can be written");
    let mut command = Command::new(installed("modbus/bin/python"));
    command.arg(script).args([mode, place]).arg(home.path().join("writes.log")).env("PYTHONDONTWRITEBYTECODE", "1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors).kill_on_drop(true);
    let mut child = command.spawn().expect("python starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let first = tokio::time::timeout(START, lines.next_line()).await;
    let log = || std::fs::read_to_string(home.path().join("stderr.log")).unwrap_or_default();
    assert!(matches!(first, Ok(Ok(Some(_)))), "the devices do not start\n{}", log());
    child
}

/// Two pseudo-terminals that are the ends of one line.
async fn pair(home: &TempDir) -> Child {
    let end = |name: &str| format!("pty,raw,echo=0,link={}", home.path().join(name).display());
    for name in ["near", "devices"] {
        let _ = std::fs::remove_file(home.path().join(name));
    }
    let mut socat = Command::new("socat");
    socat.args([end("near"), end("devices")]).stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let child = socat.spawn().expect("this test needs socat: apt-get install socat");
    let deadline = Instant::now() + START;
    while !home.path().join("near").exists() || !home.path().join("devices").exists() {
        assert!(Instant::now() < deadline, "the line does not come up");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    child
}
