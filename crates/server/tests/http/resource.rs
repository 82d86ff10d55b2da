//! A small resource in memory: each user's notes, and actions that do what a test needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connector::{
    Action, Catalog, Collection, Connector, Context, Effect, Error, ErrorKind, Field, Operation, OperationKind,
    Outcome, Ownership, Permit, Progress, Result, spend,
};
use serde_json::{Map, Value, json};

/// What the actions have seen, for a test to look at.
#[derive(Debug, Default)]
pub struct Seen {
    pub begun: AtomicU32,
    pub ended: AtomicU32,
    pub dropped: AtomicU32,
    pub health_asked: AtomicU32,
    pub is_down: std::sync::atomic::AtomicBool,
}

#[derive(Debug)]
pub struct Notes {
    name: String,
    catalog: Arc<Catalog>,
    notes: Mutex<BTreeMap<String, Vec<Value>>>,
    pub seen: Arc<Seen>,
}

impl Notes {
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), catalog: Arc::new(catalog()), notes: Mutex::default(), seen: Arc::default() }
    }
}

fn catalog() -> Catalog {
    let owned = Ownership::Owned { by: "the owner's own list".into() };
    let mut id = Field::new("id", json!({"type": "integer"}));
    (id.creatable, id.updatable) = (false, false);
    let mut text = Field::new("text", json!({"type": "string"}));
    text.required = true;
    let action = |name: &str, properties: Value, effect| Action {
        name: name.into(),
        description: None,
        input: json!({"type": "object", "properties": properties, "additionalProperties": false}).into(),
        output: None,
        effect,
        idempotent: true,
        identity: Vec::new(),
        own: std::collections::BTreeMap::new(),
        shown: None,
        ownership: owned.clone(),
    };
    Catalog {
        description: Some("Notes.".into()),
        collections: vec![Collection {
            name: "notes".into(),
            description: Some("What a user wrote down.".into()),
            fields: vec![id, text],
            key: vec!["id".into()],
            operations: BTreeSet::from([
                OperationKind::List,
                OperationKind::Get,
                OperationKind::Create,
                OperationKind::Delete,
            ]),
            identity: vec!["owner".into()],
            ownership: owned.clone(),
            parameters: BTreeMap::new(),
            page_default: None,
            abilities: Default::default(),
        }],
        actions: vec![
            action("fail", json!({"kind": {"type": "string"}}), Effect::Read),
            action("slow", json!({"ms": {"type": "integer"}}), Effect::Read),
            action("steps", json!({"apart_ms": {"type": "integer"}}), Effect::Read),
            action("large", json!({"bytes": {"type": "integer"}}), Effect::Read),
            action("panics", json!({}), Effect::Read),
        ],
        hidden: Vec::new(),
        ..Catalog::default()
    }
}

struct Watch<'a>(&'a Seen, bool);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        let counter = if self.1 { &self.0.ended } else { &self.0.dropped };
        counter.fetch_add(1, Ordering::SeqCst);
    }
}

#[async_trait::async_trait]
impl Connector for Notes {
    fn catalog(&self) -> Arc<Catalog> {
        self.catalog.clone()
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        let effect = operation.kind().map_or(Effect::Read, OperationKind::effect);
        let caller = spend(permit, &self.name, &operation, effect)?;
        self.seen.begun.fetch_add(1, Ordering::SeqCst);
        let mut watch = Watch(&self.seen, false);
        let outcome = self.act(caller.id().as_str(), operation, context).await;
        watch.1 = true;
        outcome
    }

    async fn health(&self) -> Result<()> {
        self.seen.health_asked.fetch_add(1, Ordering::SeqCst);
        match self.seen.is_down.load(Ordering::SeqCst) {
            true => Err(Error::unavailable("the secret address 10.1.2.3 does not answer")),
            false => Ok(()),
        }
    }
}

impl Notes {
    async fn act(&self, user: &str, operation: Operation, context: &Context) -> Result<Outcome> {
        match operation {
            Operation::Invoke(invoke) => self.invoke(&invoke.action, &invoke.input, context).await,
            Operation::List(_) => {
                let notes = self.notes.lock().unwrap().get(user).cloned().unwrap_or_default();
                let mut outcome = Outcome::of(&notes)?;
                outcome.count = Some(notes.len() as u64);
                outcome.has_more = Some(false);
                Ok(outcome)
            }
            Operation::Create(create) => {
                let mut all = self.notes.lock().unwrap();
                let id = all.values().map(Vec::len).sum::<usize>() + 1;
                let note = json!({"id": id, "text": create.data["text"]});
                all.entry(user.into()).or_default().push(note.clone());
                let mut outcome = Outcome::of(&note)?;
                outcome.id = Some(id.into());
                Ok(outcome)
            }
            Operation::Get(get) => {
                let wanted = get.identifier;
                let notes = self.notes.lock().unwrap();
                let mine = notes.get(user).into_iter().flatten();
                let note =
                    mine.into_iter().find(|note| format!("{wanted:?}").contains(&format!("Number({})", note["id"])));
                Outcome::of(note.ok_or_else(|| Error::not_found("notes"))?)
            }
            _ => Err(Error::not_found("notes")),
        }
    }

    async fn invoke(&self, action: &str, input: &Map<String, Value>, context: &Context) -> Result<Outcome> {
        match action {
            "slow" => {
                tokio::time::sleep(Duration::from_millis(input["ms"].as_u64().unwrap())).await;
                Outcome::of(&"done")
            }
            "steps" => {
                let apart = Duration::from_millis(input.get("apart_ms").and_then(Value::as_u64).unwrap_or(1));
                for done in [0.0, 10.0, 5.0, 50.0, 50.0, 100.0] {
                    context.progress(Progress { done, total: Some(100.0), message: Some("working".into()) });
                    tokio::time::sleep(apart).await;
                }
                Outcome::of(&"done")
            }
            "large" => Outcome::of(&"x".repeat(input["bytes"].as_u64().unwrap() as usize)),
            "panics" => panic!("on purpose"),
            _ => Err(failure(input["kind"].as_str().unwrap())),
        }
    }
}

/// Where a call that fails as `not_connected` sends the user.
pub const VISIT: &str = "https://bellhop.test/connect/opaque";

fn failure(code: &str) -> Error {
    use ErrorKind::{
        Conflict, IdentityMismatch, Internal, InvalidArgument, LimitExceeded, NotConnected, NotFound, PermissionDenied,
        RateLimited, Timeout, Unavailable, Unsupported,
    };
    let kinds = [
        InvalidArgument,
        NotFound,
        PermissionDenied,
        IdentityMismatch,
        Conflict,
        LimitExceeded,
        RateLimited,
        Timeout,
        Unavailable,
        NotConnected,
        Unsupported,
        Internal,
    ];
    let kind = kinds.into_iter().find(|kind| kind.code() == code).unwrap();
    let error = Error::new(kind, "It failed as it was told to.").with_source("the secret source");
    match kind {
        ErrorKind::NotConnected => error.with_visit(VISIT),
        ErrorKind::RateLimited => error.with_retry_after(Duration::from_secs(7)),
        _ => error,
    }
}
