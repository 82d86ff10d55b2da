//! What a call promises about its line, whatever the sink does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod support;

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bellhop_gateway::{
    Audit, AuditArguments, AuditError, AuditLine, AuditOptions, AuditRequired, AuditSink, Redaction,
};
use serde_json::{Value, json};
use support::{House, Plan, call};

/// A sink that can be made to fail or to be silent.
#[derive(Clone, Default)]
struct Book {
    state: Arc<AtomicU8>,
    begun: Arc<Mutex<Vec<AuditLine>>>,
    ended: Arc<Mutex<Vec<AuditLine>>>,
}

const WORKS: u8 = 0;
const FAILS: u8 = 1;
const SILENT: u8 = 2;

impl Book {
    fn set(&self, state: u8) {
        self.state.store(state, Ordering::SeqCst);
    }

    async fn take(&self, into: &Mutex<Vec<AuditLine>>, lines: &[AuditLine]) -> Result<(), AuditError> {
        while self.state.load(Ordering::SeqCst) == SILENT {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if self.state.load(Ordering::SeqCst) == FAILS {
            return Err("no space left on device".into());
        }
        into.lock().unwrap().extend_from_slice(lines);
        Ok(())
    }

    /// What became of each call, in order.
    fn outcomes(&self) -> Vec<&'static str> {
        self.ended.lock().unwrap().iter().map(|line| line.outcome).collect()
    }
}

#[async_trait::async_trait]
impl AuditSink for Book {
    async fn begin(&self, lines: &[AuditLine]) -> Result<(), AuditError> {
        self.take(&self.begun, lines).await
    }

    async fn append(&self, lines: &[AuditLine]) -> Result<(), AuditError> {
        self.take(&self.ended, lines).await
    }
}

fn house(required: AuditRequired) -> (House, Book) {
    with(AuditOptions { required, timeout: Duration::from_millis(200), ..AuditOptions::default() })
}

fn with(options: AuditOptions) -> (House, Book) {
    let book = Book::default();
    (Plan::default().build_with(Audit::new(book.clone(), options)), book)
}

fn create() -> Value {
    json!({"data": {"title": "x"}})
}

#[tokio::test]
async fn a_write_is_kept_as_begun_before_it_is_done_and_then_gets_its_one_line() {
    let (house, book) = house(AuditRequired::Writes);
    let alice = house.toolbox("alice").await;
    call(&alice, "shelf_notes_list", json!({})).await;
    call(&alice, "shelf_notes_create", create()).await;
    call(&alice, "shelf_notes_create", json!({"data": {"title": 7}})).await;
    assert!(house.gateway.audit().flush().await);
    let begun = book.begun.lock().unwrap().clone();
    assert_eq!(
        begun.iter().map(|line| (&*line.tool, line.outcome)).collect::<Vec<_>>(),
        [("shelf_notes_create", "begun")]
    );
    assert_eq!(book.outcomes(), ["ok", "ok", "invalid_argument"]);
    let ended = book.ended.lock().unwrap().clone();
    assert_eq!((&ended[1].call_id, ended[1].begun), (&begun[0].call_id, true));
}

#[tokio::test]
async fn a_write_that_cannot_be_kept_is_not_done_while_reads_go_on() {
    let (house, book) = house(AuditRequired::Writes);
    let alice = house.toolbox("alice").await;
    book.set(FAILS);
    for _ in 0..3 {
        let refused = call(&alice, "shelf_notes_create", create()).await;
        assert_eq!((&refused["code"], &refused["retryable"]), (&json!("unavailable"), &json!(true)));
        assert!(refused["error"].as_str().unwrap().starts_with("Nothing was changed"), "{refused}");
    }
    assert_eq!(call(&alice, "shelf_notes_list", json!({})).await["count"], 0);
    assert_eq!(house.shelf.seen.lock().unwrap().len(), 1, "only the read reached the connector");

    book.set(WORKS);
    let deadline = Instant::now() + Duration::from_secs(5);
    while call(&alice, "shelf_notes_create", create()).await["success"] == false {
        assert!(Instant::now() < deadline, "writes never went on");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(house.gateway.audit().flush().await);
    let outcomes = book.outcomes();
    let (first, last) = (&outcomes[..4], outcomes.last().unwrap());
    assert_eq!((first, *last), (["unavailable", "unavailable", "unavailable", "ok"].as_slice(), "ok"));
    let mut ids: Vec<_> = book.ended.lock().unwrap().iter().map(|line| line.call_id.clone()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), outcomes.len(), "each call has one line");
}

#[tokio::test]
async fn a_silent_sink_holds_a_write_up_no_longer_than_its_timeout() {
    let (house, book) = house(AuditRequired::Writes);
    let alice = house.toolbox("alice").await;
    book.set(SILENT);
    let started = Instant::now();
    assert_eq!(call(&alice, "shelf_notes_create", create()).await["code"], "unavailable");
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert_eq!(call(&alice, "shelf_notes_list", json!({})).await["success"], true);
    book.set(WORKS);
    assert!(house.gateway.audit().flush().await);
    assert_eq!(book.outcomes(), ["unavailable", "ok"]);
    assert_eq!(house.shelf.seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn where_all_is_required_a_read_gives_its_answer_only_with_its_line() {
    let (house, book) = house(AuditRequired::All);
    let alice = house.toolbox("alice").await;
    assert_eq!(call(&alice, "shelf_notes_list", json!({})).await["success"], true);
    assert_eq!(book.outcomes(), ["ok"], "the line is there before the answer");
    book.set(FAILS);
    let refused = call(&alice, "shelf_notes_list", json!({})).await;
    assert_eq!((&refused["code"], refused.get("data")), (&json!("unavailable"), None));
    book.set(WORKS);
    assert!(house.gateway.audit().flush().await);
    assert_eq!(book.outcomes(), ["ok", "unavailable"], "the line says what the caller was told");
}

#[tokio::test]
async fn a_call_that_is_dropped_in_the_middle_of_a_write_has_one_line() {
    let book = Book::default();
    let options = AuditOptions { required: AuditRequired::Writes, ..AuditOptions::default() };
    let plan = Plan { slow: Duration::from_secs(5), ..Plan::default() };
    let house = plan.build_with(Audit::new(book.clone(), options));
    let alice = house.toolbox("alice").await;
    let dropped = call(&alice, "shelf_notes_create", create());
    assert!(tokio::time::timeout(Duration::from_millis(100), dropped).await.is_err());
    assert!(house.gateway.audit().flush().await);
    assert_eq!((book.outcomes(), book.begun.lock().unwrap().len()), (vec!["cancelled"], 1));
}

#[tokio::test]
async fn nothing_required_means_that_no_call_waits_or_fails_and_lines_come_later() {
    let (house, book) = with(AuditOptions { waiting_max: 5, ..AuditOptions::default() });
    let alice = house.toolbox("alice").await;
    book.set(FAILS);
    for _ in 0..8 {
        assert_eq!(call(&alice, "shelf_notes_create", create()).await["success"], true);
    }
    book.set(WORKS);
    assert!(house.gateway.audit().flush().await);
    assert_eq!(book.outcomes().len(), 5, "no more than these may wait");
    call(&alice, "shelf_notes_create", create()).await;
    assert!(house.gateway.audit().flush().await);
    assert_eq!(book.outcomes().len(), 6, "and then there is room again");
}

#[tokio::test]
async fn arguments_are_kept_as_the_options_say_and_every_line_is_bounded() {
    let redaction = Redaction::new(["title"]).unwrap();
    for (arguments, digest, kept) in [
        (AuditArguments::Digest, true, None),
        (AuditArguments::None, false, None),
        (AuditArguments::Redacted(Arc::new(redaction)), false, Some(json!({"data": {"title": "[redacted]"}}))),
    ] {
        let (house, book) = with(AuditOptions { arguments, ..AuditOptions::default() });
        let alice = house.toolbox("alice").await;
        call(&alice, "shelf_notes_create", create()).await;
        let long = "\u{1}".repeat(5_000);
        let many: serde_json::Map<_, _> =
            (0..500).map(|at| (format!("{at} {long}")[..900].to_owned(), json!(long))).collect();
        call(&alice, &long, Value::Object(many)).await;
        assert!(house.gateway.audit().flush().await);
        let lines = book.ended.lock().unwrap().clone();
        let first: Value = serde_json::from_str(&lines[0].to_json()).unwrap();
        assert_eq!((first.get("arguments_sha256").is_some(), first.get("arguments").cloned()), (digest, kept));
        let second = lines[1].to_json();
        assert!(second.len() < 32 * 1024, "{}", second.len());
    }
}
