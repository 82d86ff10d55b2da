//! What a light caller feels while a heavy one asks for all it may.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::database::{Database, order};
use crate::process::Process;
use crate::times::Times;
use crate::users::{Client, Users};

pub(crate) async fn run(programs: &Path, database: Database, time: Duration) {
    // What the heavy caller reads again and again.
    database
        .run("INSERT INTO orders (user_id, note, total) SELECT 'user-0', 'user-0: ' || n, n FROM generate_series(1, 300000) n; ANALYZE orders")
        .await;
    let users = Users::new();
    let config = users.config(database.folder.path(), &database.section("pool_max = 4\n"));
    let server = Process::bellhop(programs, &config);
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let heavy = Client::new(&http, &server.url, users.token("user-0"));
    let light = Client::new(&http, &server.url, users.token("user-1"));
    let alone = measure(&light, time / 2).await;
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let floods: Vec<_> = (0..60)
        .map(|_| {
            let (heavy, stop, done) = (heavy.clone(), Arc::clone(&stop), Arc::clone(&done));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let arguments = json!({"metrics": [{"function": "avg", "field": "total"}], "filters": {"note": {"contains": "77"}}});
                    heavy.call("shop_orders_aggregate", &arguments).await;
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let beside = measure(&light, time).await;
    stop.store(true, Ordering::Relaxed);
    for flood in floods {
        flood.await.expect("the heavy caller ends");
    }
    println!("PostgreSQL, four connections, a light caller's `get`");
    println!("  alone                       {alone}");
    println!("  beside 60 heavy calls       {beside}  (the heavy caller got {} answers)", done.load(Ordering::Relaxed));
}

async fn measure(light: &Client, time: Duration) -> Times {
    let (until, mut times) = (Instant::now() + time, Times::default());
    while Instant::now() < until {
        let started = Instant::now();
        let answer = light.call("shop_orders_get", &json!({"identifier": order(1, 7)})).await;
        assert_eq!(answer["success"], true, "{answer}");
        times.add(started.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    times
}
