//! What days of use would show, in minutes: `cargo xtask soak` builds and runs this. A further word is the seconds that
//! each load lasts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a measurement, run by hand"
)]

mod crowd;
mod database;
mod flood;
mod interleaved;
#[path = "../support/process.rs"]
mod process;
mod scale;
mod times;
mod tools;
#[path = "../support/users.rs"]
mod users;

use std::path::PathBuf;
use std::time::Duration;

use database::Database;

#[tokio::main]
async fn main() {
    let mut words = std::env::args().skip(1);
    let programs = PathBuf::from(words.next().expect("the folder of the release programs"));
    let seconds = words.next().and_then(|text| text.parse().ok()).unwrap_or(60);
    let only = words.next().unwrap_or_default();
    let wanted = |name: &str| only.is_empty() || only == name;
    if wanted("tools") {
        tools::run(&programs).await;
    }
    if wanted("crowd") {
        crowd::run(&programs, Database::postgres().await, Duration::from_secs(seconds)).await;
        crowd::run(&programs, Database::sqlite().await, Duration::from_secs(seconds)).await;
    }
    if wanted("interleaved") {
        interleaved::run(&programs, Database::postgres().await).await;
        interleaved::run(&programs, Database::sqlite().await).await;
    }
    if wanted("flood") {
        flood::run(&programs, Database::postgres().await, Duration::from_secs(seconds.min(20))).await;
    }
    if wanted("scale") {
        scale::run(&programs).await;
    }
}
