//! From an [`Api`] to what callers are offered.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use connector::{Action, Catalog, Hidden, Ownership, Schema};
use http::Method;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::api::{Api, BodyArguments, Operation, Parameter, Skipped};
use crate::read::words;
use crate::schema::{Limits, Side, render};
use crate::{Config, request};

/// The longest description of an action, in characters: what the gateway shows of it.
const DESCRIPTION_CHARS_MAX: usize = 400;
/// How many of one reason are named one by one.
const HIDDEN_OF_ONE_REASON_MAX: usize = 10;

/// How an operation is tied to its caller.
#[derive(Clone, Debug)]
pub(crate) enum Tie {
    /// It is offered.
    Tied {
        ownership: Ownership,
        /// Arguments that take their value from the caller: nobody else can set them.
        bound: HashSet<String>,
    },
    /// It is not: why, and the line that would open it.
    Closed { reason: String, open_with: String },
}

/// What is offered of `api`; `tie` says of each operation whose calls it makes.
pub(crate) fn catalog(api: &Arc<Api>, config: &Config, tie: impl Fn(&Operation) -> Tie) -> Catalog {
    let mut catalog = Catalog { description: about(api), ..Catalog::default() };
    let mut hidden: Vec<Hidden> = api.skipped.iter().map(skipped).collect();
    for (at, operation) in api.operations.iter().enumerate() {
        match tie(operation) {
            Tie::Tied { ownership, bound } => {
                let action = Action {
                    name: operation.name.clone(),
                    description: description(operation),
                    input: input(api, at, bound, config.input_limits()),
                    output: operation.output.as_ref().map(|_| output(api, at, config.answer_limits())),
                    effect: operation.effect,
                    idempotent: is_idempotent(&operation.method),
                    identity: Vec::new(),
                    own: BTreeMap::new(),
                    shown: None,
                    ownership,
                };
                catalog.actions.push(action);
            }
            Tie::Closed { reason, open_with } => {
                hidden.push(Hidden { name: operation.name.clone(), reason, open_with });
            }
        }
    }
    catalog.hidden = summarised(hidden);
    catalog
}

fn about(api: &Api) -> Option<String> {
    match (&api.title, &api.description) {
        (Some(title), Some(words)) => Some(format!("{}. {words}", title.trim_end_matches('.'))),
        (title, words) => title.clone().or_else(|| words.clone()),
    }
}

/// The arguments' schema of the operation at this place, made when it is asked for.
fn input(api: &Arc<Api>, at: usize, bound: HashSet<String>, limits: Limits) -> Schema {
    let api = api.clone();
    Schema::made(move || match api.operations.get(at) {
        Some(operation) => render(&arguments(&api, operation, &bound), &api.definitions, Side::Request, limits),
        None => Map::new(),
    })
}

/// The same of its answer's.
fn output(api: &Arc<Api>, at: usize, limits: Limits) -> Schema {
    let api = api.clone();
    Schema::made(move || match api.operations.get(at).and_then(|operation| operation.output.as_ref()) {
        Some(Value::Object(root)) => render(root, &api.definitions, Side::Answer, limits),
        _ => Map::new(),
    })
}

/// Summary and description, without saying a thing twice; method, path and tags where there is neither.
fn description(operation: &Operation) -> Option<String> {
    let mut text = String::new();
    if operation.deprecated {
        text.push_str("Deprecated. ");
    }
    let summary = operation.summary.as_deref().unwrap_or_default().trim();
    let more = operation.description.as_deref().unwrap_or_default().trim();
    let repeated = more.to_lowercase().starts_with(summary.trim_end_matches('.').to_lowercase().as_str());
    if !summary.is_empty() && !repeated {
        text.push_str(summary);
        text.push_str(if summary.ends_with(['.', '!', '?', '…']) { " " } else { ". " });
    }
    text.push_str(more);
    if summary.is_empty() && more.is_empty() {
        // Better than nothing to search in.
        text.push_str(&format!("{} {}", operation.method, words::clean(&operation.path, DESCRIPTION_CHARS_MAX)));
        if !operation.tags.is_empty() {
            text.push_str(&format!(" ({})", operation.tags.join(", ")));
        }
    }
    Some(words::cut(text.trim(), DESCRIPTION_CHARS_MAX))
}

/// The arguments of an operation as one object schema that takes nothing else.
fn arguments(api: &Api, operation: &Operation, bound: &HashSet<String>) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut required: Vec<Value> = Vec::new();
    let given = |parameter: &&Parameter| !bound.contains(&parameter.argument);
    for parameter in operation.parameters.iter().filter(given) {
        let schema = described(&parameter.schema, parameter.description.as_deref(), parameter.deprecated);
        properties.insert(parameter.argument.clone(), schema);
        if parameter.required && !request::is_idempotency_key(parameter) {
            required.push(parameter.argument.clone().into());
        }
    }
    if let Some(body) = &operation.body {
        let schema = request::body_schema(body, &api.definitions);
        let within = |name: &str| schema.get(name);
        match &body.arguments {
            BodyArguments::Whole(argument) => {
                if !bound.contains(argument) {
                    properties.insert(argument.clone(), described(&schema, body.description.as_deref(), false));
                    required.extend(body.required.then(|| argument.clone().into()));
                }
            }
            BodyArguments::Properties(names) => {
                let needed = within("required").and_then(Value::as_array);
                for (argument, name) in names.iter().filter(|(argument, _)| !bound.contains(*argument)) {
                    let schema = within("properties").and_then(|all| all.get(name)).cloned().unwrap_or(json!({}));
                    properties.insert(argument.clone(), schema);
                    if body.required && needed.is_some_and(|needed| needed.iter().any(|it| it == name)) {
                        required.push(argument.clone().into());
                    }
                }
            }
        }
    }
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), properties.into());
    if !required.is_empty() {
        schema.insert("required".into(), required.into());
    }
    schema.insert("additionalProperties".into(), false.into());
    schema
}

fn described(schema: &Value, words: Option<&str>, deprecated: bool) -> Value {
    let mut schema = match schema {
        Value::Object(object) => object.clone(),
        Value::Bool(false) => Map::from_iter([("not".to_owned(), json!({}))]),
        _ => Map::new(),
    };
    if let Some(words) = words.filter(|words| !words.is_empty()) {
        schema.insert("description".into(), words.into());
    }
    if deprecated {
        schema.insert("deprecated".into(), true.into());
    }
    schema.into()
}

/// Methods of which two requests do what one does (RFC 9110 section 9.2.2).
fn is_idempotent(method: &Method) -> bool {
    !matches!(*method, Method::POST | Method::PATCH)
}

fn skipped(skipped: &Skipped) -> Hidden {
    Hidden { name: skipped.name.clone(), reason: skipped.reason.clone(), open_with: skipped.open_with.to_owned() }
}

/// Where many are closed for one reason, a few of them and how many more there are.
pub(crate) fn summarised(hidden: Vec<Hidden>) -> Vec<Hidden> {
    let mut by_reason: IndexMap<(String, String), Vec<Hidden>> = IndexMap::new();
    for one in hidden {
        by_reason.entry((one.reason.clone(), one.open_with.clone())).or_default().push(one);
    }
    let mut all = Vec::new();
    for ((reason, open_with), mut same) in by_reason {
        let more = same.len().saturating_sub(HIDDEN_OF_ONE_REASON_MAX);
        same.truncate(HIDDEN_OF_ONE_REASON_MAX);
        all.extend(same);
        if more > 0 {
            all.push(Hidden { name: format!("and {more} more"), reason, open_with });
        }
    }
    all
}
