//! Two users on a pool of two connections, turn and turn about.

use std::path::Path;
use std::time::Instant;

use serde_json::json;

use crate::database::{Database, ORDERS};
use crate::process::Process;
use crate::users::{Client, Users};

/// Calls of each user.
const CALLS: usize = 100_000;
/// Calls of each user at once.
const AT_ONCE: usize = 8;

pub(crate) async fn run(programs: &Path, database: Database) {
    let users = Users::new();
    let config = users.config(database.folder.path(), &database.section("pool_max = 2\n"));
    let server = Process::bellhop(programs, &config);
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let started = Instant::now();
    let mut tasks = Vec::new();
    for user in [3, 4] {
        for lane in 0..AT_ONCE {
            let client = Client::new(&http, &server.url, users.token(&format!("user-{user}")));
            tasks.push(tokio::spawn(async move {
                for call in 0..CALLS / AT_ONCE {
                    let (limit, offset) = (1 + call % 5, (call + lane) % (ORDERS - 5));
                    let answer = client.call("shop_orders_list", &json!({"limit": limit, "offset": offset})).await;
                    let rows = answer["data"].as_array().unwrap_or_else(|| panic!("{answer}"));
                    assert_eq!((rows.len(), answer["count"].as_u64()), (limit, Some(ORDERS as u64)), "{answer}");
                    let name = format!("user-{user}:");
                    assert!(
                        rows.iter().all(|row| row["note"].as_str().is_some_and(|note| note.starts_with(&name))),
                        "{answer}"
                    );
                }
            }));
        }
    }
    for task in tasks {
        task.await.expect("every answer is the caller's own");
    }
    let took = started.elapsed().as_secs_f64();
    println!(
        "{}: two users, {CALLS} calls each, {AT_ONCE} at once each, two connections: every row the caller's, {:.0} calls/s",
        database.name,
        2.0 * CALLS as f64 / took
    );
}
