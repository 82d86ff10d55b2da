//! Loads every OpenAPI document of the folders and files that are named, as `bellhop serve` would, and prints how many
//! operations became actions whose schemas a JSON Schema 2020-12 validator takes. `cargo xtask openapi` runs it.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program that measures"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bellhop_connector_openapi::{Config, OpenApi};
use connector::{Action, Connector};
use serde_json::Value;
use upstream::NoSources;

/// What 100 operations must at least become.
const SHARE_MIN: f64 = 99.5;
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

#[derive(Default)]
struct Table {
    documents: usize,
    lost: Vec<String>,
    operations: usize,
    actions: usize,
    sound: usize,
    answers: usize,
    broken: BTreeMap<String, usize>,
    skipped: BTreeMap<String, usize>,
    slowest: (Duration, String),
    largest: (u64, String),
    catalog: (Duration, String),
    largest_schema: (usize, String),
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut files = Vec::new();
    std::env::args().skip(1).for_each(|name| walk(Path::new(&name), &mut files));
    files.sort();
    let mut table = Table::default();
    let start = Instant::now();
    for file in &files {
        one(&runtime, file, &mut table);
    }
    table.print(start.elapsed());
    if !table.lost.is_empty() || table.share() < SHARE_MIN {
        std::process::exit(1);
    }
}

fn walk(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|entry| walk(&entry.unwrap().path(), files));
    } else if path.extension().is_some_and(|it| it == "json") {
        files.push(path.to_owned());
    }
}

fn one(runtime: &tokio::runtime::Runtime, file: &Path, table: &mut Table) {
    let name = file.display().to_string();
    table.documents += 1;
    let before = memory();
    let config = Config {
        document: Some(name.clone()),
        url: Some("https://api.example.com".to_owned()),
        shared: true,
        ..Config::default()
    };
    let start = Instant::now();
    // In a task of its own, so that a panic is one document's.
    let load = runtime.spawn(async move { OpenApi::connect("api", config, &NoSources).await });
    let api = match runtime.block_on(load) {
        Ok(Ok(api)) => api,
        Ok(Err(error)) => return table.lost.push(format!("{name}: {error}")),
        Err(panic) => return table.lost.push(format!("{name}: {panic}")),
    };
    let took = start.elapsed();
    let used = memory().1.saturating_sub(before.0);
    table.slowest = table.slowest.clone().max((took, name.clone()));
    table.largest = table.largest.clone().max((used, name.clone()));
    let catalog = api.catalog();
    for action in &catalog.actions {
        table.check(&name, action);
    }
    for hidden in &catalog.hidden {
        let more = hidden.name.strip_prefix("and ").and_then(|it| it.strip_suffix(" more")?.parse().ok());
        *table.skipped.entry(hidden.reason.clone()).or_default() += more.unwrap_or(1);
    }
    let text = std::fs::read(file).unwrap();
    table.operations += operations(&serde_json::from_slice(&text).unwrap());
}

/// Counted without the code that is measured.
fn operations(document: &Value) -> usize {
    let items = document["paths"].as_object().into_iter().flat_map(|paths| paths.values());
    items.map(|item| METHODS.iter().filter(|method| item.get(method).is_some_and(Value::is_object)).count()).sum()
}

impl Table {
    fn check(&mut self, document: &str, action: &Action) {
        self.actions += 1;
        let input = Value::Object((*action.input.get()).clone());
        let bytes = input.to_string().len();
        if bytes > self.largest_schema.0 {
            self.largest_schema = (bytes, format!("{document}: {}", action.name));
        }
        match compiles(&input) {
            Ok(()) => self.sound += 1,
            Err(error) => *self.broken.entry(error).or_default() += 1,
        }
        if let Some(output) = &action.output {
            self.answers += 1;
            if let Err(error) = compiles(&Value::Object((*output.get()).clone())) {
                *self.broken.entry(format!("answer: {error}")).or_default() += 1;
            }
        }
    }

    fn share(&self) -> f64 {
        self.sound as f64 * 100.0 / self.operations.max(1) as f64
    }

    fn print(&self, took: Duration) {
        println!("documents                {:>9}", self.documents);
        println!("  that do not load       {:>9}", self.lost.len());
        println!("operations               {:>9}", self.operations);
        println!("actions                  {:>9}", self.actions);
        println!("  with a sound schema    {:>9}   {:.3} %", self.sound, self.share());
        println!("  with an answer's too   {:>9}", self.answers);
        println!("slowest to load          {:>7.2} s   {}", self.slowest.0.as_secs_f64(), self.slowest.1);
        println!("most memory while loading {:>5} MiB   {}", self.largest.0 / 1024, self.largest.1);
        println!("largest schema           {:>7} B   {}", self.largest_schema.0, self.largest_schema.1);
        println!("in all                   {:>7.1} s", took.as_secs_f64());
        print("skipped", &self.skipped);
        print("schemas that are refused", &self.broken);
        self.lost.iter().for_each(|line| println!("lost: {line}"));
    }
}

fn print(title: &str, reasons: &BTreeMap<String, usize>) {
    println!("{title}: {}", reasons.values().sum::<usize>());
    let mut reasons: Vec<_> = reasons.iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    reasons.iter().take(40).for_each(|(reason, count)| println!("  {count:>7}  {reason}"));
}

fn compiles(schema: &Value) -> Result<(), String> {
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).offline();
    match options.build(schema) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("{}: {}", error.instance_path(), error).chars().take(160).collect()),
    }
}

/// Resident memory now, and the most since the last call, in KiB.
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
    };
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    (field("VmRSS:"), field("VmHWM:"))
}
