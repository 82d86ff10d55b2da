//! A database, an API, a file, a setting and a device in one sentence, for Alice while Bob's turn does the same with
//! his: PostgreSQL, Kinto, folders, Redis, and lamps behind Mosquitto, each looked into afterwards.

use std::path::Path;

use serde_json::{Value, json};
use testkit::kinto::{Kinto, account};
use testkit::lamp::Lamp;
use testkit::mosquitto::{Mosquitto, password};
use testkit::redis::Redis;

use crate::support::fixtures::{Shop, auth, token_with};
use crate::support::model::FakeModel;
use crate::support::{Bellhop, http, process};

/// What each user's own are made into.
struct Wanted {
    user: &'static str,
    order: u32,
    note: &'static str,
    article: &'static str,
    text: &'static str,
    theme: &'static str,
    on: bool,
}

const HERS: Wanted = Wanted {
    user: "alice",
    order: 700_001,
    note: "hers, in the database",
    article: "hers, in the API",
    text: "hers, in a file",
    theme: "dark",
    on: true,
};
const HIS: Wanted = Wanted {
    user: "bob",
    order: 800_001,
    note: "his, in the database",
    article: "his, in the API",
    text: "his, in a file",
    theme: "solarized",
    on: false,
};

impl Wanted {
    fn sentence(&self) -> String {
        let Self { order, note, article, text, theme, on, .. } = self;
        let on = if *on { "on" } else { "off" };
        format!(
            "Update order {order} set note=\"{note}\", add an article with title=\"{article}\", create file today.md with \
             \"{text}\", set my theme to {theme} and turn {on} the lamp"
        )
    }

    /// The same as calls of the universal tools.
    fn calls(&self) -> Vec<(&'static str, Value)> {
        let Self { order, note, article, text, theme, on, .. } = self;
        let lamp = json!({"thing": "urn:test:lamp", "property": "power", "value": on});
        vec![
            ("update", json!({"resource_type": "orders", "identifier": order, "data": {"note": note}})),
            ("create", json!({"resource_type": "articles", "data": {"title": article}})),
            ("create", json!({"resource_type": "files", "data": {"path": "today.md", "content": text}})),
            ("create", json!({"resource_type": "settings", "data": {"key": "theme", "value": theme}})),
            ("invoke", json!({"action": "write_property", "input": lamp})),
        ]
    }

    fn token(&self) -> String {
        token_with(self.user, &json!({"kinto": account(self.user)}))
    }
}

/// The five servers, and the lamps of both users.
struct Peers {
    shop: Shop,
    kinto: Kinto,
    redis: Redis,
    broker: Mosquitto,
    lamps: [Lamp; 2],
}

impl Peers {
    async fn start() -> Self {
        let (shop, kinto, redis, broker) =
            tokio::join!(Shop::postgres(), Kinto::start(), Redis::start(), Mosquitto::start());
        let lamps = [Lamp::start(&broker, "alice").await, Lamp::start(&broker, "bob").await];
        for user in ["alice", "bob"] {
            kinto
                .put(user, &[json!({"id": "5b6b5d5e-0000-4000-8000-000000000001", "title": "old", "body": "old"})])
                .await;
        }
        Self { shop, kinto, redis, broker, lamps }
    }

    /// The configuration, in a folder that has what it speaks of.
    fn config(&self, home: &Path, tools: &str) -> String {
        let mut lamp = Lamp::description(&self.broker.url(), "urn:test:lamp", "users/{caller.id}/lamp");
        lamp["securityDefinitions"] = json!({"house": {"scheme": "basic"}});
        lamp["security"] = json!("house");
        std::fs::write(home.join("lamp.json"), lamp.to_string()).expect("a description can be written");
        let kinto = crate::support::kinto::config(&self.kinto, tools);
        let kinto = kinto.strip_prefix(&auth()).expect("it begins with whose tokens are accepted");
        format!(
            "{}{kinto}\n[resources.shop]\nkind = \"sql\"\nurl = \"{}\"\n{}\n\
             [resources.notes]\nkind = \"files\"\nroot = \"files\"\ncreate_root = true\n\n\
             [resources.preferences]\nkind = \"settings\"\nurl = \"{}\"\n\n\
             [resources.home]\nkind = \"things\"\ndescriptions = [\"lamp.json\"]\n\
             accounts.house = {{ username = \"house\", password = \"{}\" }}\n",
            auth(),
            self.shop.url,
            self.shop.config(),
            self.redis.url(),
            password("house"),
        )
    }

    /// Looks into each of the five for what a user has there, and for what is the other's.
    async fn hold(&self, home: &Path, own: &Wanted, other: &Wanted) {
        let user = own.user;
        let orders = self.shop.orders_of(user).await;
        assert!(orders.contains(&own.note.to_owned()) && !orders.contains(&other.note.to_owned()), "{orders:?}");
        let articles = json!(self.kinto.articles(user).await).to_string();
        assert!(articles.contains(own.article) && !articles.contains(other.article), "{articles}");
        let file = home.join("files").join(connector_files::folder_name(user)).join("today.md");
        assert_eq!(std::fs::read_to_string(file).expect("the file is there"), own.text);
        let keys = self.redis.ask(&["KEYS", "*"]).await;
        let mut values = Vec::new();
        for key in keys.iter().filter(|key| key.contains(user) && key.contains("theme")) {
            if self.redis.ask(&["TYPE", key]).await == ["hash"] {
                values.extend(self.redis.ask(&["HGET", key, "doc"]).await);
            }
        }
        assert!(matches!(values.as_slice(), [only] if only.contains(own.theme)), "{keys:?} {values:?}");
        let lamp = &self.lamps[usize::from(user == "bob")];
        lamp.hears(1).await;
        assert_eq!(lamp.heard(), [("power/set".to_owned(), own.on.to_string())]);
    }
}

async fn ask(bellhop: &Bellhop, wanted: &Wanted) -> Value {
    let request = http().post(format!("{}/api/agents/chat", bellhop.url)).bearer_auth(wanted.token());
    let answer = request.json(&json!({"message": wanted.sentence()})).send().await.expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    let used = answer["tools_used"].as_array().expect("tools");
    // A look-up may find nothing: a setting that is not there yet.
    let done = used.iter().all(|it| it["success"] == true || it["effect"] == "read");
    let said = answer["response"].to_string();
    assert!(used.len() >= 5 && done && !said.contains("steps done."), "{answer}\n{}", bellhop.log());
    answer
}

#[tokio::test]
async fn the_built_in_model_uses_real_peers_of_every_kind_for_two_users_at_once() {
    let (peers, home) = (Peers::start().await, process::home());
    let config = peers.config(home.path(), "typed");
    let bellhop = Bellhop::serve_in(home, &config).await;
    tokio::join!(ask(&bellhop, &HERS), ask(&bellhop, &HIS));
    peers.hold(bellhop.home.path(), &HERS, &HIS).await;
    peers.hold(bellhop.home.path(), &HIS, &HERS).await;
}

#[tokio::test]
async fn a_remote_model_uses_real_peers_of_every_kind_for_two_users_at_once() {
    let (peers, home) = (Peers::start().await, process::home());
    let scripts = [&HERS, &HIS].map(|wanted| (wanted.sentence(), wanted.calls()));
    let model = FakeModel::following(scripts).await;
    let config = peers.config(home.path(), "universal");
    let config = format!("{config}\n[agent]\nmodel = \"gpt-5-mini\"\nbase_url = \"{}\"\n", model.url);
    let bellhop = Bellhop::serve_in(home, &config).await;
    tokio::join!(ask(&bellhop, &HERS), ask(&bellhop, &HIS));
    peers.hold(bellhop.home.path(), &HERS, &HIS).await;
    peers.hold(bellhop.home.path(), &HIS, &HERS).await;
}
