//! A real PostgreSQL server on a free port.

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tokio::sync::OnceCell;

use crate::process::{as_user, free_port, run};

/// Not a secret: the server listens on loopback only and lives for one test run.
const PASSWORD: &str = "for-tests-only";

const START_TIMEOUT: Duration = Duration::from_secs(60);

/// Runs the server until standard input ends, which happens on drop and, should the test be killed, by itself; then
/// stops that very server and removes its folder. A line on standard input starts a server that was killed again.
const SCRIPT: &str = r#"
start() {
  "$1/postgres" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$2" \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 >>"$2/log" 2>&1 &
  server=$!
}
start "$@"
while read -r _; do
  wait "$server"
  start "$@"
done
kill -CONT "$server" 2>/dev/null
kill -QUIT "$server" 2>/dev/null
wait "$server"
rm -rf "$2"
"#;

/// A PostgreSQL server with a data folder of its own, stopped on drop.
#[derive(Debug)]
pub struct Postgres {
    keeper: Child,
    port: u16,
    folder: PathBuf,
}

impl Postgres {
    /// Starts a server.
    ///
    /// # Panics
    ///
    /// When PostgreSQL's programs are missing or the server does not come up, in a sentence that says so.
    pub async fn start() -> Self {
        let (keeper, port, folder) = tokio::task::spawn_blocking(launch).await.expect("the launch does not panic");
        let mut server = Self { keeper, port, folder };
        server.wait().await;
        server
    }

    /// One server for all tests of a process, started when it is first asked for. It ends with the process.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Postgres> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// The address of its first database, password and all.
    pub fn url(&self) -> String {
        self.database("postgres")
    }

    /// Makes another database and gives its address.
    pub async fn create_database(&self, name: &str) -> String {
        let mut connection = self.connect("postgres").await.expect("the server is up");
        let quoted = name.replace('"', "\"\"");
        connection
            .execute(AssertSqlSafe(format!("CREATE DATABASE \"{quoted}\" TEMPLATE template0")))
            .await
            .unwrap_or_else(|error| panic!("the database {name} cannot be created: {error}"));
        connection.close().await.expect("the connection closes");
        self.database(name)
    }

    fn database(&self, name: &str) -> String {
        format!("postgres://postgres:{PASSWORD}@127.0.0.1:{}/{name}", self.port)
    }

    async fn connect(&self, name: &str) -> Result<PgConnection, sqlx::Error> {
        self.database(name).parse::<PgConnectOptions>()?.disable_statement_logging().connect().await
    }

    /// Kills the whole server as a power cut would: nothing is finished, nobody is told.
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

    /// Stops every process of the server where it is, as a machine that hangs would. Connections stay open.
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

    /// Sends a signal to the server and all processes that it started.
    fn signal(&self, name: &str) {
        let file = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("the server is running");
        let server = file.lines().next().expect("the first line is the server's process").to_owned();
        let mut processes = children(&server);
        // The parent first, so that it starts no more of them.
        processes.insert(0, server);
        let list = processes.join(" ");
        run(Command::new("sh").args(["-c", &format!("kill -{name} {list} 2>/dev/null; true")]));
    }

    async fn wait(&mut self) {
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            let error = match self.connect("postgres").await {
                Ok(connection) => return connection.close().await.expect("the connection closes"),
                Err(error) => error,
            };
            let gone = self.keeper.try_wait().ok().flatten().is_some();
            if gone || Instant::now() > deadline {
                let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                panic!("the PostgreSQL server for this test did not come up: {error}\n{log}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

fn launch() -> (Child, u16, PathBuf) {
    let programs = programs();
    let folder = tempfile::Builder::new().prefix("bellhop-postgres-").tempdir().expect("a temporary folder").keep();
    let password = folder.join("password");
    std::fs::File::create(&password)
        .and_then(|mut file| file.write_all(PASSWORD.as_bytes()))
        .expect("the temporary folder can be written");
    // PostgreSQL refuses to run as root.
    let root = std::fs::metadata(&folder).expect("the temporary folder is there").uid() == 0;
    if root {
        run(Command::new("chown").args(["-R", "postgres"]).arg(&folder));
    }
    let data = folder.join("data");
    let password = format!("--pwfile={}", password.display());
    run(command(root, &programs.join("initdb")).arg("-D").arg(&data).arg(password).args([
        "--username=postgres",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]));
    let port = free_port();
    let keeper = command(root, Path::new("sh"))
        .args(["-c", SCRIPT, "postgres"])
        .args([&programs, &folder])
        .arg(port.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell can be started");
    (keeper, port, folder)
}

/// Where PostgreSQL's programs are: where Debian keeps versions apart, else wherever the path leads.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| Some((version.file_name().to_str()?.parse().ok()?, version.path().join("bin"))))
        .filter(|(_, programs)| programs.join("initdb").is_file() && programs.join("postgres").is_file())
        .collect();
    found.sort();
    if let Some((_, programs)) = found.pop() {
        return programs;
    }
    let asked = Command::new("pg_config").arg("--bindir").output().ok().filter(|output| output.status.success());
    let told = asked.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    told.filter(|programs| programs.join("initdb").is_file()).expect(
        "this test needs a PostgreSQL server, and initdb was found neither under /usr/lib/postgresql nor by pg_config. \
         Install it: apt-get install postgresql",
    )
}

/// Processes whose parent this one is.
fn children(parent: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().into_string().ok());
    ids.filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()))
        .filter(|id| {
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
            // The second field is the name in parentheses, which may hold spaces; then state and parent.
            stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)) == Some(parent)
        })
        .collect()
}

fn command(root: bool, program: &Path) -> Command {
    as_user(root.then_some("postgres"), program)
}
