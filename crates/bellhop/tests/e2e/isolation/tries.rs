use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::foreign::{counterpart, is_key, keys, missing_like, nobody, tampered};
use super::judge::is_hers;
use super::own::Own;
use super::pool::{Pool, fits};
use super::target::Target;

/// Names by which a caller might try to be somebody else.
const IDENTITIES: [&str; 6] = ["user_id", "owner_id", "userId", "owner", "sub", "as_user"];
/// Columns that are not offered to anyone.
const HIDDEN: [&str; 4] = ["user_id", "owner_id", "password_hash", "api_token"];
/// Collections that are not offered to anyone.
const ELSEWHERE: [&str; 5] = ["suppliers", "sqlite_master", "pg_catalog.pg_authid", "users; --", "../alice"];
/// Ways out of a folder and into hers.
const PATHS: [&str; 3] =
    ["../alice/ALICE-0901-plan.md", "alice/ALICE-0901-plan.md", "ALICE-0904/../../alice/shared-name.txt"];
/// A number that only says how many is tried with so many of hers.
const NUMBERS_MAX: usize = 4;

/// One call with something of Alice's in it, and the same with something that does not exist.
pub(super) struct Try {
    /// Which argument holds it: `identifier`, `data.order_id`.
    pub(super) slot: String,
    pub(super) foreign: Map<String, Value>,
    /// None where nothing is known to be missing: a size that both users' files have, a range.
    pub(super) missing: Option<Map<String, Value>>,
}

/// Every way to put something of Alice's into a call.
pub(super) fn tries(target: &Target, own: &Own, hers: &Pool) -> Vec<Try> {
    let mut all = Tries { target, own, hers, all: Vec::new() };
    for (name, schema) in &target.properties {
        match name.as_str() {
            "cursor" => all.cursors(name),
            "filters" => all.filters(name),
            "metrics" => all.columns(name, |column| json!([{"function": "max", "field": column, "as": "m"}])),
            "resource_type" | "action" => all.places(name),
            "having" => all.columns(name, |column| json!({column: 1})),
            "items" => all.several(name, |identifier, data| json!({"identifier": identifier, "data": data})),
            "identifiers" => all.several(name, |identifier, _| identifier.clone()),
            _ if schema["type"] == "array" => all.columns(name, |column| json!([column])),
            "identifier" => all.values(name, schema),
            _ if schema.get("properties").is_some() => all.object(name, schema),
            "data" | "options" | "input" | "variables" => all.identities(name),
            _ => all.values(name, schema),
        }
    }
    for identity in IDENTITIES {
        all.pair(identity, &"alice".into(), Some(&"carol".into()));
    }
    all.all
}

struct Tries<'a> {
    target: &'a Target,
    own: &'a Own,
    hers: &'a Pool,
    all: Vec<Try>,
}

impl Tries<'_> {
    /// Bob's own call with another value for one argument.
    fn with(&self, name: &str, value: &Value) -> Map<String, Value> {
        let mut arguments = self.own.arguments();
        arguments.insert(name.to_owned(), value.clone());
        arguments
    }

    fn pair(&mut self, name: &str, foreign: &Value, missing: Option<&Value>) {
        let missing = missing.map(|missing| self.with(name, missing));
        let foreign = self.with(name, foreign);
        self.all.push(Try { slot: name.to_owned(), foreign, missing });
    }

    fn cursors(&mut self, name: &str) {
        for cursor in &self.hers.cursors {
            self.pair(name, &cursor.as_str().into(), Some(&tampered(cursor).into()));
        }
    }

    fn columns(&mut self, name: &str, of: impl Fn(&str) -> Value) {
        for column in HIDDEN {
            self.pair(name, &of(column), Some(&of(&nobody(column))));
        }
    }

    /// Lists of items instead of one: hers alone, and after his own.
    fn several(&mut self, name: &str, of: impl Fn(&Value, &Value) -> Value) {
        let mut rest = self.own.arguments();
        let (own, data) = (rest.remove("identifier").unwrap_or_default(), rest.remove("data").unwrap_or_default());
        for value in self.hers.candidates(self.target, "identifier") {
            if value.is_object() || is_key(&value) {
                let missing = missing_like(&value);
                let put = |value: &Value, own: Option<&Value>| {
                    let mut arguments = rest.clone();
                    let items = own.into_iter().chain([value]).map(|identifier| of(identifier, &data)).collect();
                    arguments.insert(name.to_owned(), items);
                    arguments
                };
                for own in [None, Some(&own)] {
                    let (foreign, missing) = (put(&value, own), Some(put(&missing, own)));
                    self.all.push(Try { slot: name.to_owned(), foreign, missing });
                }
            }
        }
        for identity in IDENTITIES {
            let put = |user: &str| {
                let mut arguments = rest.clone();
                let mut item = of(&own, &data);
                let place = if item.get("data").is_some() { &mut item["data"] } else { &mut item };
                *place = json!({identity: user});
                arguments.insert(name.to_owned(), json!([item]));
                arguments
            };
            self.all.push(Try { slot: name.to_owned(), foreign: put("alice"), missing: Some(put("carol")) });
        }
    }

    fn places(&mut self, name: &str) {
        for place in ELSEWHERE {
            self.pair(name, &place.into(), Some(&nobody(place).into()));
        }
    }

    fn identities(&mut self, name: &str) {
        for identity in IDENTITIES {
            self.pair(name, &json!({identity: "alice"}), Some(&json!({identity: "carol"})));
        }
    }

    fn values(&mut self, name: &str, schema: &Value) {
        let enough = if schema["type"] == "integer" { NUMBERS_MAX } else { usize::MAX };
        for value in self.hers.candidates(self.target, name).into_iter().take(enough) {
            if value.is_object() || is_key(&value) || name != "identifier" {
                // What both users have has no counterpart that nobody has.
                let missing = is_hers(&value).then(|| missing_like(&value));
                self.pair(name, &value, missing.as_ref());
            }
        }
        if schema["type"] == "boolean" || schema.get("enum").is_some_and(Value::is_array) {
            self.pair(name, &"ALICE-0101".into(), Some(&"CAROL-0101".into()));
        }
        if fits(&"".into(), schema) {
            for path in PATHS {
                let missing = path.replace("ALICE-09", "CAROL-09").replace("shared-name", "shared-none");
                self.pair(name, &path.into(), Some(&missing.into()));
            }
        }
    }

    /// An object with described members: each member, whole rows of hers, and members that are not described.
    fn object(&mut self, name: &str, schema: &Value) {
        let members = schema["properties"].as_object().cloned().unwrap_or_default();
        // A name last: what is made with it is there for those that follow.
        let (names, others): (Vec<_>, Vec<_>) =
            members.iter().partition(|(member, _)| self.own.names.contains(*member));
        for (member, schema) in others.into_iter().chain(names) {
            for value in keys(self.hers).filter(|value| fits(value, schema)) {
                let set = |value: Value| [(member.clone(), value)].into_iter().collect();
                let (foreign, missing) = (set(value.clone()), set(missing_like(&value)));
                self.member(name, &format!("{name}.{member}"), &foreign, &missing);
            }
        }
        for identity in IDENTITIES {
            let set = |user: &str| [(identity.to_owned(), user.into())].into_iter().collect();
            self.member(name, name, &set("alice"), &set("carol"));
        }
        // Several at once, as they belong together: the parts of a composite key, and a whole row.
        for row in &self.hers.rows {
            let known = row.iter().filter(|(member, _)| members.contains_key(*member));
            let known: Map<String, Value> = known.map(|(member, value)| (member.clone(), value.clone())).collect();
            if known.len() > 1 && known.values().any(is_key) {
                self.member(name, name, &known, &counterpart(&known));
            }
        }
    }

    fn member(&mut self, name: &str, slot: &str, foreign: &Map<String, Value>, missing: &Map<String, Value>) {
        let put = |members: &Map<String, Value>| {
            let mut arguments = self.own.arguments();
            let object = arguments.entry(name).or_insert_with(|| json!({}));
            if let Some(object) = object.as_object_mut() {
                object.extend(members.clone());
            }
            arguments
        };
        let (foreign, missing) = (put(foreign), put(missing));
        if name == "data" && self.target.properties.contains_key("on_conflict") {
            let change = |arguments: &Map<String, Value>| {
                let more = [("on_conflict".to_owned(), "update".into())];
                arguments.clone().into_iter().chain(more).collect::<Map<_, _>>()
            };
            // That a key is somebody's, a constraint over all users' rows tells, with and without `on_conflict`.
            let keyed = self.target.key.iter().any(|key| foreign[name].get(key).is_some());
            let (foreign, missing) = (change(&foreign), (!keyed).then(|| change(&missing)));
            self.all.push(Try { slot: "on_conflict".into(), foreign, missing });
        }
        self.all.push(Try { slot: slot.to_owned(), foreign, missing: Some(missing) });
    }

    /// Conditions that would hold for something of hers: on fields that his item has too, and on those that say whose
    /// it is.
    fn filters(&mut self, name: &str) {
        let mut pairs = BTreeSet::new();
        let row = &self.own.row;
        for (field, value) in
            self.hers.rows.iter().flatten().filter(|(_, value)| value.is_string() || value.is_number())
        {
            if (row.is_empty() || row.contains_key(field)) && pairs.insert(format!("{field}={value}")) {
                let missing = missing_like(value);
                let is = |value: &Value| json!({field.as_str(): value});
                let either = |value: &Value| json!({"or": [is(value), is(&missing)]});
                let counterpart = |filter: Value| is_hers(value).then_some(filter);
                self.pair(name, &is(value), counterpart(is(&missing)).as_ref());
                self.pair(name, &either(value), counterpart(either(&missing)).as_ref());
                self.pair(name, &json!({"not": is(&missing)}), None);
                self.pair(name, &json!({field.as_str(): {"gte": value}}), None);
            }
        }
        for field in row.keys() {
            for operator in ["contains", "starts_with"] {
                let text = |text: &str| json!({field.as_str(): {operator: text}});
                self.pair(name, &text("ALICE-0"), Some(&text("CAROL-0")));
            }
            self.pair(name, &json!({field.as_str(): {"is_null": false}}), None);
        }
        for field in HIDDEN.into_iter().chain(IDENTITIES) {
            let either = |user: &str| json!({"or": [{field: user}, {"id": 1}]});
            self.pair(name, &json!({field: "alice"}), Some(&json!({field: "carol"})));
            self.pair(name, &json!({field: {"ne": "bob"}}), Some(&json!({field: {"ne": "bobs"}})));
            self.pair(name, &either("alice"), Some(&either("carol")));
        }
    }
}
