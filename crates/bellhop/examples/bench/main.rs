//! What a call costs: `cargo xtask bench` builds and runs this. One run, one machine, so that the ratios mean something.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a measurement, run by hand"
)]

mod load;
#[path = "../support/process.rs"]
mod process;
mod shop;
mod tokens;

use std::path::{Path, PathBuf};
use std::time::Duration;

use load::{Load, Result};
use process::Process;

/// Times that each way is measured; the median is shown.
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() {
    let programs = PathBuf::from(std::env::args().nth(1).expect("the folder of the release programs"));
    let seconds = std::env::args().nth(2).and_then(|text| text.parse().ok()).unwrap_or(5);
    let shop = shop::Shop::start().await;
    refuses_the_bypass(&programs, &shop);
    starts(&programs, &shop).await;
    calls(&programs, &shop, Duration::from_secs(seconds)).await;
    tokens::print().await;
}

/// A release binary that is asked for the development bypass does not start.
fn refuses_the_bypass(programs: &Path, shop: &shop::Shop) {
    let mut command = process::command(&programs.join("bellhop"));
    command.args(["serve", "--config"]).arg(shop.config()).env("AUTH_BYPASS", "true");
    let output = command.output().expect("the binary starts");
    assert!(!output.status.success(), "a release binary served with AUTH_BYPASS=true");
}

async fn starts(programs: &Path, shop: &shop::Shop) {
    let mut took = Vec::new();
    let mut idle = 0;
    for round in 0..6 {
        let started = std::time::Instant::now();
        let bellhop = Process::bellhop(programs, &shop.config());
        let answer = shop.request(&bellhop.url).once().await;
        // The first round warms the disk and the client.
        if round > 0 {
            took.push(started.elapsed());
        }
        assert!(answer.contains("\"success\":true"), "{answer}");
        tokio::time::sleep(Duration::from_millis(300)).await;
        idle = bellhop.resident_kib();
    }
    took.sort();
    println!(
        "cold start to the first answer   {:>8.1} ms  (median of {})",
        took[took.len() / 2].as_secs_f64() * 1e3,
        took.len()
    );
    println!("resident when idle               {:>8.1} MiB", idle as f64 / 1024.0);
}

async fn calls(programs: &Path, shop: &shop::Shop, time: Duration) {
    let bellhop = Process::bellhop(programs, &shop.config());
    let mut bare = process::command(&programs.join("examples/bare"));
    bare.env("DATABASE_URL", shop.url());
    let bare = Process::start(bare);
    let ways = [
        ("bellhop /mcp tools/call", &bellhop, shop.request(&bellhop.url)),
        ("bellhop POST /api/tools", &bellhop, shop.rest_request(&bellhop.url)),
        ("bare axum + sqlx, rows", &bare, Load::get(&format!("{}/rows?user=alice", bare.url))),
        ("bare axum + sqlx, json", &bare, Load::get(&format!("{}/json?user=alice", bare.url))),
    ];
    let mut results: Vec<Vec<Result>> = ways.iter().map(|_| Vec::new()).collect();
    let mut loaded = 0;
    for _ in 0..ROUNDS {
        for ((_, process, load), results) in ways.iter().zip(&mut results) {
            let answer = load.once().await;
            assert!(answer.matches("weight").count() >= 50, "{answer}");
            results.push(load.run(process, time));
            loaded = loaded.max(bellhop.resident_kib());
        }
    }
    println!("resident under load              {:>8.1} MiB\n", loaded as f64 / 1024.0);
    println!(
        "50 rows of PostgreSQL, {} connections, median of {ROUNDS} rounds of {} s",
        load::CONNECTIONS,
        time.as_secs()
    );
    println!(
        "{:<28} {:>10} {:>9} {:>9} {:>12} {:>8} {:>8}",
        "", "requests/s", "p50 ms", "p99 ms", "CPU us/req", "req/s x", "CPU x"
    );
    let medians: Vec<Result> = results.iter().map(|all| Result::median(all)).collect();
    let yardstick = &medians[2];
    for ((name, ..), it) in ways.iter().zip(&medians) {
        println!(
            "{name:<28} {:>10.0} {:>9.2} {:>9.2} {:>12.1} {:>8.2} {:>8.2}",
            it.per_second,
            it.p50_ms,
            it.p99_ms,
            it.cpu_us,
            it.per_second / yardstick.per_second,
            it.cpu_us / yardstick.cpu_us
        );
    }
    println!();
}
