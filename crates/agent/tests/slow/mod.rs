//! A resource whose actions take their time and remember who was there with them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::{Effect, Permit, Policy, ResourcePolicy};
use connector::{Action, Catalog, Connector, Context, Operation, Outcome, Ownership};
use gateway::{Audit, Door, Gateway, Options, Toolbox};
use serde_json::json;

/// What happened.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) events: Mutex<Vec<String>>,
    pub(crate) at_once: AtomicUsize,
    pub(crate) most_at_once: AtomicUsize,
    pub(crate) cancelled: AtomicUsize,
}

#[derive(Debug)]
struct Slow {
    catalog: Arc<Catalog>,
    log: Arc<Log>,
}

/// Counts a call while it lasts.
struct Here<'a>(&'a Log, bool);

impl Drop for Here<'_> {
    fn drop(&mut self) {
        self.0.at_once.fetch_sub(1, Ordering::SeqCst);
        if !self.1 {
            self.0.cancelled.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[async_trait::async_trait]
impl Connector for Slow {
    fn catalog(&self) -> Arc<Catalog> {
        self.catalog.clone()
    }

    async fn execute(&self, permit: Permit, operation: Operation, _: &Context) -> connector::Result<Outcome> {
        let Operation::Invoke(invoke) = &operation else { panic!("only actions are offered") };
        let effect = self.catalog.action(&invoke.action).expect("it is offered").effect;
        connector::spend(permit, "slow", &operation, effect)?;
        let number = invoke.input.get("n").and_then(serde_json::Value::as_u64).unwrap_or(0);
        let now = self.log.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        let mut here = Here(&self.log, false);
        self.log.most_at_once.fetch_max(now, Ordering::SeqCst);
        self.log.events.lock().expect("no panic").push(format!("+{}{number}", invoke.action));
        let ms = if ["forever", "stuck"].contains(&invoke.action.as_str()) { 600_000 } else { 60 };
        tokio::time::sleep(Duration::from_millis(ms)).await;
        self.log.events.lock().expect("no panic").push(format!("-{}{number}", invoke.action));
        here.1 = true;
        if invoke.action == "huge" {
            return Outcome::of(&"ä".repeat(100_000));
        }
        Outcome::of(&json!({"n": number}))
    }

    async fn health(&self) -> connector::Result<()> {
        Ok(())
    }
}

/// A toolbox of `slow_look`, `slow_huge` and `slow_forever`, which read, and `slow_write` and `slow_stuck`.
pub(crate) async fn toolbox() -> (Toolbox, Arc<Log>) {
    let action = |name: &str, effect| Action {
        name: name.into(),
        description: None,
        input: json!({"type": "object", "properties": {"n": {"type": "integer"}}}).into(),
        output: None,
        effect,
        idempotent: effect == Effect::Read,
        identity: Vec::new(),
        own: std::collections::BTreeMap::new(),
        shown: None,
        ownership: Ownership::Shared { writable: true },
    };
    let actions = vec![
        action("look", Effect::Read),
        action("huge", Effect::Read),
        action("forever", Effect::Read),
        action("write", Effect::Write),
        action("stuck", Effect::Write),
    ];
    let log = Arc::new(Log::default());
    let catalog = Arc::new(Catalog { actions, ..Catalog::default() });
    let slow: Arc<dyn Connector> = Arc::new(Slow { catalog, log: log.clone() });
    let policy = Policy::new([("slow".to_owned(), ResourcePolicy::default())]);
    let gateway = Gateway::new([("slow".to_owned(), slow)], policy, Options::default(), Audit::default(), None)
        .expect("a gateway");
    (gateway.toolbox(testkit::caller("alice").await, Door::Chat), log)
}
