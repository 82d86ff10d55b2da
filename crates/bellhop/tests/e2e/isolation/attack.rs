use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value, json};

use super::judge::{Findings, is_hers};
use super::pool::{Pool, fits};
use super::target::{Target, targets};
use crate::support::Mcp;

/// Names by which a caller might try to be somebody else, or to see what is hidden.
const IDENTITIES: [&str; 6] = ["user_id", "owner_id", "userId", "owner", "sub", "as_user"];
/// Names of columns and tables that are not offered to anyone.
const HIDDEN: [&str; 4] = ["user_id", "owner_id", "password_hash", "api_token"];
const ELSEWHERE: [&str; 5] = ["suppliers", "sqlite_master", "pg_catalog.pg_authid", "users; --", "../alice"];

/// One call with something of Alice's in it, and the same with something that does not exist.
struct Try {
    slot: String,
    foreign: Map<String, Value>,
    missing: Option<Map<String, Value>>,
}

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
            }
        }
    }
    for target in &all {
        let slots = target.properties.keys().filter(|name| *name != "fields" && *name != "sort");
        for slot in slots.filter(|slot| !tried.iter().any(|(tool, it)| *tool == target.tool && it.starts_with(*slot))) {
            findings.untried.insert(format!("{}: {slot}", target.name()));
        }
    }
    for tool in bob.tool_names().await.into_iter().filter(|tool| tool.contains(focus)) {
        if !tried.iter().any(|(tried, _)| *tried == tool) {
            findings.untried.insert(tool);
        }
    }
    findings
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
    for value in leaves(&Value::Object(varying.clone())) {
        let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if plain.len() > 3 {
            text = text.replace(&plain, "…");
        }
    }
    text
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

/// What Bob has for a target.
struct Own {
    /// Arguments with which his call is an ordinary one.
    arguments: Map<String, Value>,
    /// Members of `data` that name what is made, so that each must be new.
    names: Vec<String>,
    /// An item of his in the same collection.
    row: Map<String, Value>,
}

impl Own {
    async fn of(bob: &Mcp, target: &Target, his: &Pool) -> Self {
        let mut row = Map::new();
        if let Some((tool, arguments)) = &target.list {
            let rows = bob.data(tool, &arguments.clone().into()).await;
            let last = rows.as_array().and_then(|rows| rows.last()).and_then(Value::as_object);
            row = last.cloned().unwrap_or_default();
        }
        let required = target.required.iter().map(|name| {
            let schema = &target.properties[name];
            let value = match name.as_str() {
                "identifier" => identifier(target, &row),
                "data" => data(schema, &row),
                _ => his.candidates(target, name).into_iter().next().unwrap_or_else(|| any(schema)),
            };
            (name.clone(), value)
        });
        let creates = target.properties.contains_key("data") && !target.properties.contains_key("identifier");
        let names = if creates { target.key.clone() } else { Vec::new() };
        Self { arguments: required.collect(), names, row }
    }

    /// The same arguments each time, but for names, which are new each time.
    fn arguments(&self) -> Map<String, Value> {
        let mut arguments = self.arguments.clone();
        if let Some(Value::Object(data)) = arguments.get_mut("data") {
            for name in &self.names {
                if let Some(value) = data.get_mut(name) {
                    *value = missing_like(value);
                }
            }
        }
        arguments
    }
}

fn identifier(target: &Target, row: &Map<String, Value>) -> Value {
    let value = |name: &String| row.get(name).cloned().unwrap_or_else(|| 1.into());
    match target.key.as_slice() {
        [one] => value(one),
        several => several.iter().map(|name| (name.clone(), value(name))).collect::<Map<_, _>>().into(),
    }
}

/// What the schema asks for, from a row that is there; for `update` one field.
fn data(schema: &Value, row: &Map<String, Value>) -> Value {
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let mut names: Vec<String> = schema["required"].as_array().into_iter().flatten().map(super::target::text).collect();
    if names.is_empty() {
        names.extend(properties.keys().find(|name| row.get(*name).is_some_and(|value| !value.is_null())).cloned());
    }
    let value = |name: &String| row.get(name).cloned().unwrap_or_else(|| any(&properties[name]));
    names.iter().map(|name| (name.clone(), value(name))).collect::<Map<_, _>>().into()
}

fn any(schema: &Value) -> Value {
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    let is =
        |name: &str| schema["type"] == name || schema["type"].as_array().is_some_and(|all| all.contains(&json!(name)));
    match () {
        () if is("string") => "text".into(),
        () if is("integer") || is("number") => 1.into(),
        () if is("boolean") => true.into(),
        () if is("array") => json!([]),
        () => json!({}),
    }
}

/// Every way to put something of Alice's into a call.
fn tries(target: &Target, own: &Own, hers: &Pool) -> Vec<Try> {
    let mut all = Vec::new();
    let mut add = |slot: &str, foreign: Map<String, Value>, missing: Option<Map<String, Value>>| {
        all.push(Try { slot: slot.to_owned(), foreign, missing });
    };
    // What both users have (a size, a common name) has no counterpart that nobody has.
    let unless_common = |value: &Value, missing: Map<String, Value>| is_hers(value).then_some(missing);
    let with = |name: &str, value: &Value| {
        let mut arguments = own.arguments();
        arguments.insert(name.to_owned(), value.clone());
        arguments
    };
    for (name, schema) in &target.properties {
        match name.as_str() {
            "cursor" => {
                for cursor in &hers.cursors {
                    let (foreign, missing) = (Value::from(cursor.as_str()), Value::from(tampered(cursor)));
                    add(name, with(name, &foreign), Some(with(name, &missing)));
                }
            }
            "filters" => {
                for (filter, missing) in filters(hers, &own.row) {
                    add(name, with(name, &filter), missing.map(|missing| with(name, &missing)));
                }
            }
            "metrics" => {
                for column in HIDDEN {
                    let of = |column: &str| json!([{"function": "max", "field": column, "as": "m"}]);
                    add(name, with(name, &of(column)), Some(with(name, &of(&nobody(column)))));
                }
            }
            _ if schema["type"] == "array" => {
                for column in HIDDEN {
                    add(name, with(name, &json!([column])), Some(with(name, &json!([nobody(column)]))));
                }
            }
            _ if schema["type"] == "object" && schema.get("properties").is_some() && name != "identifier" => {
                let inner = || own.arguments().get(name).and_then(Value::as_object).cloned().unwrap_or_default();
                let put = |member: &str, value: &Value| {
                    let mut inner = inner();
                    inner.insert(member.to_owned(), value.clone());
                    with(name, &inner.into())
                };
                let members = schema["properties"].as_object().cloned().unwrap_or_default();
                for (member, schema) in &members {
                    for value in keys(hers).filter(|value| fits(value, schema)) {
                        let missing = missing_like(&value);
                        add(&format!("{name}.{member}"), put(member, &value), Some(put(member, &missing)));
                    }
                }
                for identity in IDENTITIES {
                    add(name, put(identity, &"alice".into()), Some(put(identity, &"carol".into())));
                }
                // Several at once, as they belong together: a whole row of hers, and the parts of a composite key.
                for row in &hers.rows {
                    let known = row.iter().filter(|(member, _)| members.contains_key(*member));
                    let known: Map<String, Value> =
                        known.map(|(member, value)| (member.clone(), value.clone())).collect();
                    if known.len() > 1 && known.values().any(is_key) {
                        let mut foreign = inner();
                        foreign.extend(known.clone());
                        let mut missing = inner();
                        missing.extend(counterpart(&known));
                        add(name, with(name, &foreign.into()), Some(with(name, &missing.into())));
                    }
                }
            }
            "resource_type" | "action" => {
                for place in ELSEWHERE {
                    add(name, with(name, &place.into()), Some(with(name, &nobody(place).into())));
                }
            }
            "data" | "options" | "input" => {
                for identity in IDENTITIES {
                    let of = |user: &str| json!({identity: user});
                    add(name, with(name, &of("alice")), Some(with(name, &of("carol"))));
                }
            }
            _ => {
                // A number that only says how many is tried with a few of her numbers.
                let enough = if schema["type"] == "integer" { 4 } else { usize::MAX };
                for value in hers.candidates(target, name).into_iter().take(enough) {
                    if value.is_object() || is_key(&value) || name != "identifier" {
                        add(name, with(name, &value), unless_common(&value, with(name, &missing_like(&value))));
                    }
                }
                if schema["type"] == "boolean" || schema.get("enum").is_some_and(Value::is_array) {
                    add(name, with(name, &"ALICE-0101".into()), Some(with(name, &"CAROL-0101".into())));
                }
                if fits(&"".into(), schema) {
                    for path in [
                        "../alice/ALICE-0901-plan.md",
                        "alice/ALICE-0901-plan.md",
                        "ALICE-0904/../../alice/shared-name.txt",
                    ] {
                        let missing = path.replace("ALICE-09", "CAROL-09").replace("shared-name", "shared-none");
                        add(name, with(name, &path.into()), Some(with(name, &missing.into())));
                    }
                }
            }
        }
    }
    for identity in IDENTITIES {
        add("an identity", with(identity, &"alice".into()), Some(with(identity, &"carol".into())));
    }
    all
}

/// Conditions that would hold for something of hers, on fields that his item has too and on those that say whose it is.
fn filters(hers: &Pool, row: &Map<String, Value>) -> Vec<(Value, Option<Value>)> {
    let mut all = Vec::new();
    let mut pairs = BTreeSet::new();
    for (name, value) in hers.rows.iter().flatten().filter(|(_, value)| value.is_string() || value.is_number()) {
        if !row.contains_key(name) && !row.is_empty() {
            continue;
        }
        if pairs.insert(format!("{name}={value}")) {
            let missing = missing_like(value);
            let of = |value: &Value| json!({name.as_str(): value});
            let counterpart = |filter: Value| is_hers(value).then_some(filter);
            all.push((of(value), counterpart(of(&missing))));
            let either = |value: &Value| json!({"or": [of(value), of(&missing)]});
            all.push((either(value), counterpart(either(&missing))));
            all.push((json!({"not": of(&missing)}), None));
            all.push((json!({name.as_str(): {"gte": value}}), None));
        }
    }
    for name in row.keys() {
        for operator in ["contains", "starts_with"] {
            let of = |text: &str| json!({name.as_str(): {operator: text}});
            all.push((of("ALICE-0"), Some(of("CAROL-0"))));
        }
        all.push((json!({name.as_str(): {"is_null": false}}), None));
    }
    for name in HIDDEN.into_iter().chain(IDENTITIES) {
        all.push((json!({name: "alice"}), Some(json!({name: "carol"}))));
        all.push((json!({name: {"ne": "bob"}}), Some(json!({name: {"ne": "bobs"}}))));
        all.push((json!({"or": [{name: "alice"}, {"id": 1}]}), Some(json!({"or": [{name: "carol"}, {"id": 1}]}))));
    }
    all
}

/// Those of her values that name something, the longest first: a file must not take the name of a folder to come.
fn keys(hers: &Pool) -> impl Iterator<Item = Value> {
    let mut all: Vec<Value> = hers.scalars().filter(is_key).collect();
    all.sort_by_key(|value| std::cmp::Reverse(value.to_string().len()));
    all.into_iter()
}

fn is_key(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_u64().is_some_and(|number| (700_000..700_100).contains(&number)),
        Value::String(text) => {
            text.starts_with("a11ce000") || text.starts_with("ALICE-03") || text.starts_with("ALICE-09")
        }
        _ => false,
    }
}

/// A value of the same shape that nothing has and that was never tried before: Bob may have made one of that name.
fn missing_like(value: &Value) -> Value {
    static TRIED: AtomicUsize = AtomicUsize::new(0);
    let nth = TRIED.fetch_add(1, Ordering::Relaxed);
    like(value, nth)
}

/// A row of which everything that is hers is replaced.
fn counterpart(row: &Map<String, Value>) -> Map<String, Value> {
    let all = missing_like(&Value::Object(row.clone()));
    let value = |name: &String, value: &Value| if is_hers(value) { all[name].clone() } else { value.clone() };
    row.iter().map(|(name, it)| (name.clone(), value(name, it))).collect()
}

fn like(value: &Value, nth: usize) -> Value {
    match value {
        Value::Number(number) if number.is_u64() => (1_000_000 + nth).into(),
        Value::String(text) if text.len() == 36 && text.as_bytes()[8] == b'-' => {
            format!("{nth:08x}{}", &text[8..]).into()
        }
        Value::String(text) if text.contains("ALICE") => text.replace("ALICE", &format!("C{nth:05}")).into(),
        Value::String(text) => format!("{text}-{nth}").into(),
        Value::Object(object) => {
            object.iter().map(|(name, value)| (name.clone(), like(value, nth))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

fn nobody(name: &str) -> String {
    let mut chars: Vec<char> = name.chars().collect();
    chars.reverse();
    chars.into_iter().collect()
}

fn tampered(cursor: &str) -> String {
    let middle = cursor.len() / 2;
    let other = if cursor.as_bytes().get(middle) == Some(&b'A') { "B" } else { "A" };
    format!("{}{other}{}", &cursor[..middle], &cursor[middle + 1..])
}
