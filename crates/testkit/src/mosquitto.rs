//! Mosquitto with accounts and an access list: everybody has the topics below `users/NAME/`, the house has all of them,
//! and `looker` may only listen.

use std::fmt::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::process::{free_port, run};

const START: Duration = Duration::from_secs(30);
/// Who has an account.
const USERS: [&str; 5] = ["alice", "bob", "house", "looker", "device"];

/// The broker. It ends with the value.
#[derive(Debug)]
pub struct Mosquitto {
    port: u16,
    home: TempDir,
    child: Child,
}

/// The password of an account.
pub fn password(user: &str) -> String {
    format!("the password of {user} 0123")
}

impl Mosquitto {
    /// Nothing is kept when it is killed.
    pub async fn start() -> Self {
        let port = free_port();
        let home = tempfile::Builder::new().prefix("mosquitto-test-").tempdir().expect("a folder can be made");
        let at = |name: &str| home.path().join(name);
        std::fs::write(at("accounts"), "").expect("a file can be written");
        let mut access = String::from("user house\ntopic readwrite users/#\nuser device\ntopic readwrite users/#\n");
        access.push_str("user looker\ntopic read users/#\n");
        for user in USERS {
            let mut command = std::process::Command::new("mosquitto_passwd");
            run(command.arg("-b").arg(at("accounts")).args([user, &password(user)]));
        }
        for user in ["alice", "bob"] {
            write!(access, "user {user}\ntopic readwrite users/{user}/#\n").expect("text can be written");
        }
        std::fs::write(at("access"), access).expect("a file can be written");
        let config = format!(
            "listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {}\nacl_file {}\npersistence false\n\
             log_dest stderr\nuser root\n",
            at("accounts").display(),
            at("access").display()
        );
        std::fs::write(at("mosquitto.conf"), config).expect("a file can be written");
        let child = spawn(&home);
        let broker = Self { port, home, child };
        broker.is_up().await;
        broker
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `mqtt://127.0.0.1:…`, without a slash at its end.
    pub fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    /// Ends it as `kill -9` does.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Starts it again at the same place, knowing nothing of before.
    pub async fn restart(&mut self) {
        self.child = spawn(&self.home);
        self.is_up().await;
    }

    /// Stops it where it is, as a machine that hangs would: connections stay open and nothing is answered.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().expect("it is running").to_string();
        run(std::process::Command::new("kill").args([&format!("-{name}"), &id]));
    }

    async fn is_up(&self) {
        let deadline = Instant::now() + START;
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            let log = || std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "mosquitto does not start\n{}", log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn spawn(home: &TempDir) -> Child {
    let log = std::fs::File::create(home.path().join("log")).expect("the log can be written");
    let mut command = Command::new("mosquitto");
    command.arg("-c").arg(home.path().join("mosquitto.conf")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    command.kill_on_drop(true).spawn().expect("this test needs mosquitto: apt-get install mosquitto")
}
