//! A resource with as many operations as the largest APIs have.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use access::{Effect, Permit, Policy, ResourcePolicy};
use bellhop_gateway::{Audit, Door, Gateway, Options, Request, Toolbox};
use connector::{Action, Catalog, Connector, Context, Operation, Outcome, Ownership, Result, Schema, spend};
use serde_json::{Value, json};

const ACTIONS: usize = 22_000;

#[derive(Debug)]
struct Large {
    catalog: Arc<Catalog>,
}

#[async_trait::async_trait]
impl Connector for Large {
    fn catalog(&self) -> Arc<Catalog> {
        self.catalog.clone()
    }

    async fn execute(&self, permit: Permit, operation: Operation, _context: &Context) -> Result<Outcome> {
        spend(permit, "large", &operation, Effect::Read)?;
        Outcome::of(&json!("done"))
    }

    async fn health(&self) -> Result<()> {
        Ok(())
    }
}

/// A toolbox over it, and how many schemas were made so far.
async fn toolbox() -> (Toolbox, Arc<AtomicUsize>) {
    let made = Arc::new(AtomicUsize::new(0));
    let action = |at: usize| {
        let made = made.clone();
        let what = ["mail", "calendar", "file", "team"][at % 4];
        Action {
            name: format!("{what}_list_{at}"),
            description: Some(format!(
                "Lists number {at}. {}",
                if at == 21_999 { "Zebras too." } else { "Many words. " }
            )),
            input: Schema::made(move || {
                made.fetch_add(1, Ordering::Relaxed);
                let schema = json!({"type": "object", "properties": {"top": {"type": "integer"}}, "additionalProperties": false});
                schema.as_object().cloned().unwrap()
            }),
            output: None,
            effect: Effect::Read,
            idempotent: true,
            identity: Vec::new(),
            own: BTreeMap::new(),
            shown: None,
            ownership: Ownership::Shared { writable: true },
        }
    };
    let catalog = Catalog { actions: (0..ACTIONS).map(action).collect(), ..Catalog::default() };
    let resource: Arc<dyn Connector> = Arc::new(Large { catalog: Arc::new(catalog) });
    let policy = Policy::new([("large".to_owned(), ResourcePolicy::default())]);
    let gateway = Gateway::new([("large".to_owned(), resource)], policy, Options::default(), Audit::default(), None);
    (gateway.unwrap().toolbox(testkit::caller("alice").await, Door::Mcp), made)
}

async fn call(toolbox: &Toolbox, tool: &str, arguments: Value) -> Value {
    let request = Request { tool, arguments, context: toolbox.context("r1") };
    serde_json::to_value(toolbox.call(request).await.unwrap()).unwrap()
}

#[tokio::test]
async fn twenty_two_thousand_actions_are_found_and_called_and_hardly_a_schema_is_made() {
    let (toolbox, made) = toolbox().await;
    let names: Vec<_> = toolbox.tools().into_iter().map(|tool| tool.name).collect();
    assert_eq!(names, ["describe", "invoke"]);

    let first = call(&toolbox, "describe", json!({"search": "calendar 500"})).await;
    let start = Instant::now();
    let again = call(&toolbox, "describe", json!({"search": "calendar 500"})).await;
    // Milliseconds where code is optimised; here it is not, and others use the machine too.
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(first["data"], again["data"]);
    assert_eq!(again["data"][0]["resource_type"], "calendar_list_5001");
    assert!(again.to_string().len() < 50 * 500, "{}", again.to_string().len());

    let all = call(&toolbox, "describe", json!({})).await;
    assert_eq!((&all["count"], all["data"].as_array().unwrap().len()), (&json!(ACTIONS), 50));
    let zebra = call(&toolbox, "describe", json!({"search": "list all zebras please"})).await;
    assert_eq!(zebra["data"][0]["resource_type"], "team_list_21999");
    assert_eq!(made.load(Ordering::Relaxed), 0);

    let one = call(&toolbox, "describe", json!({"resource_type": "mail_list_20000"})).await;
    assert_eq!(one["data"]["input"]["properties"], json!({"top": {"type": "integer"}}));
    for _ in 0..3 {
        let done = call(&toolbox, "invoke", json!({"action": "mail_list_20000", "input": {"top": 1}})).await;
        assert_eq!(done["data"], "done");
    }
    let wrong = call(&toolbox, "invoke", json!({"action": "mail_list_20000", "input": {"top": "x"}})).await;
    assert_eq!(wrong["code"], "invalid_argument");
    assert_eq!(made.load(Ordering::Relaxed), 2);
}
