//! Every place of every tool that takes a text.

use connector::{Collection, OperationKind};
use gateway::Toolbox;
use serde_json::{Map, Value, json};

/// Makes an argument's value of a payload.
type Fill = Box<dyn Fn(&str) -> Value>;

/// One such place: what kind it is, and the call with a payload in it.
pub(super) struct Slot {
    pub(super) kind: String,
    pub(super) tool: String,
    arguments: Fill,
}

impl Slot {
    pub(super) fn arguments(&self, payload: &str) -> Value {
        (self.arguments)(payload)
    }
}

/// All of them, from the catalog and the tools' own schemas; no table is named here.
pub(super) fn all(toolbox: &Toolbox, own: &dyn Fn(&str) -> Option<Value>) -> Vec<Slot> {
    let mut slots = Vec::new();
    for offered in toolbox.collections() {
        for kind in offered.operations.clone() {
            let Some((tool, _)) = toolbox.call_for(&offered, kind, Map::new()) else { continue };
            let mut add = |what: &str, arguments: Fill| {
                // What reads by a filter does so in the same words.
                let reads = matches!(kind, OperationKind::List | OperationKind::Aggregate);
                let shared = reads || what.starts_with("argument");
                let kind = if shared { what.to_owned() } else { format!("{} {what}", kind.as_str()) };
                slots.push(Slot { kind, tool: tool.clone(), arguments });
            };
            of_collection(offered.collection, kind, own(&offered.collection.name), &mut add);
            // What the tool takes beyond that, as text or a list of texts.
            let schema =
                toolbox.tool(&tool).map(|tool| Value::Object((*tool.input_schema).clone())).unwrap_or_default();
            for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
                let known = ["filters", "sort", "fields", "identifier", "data", "group_by", "metrics", "having"];
                if known.contains(&name.as_str()) {
                    continue;
                }
                let (name, list) = (name.clone(), schema["type"] == "array");
                add(
                    &format!("argument {name}"),
                    Box::new(move |payload| json!({ &name: if list { json!([payload]) } else { json!(payload) } })),
                );
            }
        }
    }
    for offered in toolbox.actions() {
        let Some((tool, _)) = toolbox.call_for_action(&offered, Map::new()) else { continue };
        let names =
            offered.action.input.get().get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        for name in names.keys().cloned() {
            let others = names.clone();
            slots.push(Slot {
                kind: "parameter of a query".into(),
                tool: tool.clone(),
                arguments: Box::new(move |payload| {
                    let value = |other: &String| if *other == name { json!(payload) } else { json!("bob") };
                    others.keys().map(|other| (other.clone(), value(other))).collect::<Map<_, _>>().into()
                }),
            });
        }
    }
    slots
}

fn of_collection(collection: &Collection, kind: OperationKind, own: Option<Value>, add: &mut dyn FnMut(&str, Fill)) {
    use OperationKind::{Aggregate, Create, Delete, Get, List, Update};
    let key = collection.key.clone();
    let identifier = move |payload: &str| match key.as_slice() {
        [_] => json!(payload),
        several => several.iter().map(|name| (name.clone(), json!(payload))).collect::<Map<_, _>>().into(),
    };
    if matches!(kind, List | Aggregate) {
        for field in collection.fields.iter().filter(|field| field.filterable) {
            let name = field.name.clone();
            for operator in ["eq", "ne", "lt", "contains", "starts_with", "in"] {
                let name = name.clone();
                let list = operator == "in";
                add(
                    &format!("filter {operator}"),
                    Box::new(move |payload| {
                        let value = if list { json!([payload, "x"]) } else { json!(payload) };
                        json!({"filters": {"or": [{&name: {operator: value}}, {"not": {&name: payload}}]}, "limit": 3})
                    }),
                );
            }
            add("filter operator", Box::new(move |payload| json!({"filters": {&name: {payload: 1}}})));
        }
        add("filter field", Box::new(|payload| json!({"filters": {payload: 1}})));
        add("filters", Box::new(|payload| json!({"filters": payload})));
        add("sort", Box::new(|payload| json!({"sort": [payload]})));
        add("sort downwards", Box::new(|payload| json!({"sort": [format!("-{payload}"), format!("{payload} desc")]})));
    }
    match kind {
        List => add("fields", Box::new(|payload| json!({"fields": [payload]}))),
        Aggregate => {
            add("group_by", Box::new(|payload| json!({"group_by": [payload]})));
            add("group_by unit", Box::new(|payload| json!({"group_by": [format!("id:{payload}")]})));
            add("metric function", Box::new(|payload| json!({"metrics": [{"function": payload}]})));
            add("metric field", Box::new(|payload| json!({"metrics": [{"function": "max", "field": payload}]})));
            add("metric name", Box::new(|payload| json!({"metrics": [{"function": "count", "as": payload}]})));
            add("having", Box::new(|payload| json!({"having": {payload: 1, "count": {"gt": payload}}})));
        }
        Get | Delete => add("identifier", Box::new(move |payload| json!({"identifier": identifier(payload)}))),
        Create | Update => {
            let own = if kind == Update { own } else { None };
            let with = move |mut arguments: Value| {
                if let Some(own) = &own {
                    arguments["identifier"] = own.clone();
                }
                arguments
            };
            let settable = |field: &&connector::Field| if kind == Create { field.creatable } else { field.updatable };
            for field in collection.fields.iter().filter(settable) {
                let (name, with) = (field.name.clone(), with.clone());
                add("value", Box::new(move |payload| with(json!({"data": {&name: payload}}))));
            }
            add("name of a value", Box::new(move |payload| with(json!({"data": {payload: "x"}}))));
            if kind == Update {
                let name = collection.fields.iter().find(settable).map(|field| field.name.clone()).unwrap_or_default();
                add(
                    "identifier",
                    Box::new(move |payload| json!({"identifier": identifier(payload), "data": {&name: "x"}})),
                );
            }
        }
    }
}
