use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use super::{assert_once, config, read};
use crate::support::fixtures::{Shop, token};
use crate::support::{Bellhop, process};

const CALLERS: usize = 200;
const CALLS_EACH: usize = 20;
const ROTATE_BYTES: u64 = 1024 * 1024;

#[tokio::test]
async fn putting_files_aside_under_200_callers_loses_and_splits_nothing() {
    let (shop, home) = (Shop::sqlite().await, process::home());
    let audit = format!(
        "[audit]\nfile = \"audit.jsonl\"\nrotate_bytes_max = {ROTATE_BYTES}\nkeep = 100\narguments = \"redacted\"\n"
    );
    let bellhop = Bellhop::serve_in(home, &config(&shop, &audit, "", "")).await;
    let tasks = (0..CALLERS).map(|caller| {
        let (url, token) = (bellhop.url.clone(), token(&format!("user-{caller}")));
        tokio::spawn(async move {
            // 200 at once on a machine that does much else: what counts is the lines, not the time.
            let client =
                reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(180)).build().expect("a client");
            for at in 0..CALLS_EACH {
                // Mostly calls that cost nothing and leave long lines.
                let tool = if at == 0 { "shop_products_list" } else { "shop_nothing" };
                let note = "x".repeat(250);
                let arguments =
                    if at == 0 { json!({}) } else { json!({"a": note, "b": note, "c": note, "d": note, "at": at}) };
                let request = client.post(format!("{url}/api/tools/{tool}")).bearer_auth(&token).json(&arguments);
                request.send().await.expect("an answer").text().await.expect("a body");
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("no caller panicked");
    }
    let home = bellhop.home.path();
    let files = || {
        let names = fs::read_dir(home).expect("a folder").map(|entry| entry.expect("an entry").path());
        names
            .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("audit.jsonl")))
            .collect::<Vec<_>>()
    };
    let all = || files().iter().flat_map(|path| read(path)).collect::<Vec<Value>>();
    let deadline = std::time::Instant::now() + super::PATIENCE;
    while all().len() < CALLERS * CALLS_EACH && std::time::Instant::now() < deadline {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let lines = all();
    assert_eq!(lines.len(), CALLERS * CALLS_EACH);
    assert_once(&lines);
    let mut by_caller: HashMap<&str, usize> = HashMap::new();
    for line in &lines {
        *by_caller.entry(line["caller"].as_str().expect("a caller")).or_default() += 1;
    }
    assert!(by_caller.len() == CALLERS && by_caller.values().all(|calls| *calls == CALLS_EACH));
    let files = files();
    assert!(files.len() > 3, "{files:?}");
    assert!(files.iter().all(|path| fs::metadata(path).expect("a file").len() <= ROTATE_BYTES));
}
