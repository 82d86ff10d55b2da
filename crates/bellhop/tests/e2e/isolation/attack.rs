use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::judge::Findings;
use super::own::Own;
use super::pool::Pool;
use super::target::{Target, targets};
use super::tries::{Try, tries};
use crate::support::Mcp;

/// Bob calls everything whose name holds `focus` with everything of Alice's: first what reads, then what writes. After
/// each thing that writes, `settle` looks for damage and puts everything back.
pub(super) async fn attack(
    alice: &Mcp,
    bob: &Mcp,
    focus: &str,
    mut settle: impl AsyncFnMut(&Target, &mut Findings),
) -> Findings {
    let mut all = targets(bob).await;
    let hers = Pool::harvest(alice, &targets(alice).await).await;
    let his = Pool::harvest(bob, &all).await;
    assert!(hers.scalars().count() > 30 && his.scalars().count() > 30, "the users see too little to try anything");
    all.retain(|target| target.name().contains(focus));
    let mut findings = Findings::default();
    let mut tried = BTreeSet::new();
    for reads in [true, false] {
        for target in all.iter().filter(|target| target.reads == reads) {
            let own = Own::of(bob, target, &his).await;
            for attempt in tries(target, &own, &hers) {
                tried.insert((target.tool.clone(), attempt.slot.clone()));
                run(bob, target, &attempt, &mut findings).await;
            }
            if !reads {
                settle(target, &mut findings).await;
                findings.written.clear();
            }
        }
    }
    let tools = bob.tool_names().await.into_iter().filter(|tool| tool.contains(focus));
    findings.untried = untried(&all, tools, &tried);
    findings
}

/// Tools, and arguments of tools, that were tried with nothing of hers. What only shapes an answer is left out.
fn untried(
    targets: &[Target],
    tools: impl Iterator<Item = String>,
    tried: &BTreeSet<(String, String)>,
) -> BTreeSet<String> {
    let was = |tool: &str, slot: &str| tried.iter().any(|(it, of)| it == tool && of.starts_with(slot));
    let mut missed: BTreeSet<String> = tools.filter(|tool| !was(tool, "")).collect();
    for target in targets {
        let slots = target.properties.keys().filter(|slot| !["fields", "sort"].contains(&slot.as_str()));
        missed.extend(slots.filter(|slot| !was(&target.tool, slot)).map(|slot| format!("{}: {slot}", target.name())));
    }
    missed
}

#[test]
fn a_tool_or_an_argument_that_is_left_out_is_named() {
    let schema: Map<String, Value> =
        [("identifier".to_owned(), json!({})), ("text".to_owned(), json!({}))].into_iter().collect();
    let target = Target {
        tool: "get".into(),
        fixed: Map::new(),
        under: None,
        properties: schema,
        required: Vec::new(),
        reads: true,
        list: None,
        key: Vec::new(),
    };
    let tried = [("get".to_owned(), "identifier".to_owned())].into_iter().collect();
    let missed = untried(&[target], ["get", "list"].map(str::to_owned).into_iter(), &tried);
    assert_eq!(missed.into_iter().collect::<Vec<_>>(), ["get(): text", "list"]);
}

async fn run(bob: &Mcp, target: &Target, attempt: &Try, findings: &mut Findings) {
    let foreign = call(bob, target, &attempt.foreign, findings).await;
    let Some(missing) = &attempt.missing else { return };
    let other = call(bob, target, missing, findings).await;
    let (foreign, other) = (normal(&foreign, &attempt.foreign), normal(&other, missing));
    if same(&foreign, &other) {
        return;
    }
    // What Bob may do changes what he may do next (a file of that name is there now), so each is asked once more.
    let foreign_again = normal(&call(bob, target, &attempt.foreign, findings).await, &attempt.foreign);
    let other_again = normal(&call(bob, target, missing, findings).await, missing);
    if !same(&foreign_again, &other_again) && !same(&foreign_again, &other) && !same(&foreign, &other_again) {
        let asked = Value::Object(attempt.foreign.clone());
        findings.apart.insert(format!("{} with {asked}: {foreign} but {other}", target.name()));
    }
}

async fn call(bob: &Mcp, target: &Target, varying: &Map<String, Value>, findings: &mut Findings) -> Value {
    let arguments = target.arguments(varying);
    let answer = bob.call_raw(&target.tool, &arguments).await;
    findings.calls += 1;
    findings.look(&target.name(), &arguments, &answer);
    if !target.reads {
        findings.wrote(&arguments);
    }
    answer
}

/// An answer without what may differ between two calls, and with what was put in replaced by a sign.
fn normal(answer: &Value, varying: &Map<String, Value>) -> String {
    let mut envelope = answer["result"]["structuredContent"].clone();
    if envelope.is_null() {
        envelope = answer["error"].clone();
    }
    if let Some(envelope) = envelope.as_object_mut() {
        envelope.remove("request_id");
    }
    let mut text = envelope.to_string();
    let named = varying.get("having").and_then(Value::as_object).into_iter().flatten();
    let names: Vec<Value> = named.map(|(name, _)| name.clone().into()).collect();
    for value in leaves(&Value::Object(varying.clone())).into_iter().filter(|it| !it.is_boolean()).chain(&names) {
        let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if plain.len() > 3 {
            // A message may quote it, and the answer is JSON itself.
            let quoted = escaped(&plain);
            for form in [escaped(&quoted), quoted, plain] {
                text = text.replace(&form, "…");
            }
        }
    }
    without_times(&text)
}

/// Times in milliseconds, by which an API may tell its versions apart, are other ones each time.
fn without_times(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let is_time = digits.len() == 13 && digits.starts_with('1');
        out.push_str(if is_time { "…" } else { &digits });
        digits.clear();
        out.push(c);
    }
    out.truncate(out.len() - 1);
    out
}

/// As it stands within a JSON string.
fn escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Two successes are the same: what they did to Bob's own things may differ in generated ids and times.
fn same(one: &str, other: &str) -> bool {
    const DONE: &str = "{\"success\":true";
    one == other
        || (one.starts_with(DONE) && other.starts_with(DONE) && one.contains("\"id\":") && other.contains("\"id\":"))
}

fn leaves(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().flat_map(leaves).collect(),
        Value::Object(object) => object.values().flat_map(leaves).collect(),
        other => vec![other],
    }
}
