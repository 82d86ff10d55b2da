//! Kinto, an HTTP API whose users have accounts of their own.

use std::fs::File;
use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::fixtures::{auth, token_with};
use super::peers::installed;

/// How long it may take to start on a machine that does much else.
const START: Duration = Duration::from_secs(90);

/// The server, with accounts of Alice and Bob. It ends with the value.
pub(crate) struct Kinto {
    port: u16,
    home: TempDir,
    child: Child,
}

/// What is its users' secret: each one's password.
pub(crate) fn account(user: &str) -> String {
    format!("{user}:the password of {user} 0123")
}

/// A token that holds the user's account.
pub(crate) fn token(user: &str) -> String {
    token_with(user, &json!({"kinto": account(user)}))
}

impl Kinto {
    /// With everything in memory, pages of three at most.
    pub(crate) async fn start() -> Self {
        Self::with("kinto.core.storage.memory", "kinto.core.permission.memory", "").await
    }

    /// With everything in a PostgreSQL database, which outlives it.
    pub(crate) async fn over(database: &str) -> Self {
        let (storage, permission) = ("kinto.core.storage.postgresql", "kinto.core.permission.postgresql");
        let database = database.replacen("postgres://", "postgresql://", 1);
        let more = format!("kinto.storage_url = {database}\nkinto.permission_url = {database}\n");
        Self::with(storage, permission, &more).await
    }

    async fn with(storage: &str, permission: &str, more: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let home = super::process::home();
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
            let output = super::peers::finish(command(&home).args(["migrate", "--ini", "kinto.ini"])).await;
            assert!(output.status.success(), "kinto migrate failed\n{}", super::peers::errors(&output));
        }
        let child = spawn(&home, port);
        let kinto = Self { port, home, child };
        kinto.is_up().await;
        for user in ["alice", "bob"] {
            let (_, password) = account(user).split_once(':').map(|(_, it)| ((), it.to_owned())).expect("an account");
            let address = format!("{}/accounts/{user}", kinto.url());
            let request = super::http().put(address).json(&json!({"data": {"password": password}}));
            assert!(request.send().await.expect("kinto answers").status().is_success());
        }
        kinto
    }

    /// The API's base address.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// The configuration of `docs/examples`, for this server and the tests' own tokens.
    pub(crate) fn config(&self, tools: &str) -> String {
        let example =
            include_str!("../../../../../docs/examples/kinto.toml").replace("http://127.0.0.1:8888/v1", &self.url());
        assert!(example.contains(&self.url()), "the example names no address of Kinto's");
        format!("{}\n[limits]\ntools = \"{tools}\"\ncalls_per_minute_max = 1000000\n\n{example}", auth())
    }

    /// Asks Kinto itself as this user.
    pub(crate) async fn ask(&self, user: &str, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let account = account(user);
        let (name, password) = account.split_once(':').expect("an account");
        let mut request =
            super::http().request(method, format!("{}{path}", self.url())).basic_auth(name, Some(password));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.expect("kinto answers");
        let status = response.status();
        (status, response.json().await.unwrap_or_default())
    }

    /// A user's articles as Kinto itself has them.
    pub(crate) async fn articles(&self, user: &str) -> Vec<Value> {
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
    pub(crate) async fn put(&self, user: &str, articles: &[Value]) {
        for article in articles {
            let path =
                format!("/buckets/default/collections/articles/records/{}", article["id"].as_str().expect("an id"));
            let (status, body) = self.ask(user, Method::PUT, &path, Some(json!({"data": article}))).await;
            assert!(status.is_success(), "{body}");
        }
    }

    /// Ends it as `kill -9` does.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Starts it again at the same place.
    pub(crate) async fn restart(&mut self) {
        self.child = spawn(&self.home, self.port);
        self.is_up().await;
    }

    async fn is_up(&self) {
        let deadline = Instant::now() + START;
        loop {
            match super::http().get(format!("{}/", self.url())).send().await {
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
    let mut command = Command::new(installed("kinto/bin/kinto"));
    command.current_dir(home.path()).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn spawn(home: &TempDir, port: u16) -> Child {
    let log = File::create(home.path().join("kinto.log")).expect("the log can be written");
    let mut kinto = command(home);
    kinto.args(["start", "--ini", "kinto.ini", "--port", &port.to_string()]).kill_on_drop(true);
    kinto.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("kinto starts")
}
