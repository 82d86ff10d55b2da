use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use testkit::postgres::Postgres;

use super::{Kept, config};
use crate::support::fixtures::{Shop, token};
use crate::support::{Bellhop, Mcp, process};

/// One caller's writes and reads, and what came of each.
struct Caller {
    mcp: Mcp,
    calls: Vec<(&'static str, &'static str, &'static str)>,
}

impl Caller {
    fn of(bellhop: &Bellhop) -> Self {
        Self { mcp: bellhop.mcp(&token("bob")), calls: Vec::new() }
    }

    async fn call(&mut self, tool: &'static str, arguments: Value) -> Map<String, Value> {
        let answer = self.mcp.call(tool, &arguments).await;
        let outcome = match answer.get("code").and_then(Value::as_str) {
            None => "ok",
            Some("unavailable") => "unavailable",
            Some(_) => panic!("{tool}: {answer:?}"),
        };
        self.calls.push(("mcp", tool, outcome));
        answer
    }

    async fn write(&mut self) -> Map<String, Value> {
        self.call("shop_orders_create", json!({"data": {"total": 1}})).await
    }

    /// How many orders there are.
    async fn read(&mut self) -> u64 {
        let answer = self.call("shop_orders_list", json!({"limit": 1})).await;
        assert_eq!(answer["success"], true, "reads go on: {answer:?}");
        answer["count"].as_u64().expect("a count")
    }

    /// Writes until one is refused because of the audit; that and the next ones must change nothing.
    async fn is_refused(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        let refused = loop {
            let answer = self.write().await;
            if answer["success"] == false {
                break answer;
            }
            assert!(Instant::now() < deadline, "writes are still made");
        };
        assert_eq!((&refused["code"], &refused["retryable"]), (&"unavailable".into(), &true.into()));
        assert!(refused["error"].as_str().is_some_and(|error| error.starts_with("Nothing was changed")), "{refused:?}");
        let before = self.read().await;
        for _ in 0..3 {
            assert_eq!(self.write().await["success"], false);
        }
        assert_eq!(self.read().await, before);
    }

    /// Writes until they are made again.
    async fn is_well_again(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.write().await["success"] == false {
            assert!(Instant::now() < deadline, "writes are still refused");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

#[tokio::test]
async fn while_the_folder_of_the_file_is_away_writes_are_refused_and_reads_answered() {
    let (shop, home) = (Shop::sqlite().await, process::home());
    let (folder, elsewhere) = (home.path().join("audit"), home.path().join("elsewhere"));
    std::fs::create_dir(&folder).expect("a folder");
    let kept = Kept::File(folder.join("audit.jsonl"));
    let config = config(&shop, &kept.config("required = \"writes\"\n"), "", "");
    let bellhop = Bellhop::serve_in(home, &config).await;
    let mut caller = Caller::of(&bellhop);
    caller.write().await;
    std::fs::rename(&folder, &elsewhere).expect("a folder can be moved");
    caller.is_refused().await;
    std::fs::rename(&elsewhere, &folder).expect("a folder can be moved");
    caller.is_well_again().await;
    kept.assert(&caller.calls).await;
}

/// The system's own limit on the size of files stands for a full disk: `write` fails in the middle of a line.
#[cfg(unix)]
#[tokio::test]
async fn while_the_disk_is_full_writes_are_refused_and_reads_answered() {
    const BLOCKS_OF_512: usize = 4096;
    let (shop, home) = (Shop::sqlite().await, process::home());
    let path = home.path().join("audit.jsonl");
    // Older lines leave room for less than ten more.
    let line = format!("{{\"call_id\":\"old\",\"text\":\"{}\"}}\n", "x".repeat(1000));
    let lines = (BLOCKS_OF_512 * 512 - 4000) / line.len();
    std::fs::write(&path, line.repeat(lines)).expect("the file can be written");
    let config = config(&shop, "[audit]\nfile = \"audit.jsonl\"\nrequired = \"writes\"\n", "", "");
    std::fs::write(home.path().join("test.toml"), config).expect("the configuration can be written");
    let bellhop = Bellhop::limited(home, BLOCKS_OF_512).await;
    let mut caller = Caller::of(&bellhop);
    caller.is_refused().await;
    assert!(std::fs::metadata(&path).expect("a file").len() <= (BLOCKS_OF_512 * 512) as u64);
    assert!(super::read(&path).len() >= lines, "no line is split");
    // The operator makes room.
    let aside = path.with_extension("old");
    std::fs::rename(&path, &aside).expect("the file can be moved");
    caller.is_well_again().await;
    // What was kept before, and what waited: together each call once.
    let kept = Kept::File(path.clone());
    let deadline = Instant::now() + super::PATIENCE;
    let all = || [super::read(&aside)[lines..].to_vec(), super::read(&path)].concat();
    while all().len() < caller.calls.len() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let text: String = all().iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(&path, text).expect("the file can be written");
    kept.assert(&caller.calls).await;
}

#[tokio::test]
async fn while_the_tables_database_is_down_writes_are_refused_and_reads_answered() {
    let (shop, mut server) = (Shop::sqlite().await, Postgres::start().await);
    let kept = Kept::Table(server.url());
    let config = config(&shop, &kept.config("required = \"writes\"\ntimeout_ms = 2000\n"), "", "");
    let bellhop = Bellhop::serve(&config).await;
    let mut caller = Caller::of(&bellhop);
    caller.write().await;
    server.kill();
    caller.is_refused().await;
    server.restart().await;
    caller.is_well_again().await;
    kept.assert(&caller.calls).await;
}
