use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;

use super::{assert_once, config, read};
use crate::support::fixtures::{Shop, token};
use crate::support::{Bellhop, process};

/// Ended by the system in the middle of writes, again and again.
#[tokio::test]
async fn no_write_is_without_a_line_when_bellhop_is_killed_in_the_middle() {
    let (shop, mut home) = (Shop::sqlite().await, process::home());
    let config =
        config(&shop, "[audit]\nfile = \"audit.jsonl\"\nrequired = \"writes\"\n", "calls_per_minute_max = 1000000", "");
    for round in 0..4 {
        let bellhop = Bellhop::serve_in(home, &config).await;
        let callers = (0..8).map(|_| {
            let mcp = bellhop.mcp(&token("bob"));
            tokio::spawn(async move {
                let params =
                    json!({"name": "shop_orders_create", "arguments": {"data": {"note": "crash", "total": 1}}});
                loop {
                    mcp.post("tools/call", &params).await;
                }
            })
        });
        let callers: Vec<_> = callers.collect();
        tokio::time::sleep(Duration::from_millis(400 + 130 * round)).await;
        home = bellhop.killed().await;
        callers.iter().for_each(tokio::task::JoinHandle::abort);
    }
    let bellhop = Bellhop::serve_in(home, &config).await;
    let orders = bellhop.mcp(&token("bob"));
    let made = orders.call("shop_orders_list", &json!({"filters": {"note": "crash"}, "limit": 1})).await;
    let made = usize::try_from(made["count"].as_u64().expect("a count")).expect("a number");
    let path = bellhop.home.path().join("audit.jsonl");
    let lines = read(&path);
    let lines: Vec<_> = lines.into_iter().filter(|line| line["tool"] == "shop_orders_create").collect();
    assert_once(&lines);
    let mut outcomes: HashMap<&str, usize> = HashMap::new();
    for line in &lines {
        *outcomes.entry(line["outcome"].as_str().expect("an outcome")).or_default() += 1;
    }
    let count = |outcome: &str| outcomes.get(outcome).copied().unwrap_or_default();
    assert!(count("ok") > 0 && count("ok") <= made, "{outcomes:?} for {made} orders");
    assert!(made <= count("ok") + count("unknown") + count("cancelled"), "{outcomes:?} for {made} orders");
}
