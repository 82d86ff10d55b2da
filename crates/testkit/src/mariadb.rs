//! A real MariaDB server on a free port.

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tokio::sync::OnceCell;

use crate::process::{as_user, free_port, run};

/// Not a secret: the server listens on loopback only and lives for one test run.
const PASSWORD: &str = "for-tests-only";

const START_TIMEOUT: Duration = Duration::from_secs(60);

/// What the server does before it listens.
const FIRST: &str = "CREATE USER IF NOT EXISTS bellhop@127.0.0.1 IDENTIFIED BY 'for-tests-only';
GRANT ALL PRIVILEGES ON *.* TO bellhop@127.0.0.1 WITH GRANT OPTION;
";

/// Runs the server until standard input ends, which happens on drop and, should the test be killed, by itself; then
/// stops that very server and removes its folder. A line on standard input starts a server that was killed again.
const SCRIPT: &str = r#"
start() {
  "$1" --no-defaults --datadir="$2/data" --port="$3" --bind-address=127.0.0.1 --socket="$2/socket" \
    --pid-file="$2/pid" --init-file="$2/first.sql" --skip-name-resolve --max-connections=300 --skip-log-bin \
    --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=64M --performance-schema=off >>"$2/log" 2>&1 &
  server=$!
}
start "$@"
while read -r _; do
  wait "$server"
  start "$@"
done
kill -KILL "$server" 2>/dev/null
wait "$server"
rm -rf "$2"
"#;

/// A MariaDB server with a data folder of its own, stopped on drop.
#[derive(Debug)]
pub struct MariaDb {
    keeper: Child,
    port: u16,
    folder: PathBuf,
}

impl MariaDb {
    /// Starts a server.
    ///
    /// # Panics
    ///
    /// When MariaDB's programs are missing or the server does not come up, in a sentence that says so.
    pub async fn start() -> Self {
        let (keeper, port, folder) = tokio::task::spawn_blocking(launch).await.expect("the launch does not panic");
        let mut server = Self { keeper, port, folder };
        server.wait().await;
        server
    }

    /// One server for all tests of a process, started when it is first asked for. It ends with the process.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<MariaDb> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// The address of a database that is always there, password and all.
    pub fn url(&self) -> String {
        self.database("mysql")
    }

    /// Makes another database and gives its address.
    pub async fn create_database(&self, name: &str) -> String {
        let mut connection = self.connect("mysql").await.expect("the server is up");
        let quoted = name.replace('`', "``");
        connection
            .execute(AssertSqlSafe(format!("CREATE DATABASE `{quoted}` CHARACTER SET utf8mb4")))
            .await
            .unwrap_or_else(|error| panic!("the database {name} cannot be created: {error}"));
        connection.close().await.expect("the connection closes");
        self.database(name)
    }

    fn database(&self, name: &str) -> String {
        format!("mysql://bellhop:{PASSWORD}@127.0.0.1:{}/{name}", self.port)
    }

    async fn connect(&self, name: &str) -> Result<MySqlConnection, sqlx::Error> {
        self.database(name).parse::<MySqlConnectOptions>()?.disable_statement_logging().connect().await
    }

    /// Kills the server as a power cut would: nothing is finished, nobody is told.
    ///
    /// # Panics
    ///
    /// When it is not running.
    pub fn kill(&self) {
        self.signal("KILL");
    }

    /// Starts a killed server again, with what it had.
    ///
    /// # Panics
    ///
    /// When it does not come up.
    pub async fn restart(&mut self) {
        let line = self.keeper.stdin.as_mut().expect("the keeper listens").write_all(b"again\n");
        line.expect("the keeper listens");
        self.wait().await;
    }

    /// Stops the server where it is, as a machine that hangs would. Connections stay open.
    ///
    /// # Panics
    ///
    /// When it is not running.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// Lets a paused server go on.
    ///
    /// # Panics
    ///
    /// When it is not running.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let server = std::fs::read_to_string(self.folder.join("pid")).expect("the server is running");
        run(Command::new("sh").args(["-c", &format!("kill -{name} {}", server.trim())]));
    }

    async fn wait(&mut self) {
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            let error = match self.connect("mysql").await {
                Ok(connection) => return connection.close().await.expect("the connection closes"),
                Err(error) => error,
            };
            let gone = self.keeper.try_wait().ok().flatten().is_some();
            if gone || Instant::now() > deadline {
                let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                panic!("the MariaDB server for this test did not come up: {error}\n{log}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

fn launch() -> (Child, u16, PathBuf) {
    let (server, install) = (program("mariadbd"), program("mariadb-install-db"));
    let folder = tempfile::Builder::new().prefix("bellhop-mariadb-").tempdir().expect("a temporary folder").keep();
    std::fs::write(folder.join("first.sql"), FIRST).expect("the temporary folder can be written");
    // MariaDB refuses to run as root.
    let root = std::fs::metadata(&folder).expect("the temporary folder is there").uid() == 0;
    if root {
        run(Command::new("chown").args(["-R", "mysql"]).arg(&folder));
    }
    let data = format!("--datadir={}", folder.join("data").display());
    run(command(root, &install)
        .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"])
        .arg(data));
    let port = free_port();
    let keeper = command(root, Path::new("sh"))
        .args(["-c", SCRIPT, "mariadb"])
        .args([&server, &folder])
        .arg(port.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell can be started");
    (keeper, port, folder)
}

fn program(name: &str) -> PathBuf {
    // Debian keeps servers where not everybody's path leads.
    let look = format!("PATH=\"$PATH:/usr/sbin:/usr/bin\" command -v {name}");
    let told = Command::new("sh").args(["-c", &look]).output().ok().filter(|output| output.status.success());
    told.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())).unwrap_or_else(|| {
        panic!("this test needs a MariaDB server, and {name} was not found. Install it: apt-get install mariadb-server")
    })
}

fn command(root: bool, program: &Path) -> Command {
    as_user(root.then_some("mysql"), program)
}
