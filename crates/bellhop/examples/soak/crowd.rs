//! Two hundred callers at once, each with rows of their own, reading and writing.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::database::{Database, ORDERS, USERS, order};
use crate::process::Process;
use crate::times::Times;
use crate::users::{Client, Users};

/// What one caller met.
#[derive(Default)]
struct Met {
    reads: Times,
    writes: Times,
    refused: BTreeMap<String, usize>,
}

pub(crate) async fn run(programs: &Path, database: Database, time: Duration) {
    let users = Users::new();
    let config = users.config(database.folder.path(), &database.section(""));
    let server = Process::bellhop(programs, &config);
    let http = reqwest::Client::builder().pool_max_idle_per_host(USERS).no_proxy().build().expect("a client");
    let clients: Vec<Client> =
        (0..USERS).map(|user| Client::new(&http, &server.url, users.token(&format!("user-{user}")))).collect();
    // The first seconds open connections and fill caches; what is level is measured after them.
    crowd(&clients, Duration::from_secs(5)).await;
    let before = (server.resident_kib(), server.handles(), database.connections().await);
    let met = crowd(&clients, time).await;
    let after = (server.resident_kib(), server.handles(), database.connections().await);
    let calls = met.reads.len() + met.writes.len();
    println!(
        "{}: {USERS} callers at once for {} s: {calls} calls, none with another's row",
        database.name,
        time.as_secs()
    );
    println!("  reads   {:>8}  {}", met.reads.len(), met.reads);
    println!("  writes  {:>8}  {}", met.writes.len(), met.writes);
    println!("  errors  {:?}", met.refused);
    println!(
        "  memory {} → {} KiB, file handles {} → {}, database connections {:?} → {:?}",
        before.0, after.0, before.1, after.1, before.2, after.2
    );
    assert_eq!(database.strays().await, 0, "a row is in the wrong hands");
    assert!(met.refused.is_empty(), "errors: {:?}", met.refused);
    assert!(after.0 < before.0 + before.0 / 4 + 8 * 1024, "memory grew");
    assert!(after.1 <= before.1 + 16, "file handles grew");
}

async fn crowd(clients: &[Client], time: Duration) -> Met {
    let until = Instant::now() + time;
    let tasks: Vec<_> =
        clients.iter().enumerate().map(|(user, client)| tokio::spawn(caller(user, client.clone(), until))).collect();
    let mut all = Met::default();
    for task in tasks {
        let met = task.await.expect("no caller failed");
        all.reads.join(met.reads);
        all.writes.join(met.writes);
        for (code, count) in met.refused {
            *all.refused.entry(code).or_default() += count;
        }
    }
    all
}

async fn caller(user: usize, client: Client, until: Instant) -> Met {
    let mut met = Met::default();
    let mut turn = user;
    while Instant::now() < until {
        turn += 1;
        let number = turn % ORDERS;
        let own = order(user, number);
        let others = order((user + 1 + turn % (USERS - 1)) % USERS, number);
        match turn % 8 {
            0 => met.read(&client, user, "shop_orders_list", json!({"limit": 20, "sort": ["-id"]})).await,
            1 => {
                met.read(
                    &client,
                    user,
                    "shop_orders_list",
                    json!({"filters": {"total": {"gte": turn % 400}}, "limit": 10}),
                )
                .await
            }
            2 => met.read(&client, user, "shop_orders_get", json!({"identifier": own})).await,
            3 => {
                met.read(
                    &client,
                    user,
                    "shop_orders_aggregate",
                    json!({"metrics": [{"function": "count"}, {"function": "sum", "field": "total"}]}),
                )
                .await
            }
            4 => {
                let answer = client.call("shop_orders_get", &json!({"identifier": others})).await;
                assert_eq!(answer["code"], "not_found", "user-{user} got {answer}");
            }
            5 => met
                .write(&client, user, "shop_orders_update", json!({"identifier": own, "data": {"total": turn % 500}}))
                .await
                .map_or((), drop),
            6 => {
                let answer =
                    client.call("shop_orders_update", &json!({"identifier": others, "data": {"total": -1}})).await;
                assert_eq!(answer["code"], "not_found", "user-{user} got {answer}");
            }
            _ => {
                let data = json!({"data": {"note": format!("user-{user}: new {turn}"), "total": 1}});
                if let Some(id) = met.write(&client, user, "shop_orders_create", data).await {
                    met.write(&client, user, "shop_orders_delete", json!({"identifier": id})).await;
                }
            }
        }
    }
    met
}

impl Met {
    async fn read(&mut self, client: &Client, user: usize, tool: &str, arguments: Value) {
        let started = Instant::now();
        let answer = client.call(tool, &arguments).await;
        self.reads.add(started.elapsed());
        self.judge(&answer, user, tool);
    }

    async fn write(&mut self, client: &Client, user: usize, tool: &str, arguments: Value) -> Option<Value> {
        let started = Instant::now();
        let answer = client.call(tool, &arguments).await;
        self.writes.add(started.elapsed());
        self.judge(&answer, user, tool);
        answer.get("id").cloned()
    }

    fn judge(&mut self, answer: &Value, user: usize, tool: &str) {
        if answer["success"] != true {
            *self.refused.entry(format!("{tool}: {}", answer["code"])).or_default() += 1;
            return;
        }
        let name = format!("user-{user}:");
        let one = std::slice::from_ref(&answer["data"]);
        for row in answer["data"].as_array().map_or(one, Vec::as_slice) {
            if let Some(note) = row["note"].as_str() {
                assert!(note.starts_with(&name), "user-{user} got {row}");
            }
        }
        if tool == "shop_orders_list" {
            assert!(answer["count"].as_u64().is_some_and(|count| count <= ORDERS as u64 + 1), "{answer}");
        }
    }
}
