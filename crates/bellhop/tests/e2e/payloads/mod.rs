//! Attacks that others collected, in every argument of every SQL tool: no answer speaks of SQL, nothing of another
//! user's appears or changes, and nothing takes long.

mod corpus;
mod slots;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use access::Policy;
use connector::Connector;
use futures::StreamExt;
use gateway::{Audit, Door, Gateway, Options, Request, Toolbox};
use serde_json::{Map, Value, json};

use crate::support::fixtures::Shop;

/// How long one call may take: a payload that makes the database sleep would take 20 s.
const CALL_MAX: Duration = Duration::from_secs(5);

/// Words that only somebody who knows the database would say.
const INTERNAL: [&str; 22] = [
    "syntax",
    "select ",
    "sqlite",
    "postgres",
    "mariadb",
    "mysql",
    "sqlx",
    "column",
    "relation",
    "near \"",
    "unterminated",
    "operator does not exist",
    "sqlstate",
    "pg_",
    "statement",
    "where ",
    "token",
    "malformed",
    "unrecognized",
    "invalid input",
    "bind",
    "database error",
];

async fn toolbox(shop: &Shop) -> Toolbox {
    let config = json!({
        "url": shop.url, "shared": ["products"], "tables": {"comments": {"via": "order_id"}},
        "queries": {
            "find_orders": {"description": "Orders with a note", "parameters": {"note": {}, "other": {"required": false}},
                "sql": "SELECT id, note FROM orders WHERE user_id = :caller_id AND (note = :note OR note = :other)"},
            "rename_orders": {"description": "Notes orders", "parameters": {"note": {}, "old": {}}, "effect": "write",
                "sql": "UPDATE orders SET note = :note WHERE user_id = :caller_id AND note = :old"},
        },
    });
    let sql = connector_sql::Sql::connect("shop", serde_json::from_value(config).unwrap()).await.unwrap();
    let options = Options {
        tools: gateway::ToolsMode::Typed,
        calls_per_minute_max: u32::MAX,
        concurrent_max: 64,
        ..Options::default()
    };
    let policy = Policy::new([("shop".to_owned(), access::ResourcePolicy::default())]);
    let resources = [("shop".to_owned(), Arc::new(sql) as Arc<dyn Connector>)];
    let gateway = Gateway::new(resources, policy, options, Audit::to(std::io::sink()), None).unwrap();
    gateway.toolbox(testkit::caller("bob").await, Door::Http)
}

async fn call(toolbox: &Toolbox, tool: &str, arguments: Value) -> Value {
    let request = Request { tool, arguments, context: toolbox.context("attack") };
    let reply = toolbox.call(request).await.expect("the tool is there");
    serde_json::from_str(&reply.to_json()).unwrap()
}

/// An identifier of Bob's in each collection.
async fn own(toolbox: &Toolbox) -> BTreeMap<String, Value> {
    let mut own = BTreeMap::new();
    for offered in toolbox.collections() {
        let (tool, arguments) = toolbox.call_for(&offered, connector::OperationKind::List, Map::new()).unwrap();
        let reply = call(toolbox, &tool, arguments).await;
        let Some(item) = reply["data"].get(0) else { continue };
        let identifier = match offered.collection.key.as_slice() {
            [] => continue,
            [one] => item[one].clone(),
            several => several.iter().map(|name| (name.clone(), item[name].clone())).collect::<Map<_, _>>().into(),
        };
        own.insert(offered.collection.name.clone(), identifier);
    }
    own
}

/// What is wrong with an answer, if anything.
fn wrong(payload: &str, reply: &Value, took: Duration) -> Option<String> {
    let text = reply.to_string();
    if text.contains("ALICE-") || text.contains("a11ce000") {
        return Some("something of Alice's".into());
    }
    if took > CALL_MAX {
        return Some(format!("{took:?}"));
    }
    if reply["success"] == true {
        return None;
    }
    if ["internal", "unavailable", "timeout"].iter().any(|code| reply["code"] == *code) {
        return Some("not foreseen".into());
    }
    let (said, payload) = (reply["error"].as_str().unwrap_or_default().to_lowercase(), payload.to_lowercase());
    // A message may repeat what it refuses.
    INTERNAL
        .iter()
        .find(|word| said.contains(**word) && !payload.contains(word.trim()))
        .map(|word| format!("says {word:?}"))
}

async fn attacked(shop: Shop) {
    let toolbox = toolbox(&shop).await;
    let own = own(&toolbox).await;
    let slots = slots::all(&toolbox, &|collection| own.get(collection).cloned());
    let mut kinds: BTreeMap<&str, Vec<&slots::Slot>> = BTreeMap::new();
    for slot in &slots {
        kinds.entry(&slot.kind).or_default().push(slot);
    }
    let payloads = corpus::payloads();
    assert!(payloads.len() > 1_000, "{} payloads", payloads.len());
    let (before, sizes) = (shop.alices_rows().await, shop.sizes().await);
    let started = Instant::now();
    // Every payload into every kind of argument, its places taking turns.
    let calls = kinds.values().flat_map(|places| {
        payloads.iter().enumerate().map(|(number, payload)| (places[number % places.len()], payload))
    });
    let (mut made, mut faults, mut changed) = (0_usize, Vec::new(), BTreeMap::<String, isize>::new());
    let mut answers = futures::stream::iter(calls)
        .map(|(slot, payload)| {
            let toolbox = &toolbox;
            async move {
                let mut fault = None;
                let mut reply = Value::Null;
                // A machine that holds its breath is no payload's doing: what a payload does, it does twice.
                for _ in 0..2 {
                    let started = Instant::now();
                    reply = call(toolbox, &slot.tool, slot.arguments(payload)).await;
                    let took = started.elapsed();
                    fault = wrong(payload, &reply, took);
                    if fault.is_none() || took <= CALL_MAX || reply["success"] == true {
                        break;
                    }
                }
                (slot, payload, fault, reply)
            }
        })
        .buffer_unordered(4);
    while let Some((slot, payload, fault, reply)) = answers.next().await {
        made += 1;
        if let Some(fault) = fault {
            faults.push(format!("{} ({}) with {payload:?}: {fault}: {reply}", slot.tool, slot.kind));
        }
        // Bob may make items of his own, called what he likes, and remove them again.
        let one = match slot.kind.split(' ').next() {
            Some("create") => 1,
            Some("delete") => -1,
            _ => 0,
        };
        if reply["success"] == true && one != 0 {
            let table = slot.tool.trim_start_matches("shop_").trim_end_matches("_create").trim_end_matches("_delete");
            *changed.entry(table.to_owned()).or_default() += one;
        }
    }
    drop(answers);
    eprintln!(
        "{made} calls: {} payloads into {} kinds of arguments at {} places, {} s",
        payloads.len(),
        kinds.len(),
        slots.len(),
        started.elapsed().as_secs()
    );
    assert!(faults.is_empty(), "{} of {made} calls:\n{}", faults.len(), faults[..faults.len().min(20)].join("\n"));
    assert_eq!(shop.alices_rows().await, before, "Alice's rows");
    for ((table, was), (_, is)) in sizes.into_iter().zip(shop.sizes().await) {
        let expected = was.checked_add_signed(changed.get(table).copied().unwrap_or_default());
        assert_eq!(Some(is), expected, "rows of {table}");
    }
}

#[tokio::test]
async fn collected_attacks_have_no_effect_on_sqlite() {
    attacked(Shop::sqlite().await).await;
}

#[tokio::test]
async fn collected_attacks_have_no_effect_on_postgresql() {
    attacked(Shop::postgres().await).await;
}
