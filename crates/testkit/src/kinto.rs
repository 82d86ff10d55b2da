//! Kinto, a real HTTP API whose users have accounts of their own. `cargo xtask install` puts it below the target
//! folder.

use std::fs::File;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::process::free_port;

/// How long it may take to start on a machine that does much else.
const START: Duration = Duration::from_secs(90);

/// The server, with accounts of Alice and Bob. It ends with the value.
#[derive(Debug)]
pub struct Kinto {
    port: u16,
    home: TempDir,
    child: Child,
}

/// What is its users' secret: each one's password.
pub fn account(user: &str) -> String {
    format!("{user}:the password of {user} 0123")
}

impl Kinto {
    /// With everything in memory, pages of three at most.
    pub async fn start() -> Self {
        Self::with("kinto.core.storage.memory", "kinto.core.permission.memory", "").await
    }

    /// With everything in a PostgreSQL database, which outlives it.
    pub async fn over(database: &str) -> Self {
        let (storage, permission) = ("kinto.core.storage.postgresql", "kinto.core.permission.postgresql");
        let database = database.replacen("postgres://", "postgresql://", 1);
        let more = format!("kinto.storage_url = {database}\nkinto.permission_url = {database}\n");
        Self::with(storage, permission, &more).await
    }

    async fn with(storage: &str, permission: &str, more: &str) -> Self {
        let port = free_port();
        let home = tempfile::Builder::new().prefix("kinto-test-").tempdir().expect("a folder can be made");
        let settings = format!(
            "[app:main]\nuse = egg:kinto\nkinto.storage_backend = {storage}\nkinto.permission_backend = {permission}\n\
             kinto.cache_backend = kinto.core.cache.memory\nkinto.userid_hmac_secret = for-tests-only\n\
             kinto.includes = kinto.plugins.accounts kinto.plugins.default_bucket\nmultiauth.policies = account\n\
             multiauth.policy.account.use = kinto.plugins.accounts.authentication.AccountsAuthenticationPolicy\n\
             kinto.account_create_principals = system.Everyone\nkinto.paginate_by = 3\n{more}\n\
             [server:main]\nuse = egg:waitress#main\nhost = 127.0.0.1\nport = {port}\nthreads = 8\n\n\
             [loggers]\nkeys = root\n[handlers]\nkeys = console\n[formatters]\nkeys = generic\n[logger_root]\nlevel = WARN\n\
             handlers = console\n[handler_console]\nclass = StreamHandler\nargs = (sys.stderr,)\nformatter = generic\n\
             [formatter_generic]\nformat = %(message)s\n"
        );
        std::fs::write(home.path().join("kinto.ini"), settings).expect("the settings can be written");
        if !more.is_empty() {
            let output = command(&home).args(["migrate", "--ini", "kinto.ini"]).stdin(Stdio::null()).output().await;
            let output = output.expect("kinto starts");
            assert!(output.status.success(), "kinto migrate failed\n{}", String::from_utf8_lossy(&output.stderr));
        }
        let child = spawn(&home, port);
        let kinto = Self { port, home, child };
        kinto.is_up().await;
        for user in ["alice", "bob"] {
            let (_, password) = account(user).split_once(':').map(|(_, it)| ((), it.to_owned())).expect("an account");
            let address = format!("{}/accounts/{user}", kinto.url());
            let request = http().put(address).json(&json!({"data": {"password": password}}));
            assert!(request.send().await.expect("kinto answers").status().is_success());
        }
        kinto
    }

    /// The API's base address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// Asks Kinto itself as this user.
    pub async fn ask(&self, user: &str, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let account = account(user);
        let (name, password) = account.split_once(':').expect("an account");
        let mut request = http().request(method, format!("{}{path}", self.url())).basic_auth(name, Some(password));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.expect("kinto answers");
        let status = response.status();
        (status, response.json().await.unwrap_or_default())
    }

    /// A user's articles as Kinto itself has them.
    pub async fn articles(&self, user: &str) -> Vec<Value> {
        let (mut all, mut since) = (Vec::new(), String::new());
        loop {
            // Its pages hold three.
            let path = format!("/buckets/default/collections/articles/records?_sort=id{since}");
            let (status, body) = self.ask(user, Method::GET, &path, None).await;
            assert_eq!(status, 200, "{body}");
            let page = body["data"].as_array().expect("records").clone();
            let Some(last) = page.last() else { return all };
            since = format!("&gt_id={}", last["id"].as_str().expect("an id"));
            all.extend(page);
        }
    }

    /// Makes articles of these identifiers and titles.
    pub async fn put(&self, user: &str, articles: &[Value]) {
        for article in articles {
            let path =
                format!("/buckets/default/collections/articles/records/{}", article["id"].as_str().expect("an id"));
            let (status, body) = self.ask(user, Method::PUT, &path, Some(json!({"data": article}))).await;
            assert!(status.is_success(), "{body}");
        }
    }

    /// Ends it as `kill -9` does.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Starts it again at the same place.
    pub async fn restart(&mut self) {
        self.child = spawn(&self.home, self.port);
        self.is_up().await;
    }

    async fn is_up(&self) {
        let deadline = Instant::now() + START;
        loop {
            match http().get(format!("{}/", self.url())).send().await {
                Ok(response) if response.status().is_success() => return,
                _ => {}
            }
            let log = || std::fs::read_to_string(self.home.path().join("kinto.log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "kinto does not start\n{}", log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn command(home: &TempDir) -> Command {
    let mut command = Command::new(program());
    command.current_dir(home.path()).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn spawn(home: &TempDir, port: u16) -> Child {
    let log = File::create(home.path().join("kinto.log")).expect("the log can be written");
    let mut kinto = command(home);
    kinto.args(["start", "--ini", "kinto.ini", "--port", &port.to_string()]).kill_on_drop(true);
    kinto.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("kinto starts")
}

/// Below the target folder that the running test lies in.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    let found = test.ancestors().map(|folder| folder.join("peers/kinto/bin/kinto")).find(|file| file.exists());
    found.expect("Kinto is missing: run `cargo xtask install`")
}

fn http() -> reqwest::Client {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).no_proxy();
    client.build().expect("an HTTP client can be made")
}
