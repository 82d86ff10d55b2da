//! A connector that keeps its rows in memory: sound, or with one hole.

mod catalog;
mod read;
mod write;

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use access::{Caller, Permit};
use connector::{Catalog, Connector, Context, Effect, Error, Identifier, Operation, Outcome, Result};
use serde_json::{Map, Value, json};

pub(crate) const SECRET: &str = "correct-horse-battery-staple";

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hole {
    GetForgetsOwner,
    ListForgetsOwner,
    SortForgetsOwner,
    OrEscapesOwner,
    CursorForgetsOwner,
    ListCountsAll,
    AggregateCountsAll,
    MaxOfAll,
    DeleteForgetsOwner,
    UpdateForgetsOwner,
    UpdateOfAllSucceedsQuietly,
    ForeignSaysForbidden,
    ForeignSaysItsKey,
    CreateUnderAnyParent,
    MoveToAnyParent,
    CreateForAnyone,
    UpdateGivesAway,
    ActionForgetsOwner,
    PermitForAnyEffect,
    LimitIgnored,
    BytesIgnored,
    BytesCutQuietly,
    SecretInDebug,
    ErrorSaysTable,
    WildcardsInContains,
    OddIdentifierFails,
    DroppedCallLeaksConnection,
    OffersWhatNobodyCanTry,
}

pub(crate) struct Memory {
    hole: Option<Hole>,
    catalog: Arc<Catalog>,
    rows: Mutex<Vec<Row>>,
    connections: AtomicUsize,
}

#[derive(Clone)]
struct Row {
    collection: &'static str,
    owner: Option<String>,
    fields: Map<String, Value>,
}

impl Memory {
    pub(crate) fn new(hole: Option<Hole>) -> Self {
        let mut rows = Vec::new();
        for (first, owner) in [(0, "alice"), (10, "bob")] {
            for number in first + 1..first + 4 {
                let name = format!("{owner} folder {number}");
                rows.push(row("folders", Some(owner), json!({"id": number, "name": name})));
                let note = json!({
                    "id": number + 100, "title": format!("{owner} note {number}"), "folder": first + 1,
                    "size": 900 - number, "done": false
                });
                rows.push(row("notes", Some(owner), note));
            }
        }
        rows.push(row("stamps", None, json!({"id": 1, "motif": "a common stamp"})));
        Self {
            hole,
            catalog: Arc::new(catalog::catalog(hole)),
            rows: Mutex::new(rows),
            connections: AtomicUsize::new(8),
        }
    }

    fn has(&self, hole: Hole) -> bool {
        self.hole == Some(hole)
    }

    /// The place of an item that is the caller's, or not even that.
    fn find(&self, caller: &Caller, collection: &str, identifier: &Identifier, forgets_owner: bool) -> Result<usize> {
        let rows = self.rows.lock().unwrap();
        let wanted = identifier.single().ok_or_else(|| Error::invalid("one key"))?;
        if self.has(Hole::OddIdentifierFails) && !wanted.is_i64() {
            return Err(Error::internal("not a number"));
        }
        let place = rows.iter().position(|row| row.collection == collection && row.fields["id"] == *wanted);
        match place {
            Some(place) if forgets_owner || is_visible(&rows[place], caller) => Ok(place),
            Some(_) if self.has(Hole::ForeignSaysForbidden) => {
                Err(Error::new(connector::ErrorKind::PermissionDenied, "This is not yours."))
            }
            Some(_) if self.has(Hole::ForeignSaysItsKey) => {
                Err(Error::new(connector::ErrorKind::NotFound, format!("There is no {wanted} in {collection}.")))
            }
            _ if self.has(Hole::ErrorSaysTable) => Err(Error::invalid("no row in rows_by_owner")),
            _ => Err(Error::not_found(collection)),
        }
    }
}

#[async_trait::async_trait]
impl Connector for Memory {
    fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog)
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        let effect = match &operation {
            Operation::Invoke(_) => Effect::Write,
            other => other.kind().unwrap().effect(),
        };
        let caller = match self.hole {
            Some(Hole::PermitForAnyEffect) => caller_of_any(permit, &operation)?,
            _ => connector::spend(permit, "memory", &operation, effect)?,
        };
        self.connections.fetch_sub(1, Ordering::SeqCst);
        let lease = Lease(&self.connections);
        if self.has(Hole::DroppedCallLeaksConnection) {
            std::mem::forget(lease);
            tokio::task::yield_now().await;
            self.connections.fetch_add(1, Ordering::SeqCst);
        } else {
            tokio::task::yield_now().await;
        }
        match operation {
            Operation::List(list) => self.list(&caller, &list, context),
            Operation::Get(get) => self.get(&caller, &get, context),
            Operation::Aggregate(aggregate) => self.aggregate(&caller, &aggregate),
            Operation::Create(create) => self.create(&caller, create),
            Operation::Update(update) => self.update(&caller, update),
            Operation::Delete(delete) => self.delete(&caller, &delete),
            Operation::Batch(_) => Err(Error::new(connector::ErrorKind::Unsupported, "One at a time.")),
            Operation::Invoke(invoke) => self.archive(&caller, &invoke),
            Operation::Recite(_) | Operation::Read(_) | Operation::Complete(_) => Err(operation.foreign()),
        }
    }

    async fn health(&self) -> Result<()> {
        match self.connections.load(Ordering::SeqCst) {
            8 => Ok(()),
            left => Err(Error::unavailable(format!("{left} connections are left"))),
        }
    }
}

struct Lease<'a>(&'a AtomicUsize);

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn caller_of_any(permit: Permit, operation: &Operation) -> Result<Caller> {
    // What a permit is for can be read off its Debug: a hole that cheats its way around `spend`.
    let shown = format!("{permit:?}");
    let effect = Effect::ALL.into_iter().find(|effect| shown.contains(&format!("({effect} "))).unwrap();
    connector::spend(permit, "memory", operation, effect)
}

fn is_visible(row: &Row, caller: &Caller) -> bool {
    row.owner.as_deref().is_none_or(|owner| owner == caller.id().as_str())
}

fn row(collection: &'static str, owner: Option<&str>, fields: Value) -> Row {
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    Row { collection, owner: owner.map(str::to_owned), fields }
}

impl fmt::Debug for Memory {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Memory")?;
        if self.has(Hole::SecretInDebug) { out.write_str(SECRET) } else { Ok(()) }
    }
}
