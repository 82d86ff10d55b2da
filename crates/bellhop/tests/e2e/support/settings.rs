//! What makes a key-value store a resource of the built binary.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use testkit::nats::Nats;
use testkit::redis::Redis;

use super::fixtures::{auth, token};
use super::{Bellhop, Mcp};

/// A server of either sort.
pub(crate) enum Store {
    Redis(Redis),
    Nats(Nats),
}

impl Store {
    pub(crate) async fn redis() -> Self {
        Self::Redis(Redis::start().await)
    }

    pub(crate) async fn nats() -> Self {
        Self::Nats(Nats::start().await)
    }

    /// The configuration of a resource `prefs`, with `more` in its section.
    pub(crate) fn config(&self, tools: &str, more: &str) -> String {
        let url = match self {
            Self::Redis(it) => it.url(),
            Self::Nats(it) => it.url(),
        };
        format!(
            "{}\n[limits]\ntools = \"{tools}\"\ncalls_per_minute_max = 1000000\n\n\
             [resources.prefs]\nkind = \"settings\"\nurl = \"{url}\"\n{more}\n",
            auth()
        )
    }

    /// All that is kept of a user's settings, as the server has it.
    pub(crate) async fn kept(&self, user: &str) -> Vec<String> {
        match self {
            Self::Redis(it) => {
                let hashes = it.hashes(&format!("bellhop:prefs:{user}:")).await;
                hashes.iter().map(|(name, fields)| format!("{name} {fields:?}")).collect()
            }
            Self::Nats(it) => {
                let values = it.values("bellhop", &format!("prefs.{user}.")).await;
                values.iter().map(|(name, value)| format!("{name} {value}")).collect()
            }
        }
    }

    /// How often a user's settings were written, as the server counts. NATS counts all users' together.
    pub(crate) async fn writes(&self, users: &[&str]) -> u64 {
        match self {
            Self::Redis(it) => {
                let mut all = 0;
                for user in users {
                    let count = it.ask(&["GET", &format!("bellhop:prefs:{user}#rev")]).await;
                    all += count.first().and_then(|count| count.parse::<u64>().ok()).unwrap_or(0);
                }
                all
            }
            Self::Nats(it) => it.bucket("bellhop").await["last_seq"].as_u64().expect("a number"),
        }
    }

    pub(crate) async fn kill(&mut self) {
        match self {
            Self::Redis(it) => it.kill().await,
            Self::Nats(it) => it.kill().await,
        }
    }

    pub(crate) async fn restart(&mut self) {
        match self {
            Self::Redis(it) => it.restart().await,
            Self::Nats(it) => it.restart().await,
        }
    }
}

/// One user's settings, through the tools of either projection.
pub(crate) struct Prefs {
    client: Mcp,
    is_universal: bool,
}

impl Prefs {
    pub(crate) fn of(bellhop: &Bellhop, user: &str, tools: &str) -> Self {
        Self { client: bellhop.mcp(&token(user)), is_universal: tools == "universal" }
    }

    pub(crate) async fn call(&self, operation: &str, mut arguments: Value) -> Map<String, Value> {
        if self.is_universal {
            arguments["resource_type"] = "settings".into();
            return self.client.call(operation, &arguments).await;
        }
        self.client.call(&format!("prefs_settings_{operation}"), &arguments).await
    }

    pub(crate) async fn set(&self, key: &str, value: &Value) {
        let made = self.call("create", json!({"data": {"key": key, "value": value}})).await;
        assert_eq!(made["success"], true, "{made:?}");
    }

    /// Key and value of each.
    pub(crate) async fn all(&self) -> BTreeSet<(String, String)> {
        let listed = self.call("list", json!({"limit": 200})).await;
        let items = listed.get("data").and_then(Value::as_array).unwrap_or_else(|| panic!("{listed:?}"));
        let pair = |item: &Value| (item["key"].as_str().expect("a key").to_owned(), item["value"].to_string());
        items.iter().map(pair).collect()
    }

    /// Makes these all there is.
    pub(crate) async fn refill(&self, wanted: &[(String, Value)]) {
        let now = self.all().await;
        if now == wanted.iter().map(|(key, value)| (key.clone(), value.to_string())).collect() {
            return;
        }
        for (key, _) in now {
            let seen = self.call("get", json!({"identifier": key})).await;
            let gone = self.call("delete", json!({"identifier": key, "if_version": seen["data"]["revision"]})).await;
            assert_eq!(gone["success"], true, "{gone:?}");
        }
        for (key, value) in wanted {
            self.set(key, value).await;
        }
    }
}
