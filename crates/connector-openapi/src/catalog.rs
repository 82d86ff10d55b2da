//! From an [`Api`] to what callers are offered.

use std::collections::{BTreeMap, HashSet};

use connector::{Action, Catalog, Hidden, Ownership};
use http::Method;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::Config;
use crate::api::{Api, BodyArguments, Operation, Skipped};
use crate::read::words;
use crate::request;
use crate::schema::{Side, render};

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
pub(crate) fn catalog(api: &Api, config: &Config, tie: impl Fn(&Operation) -> Tie) -> Catalog {
    let mut catalog = Catalog { description: about(api), ..Catalog::default() };
    let mut hidden: Vec<Hidden> = api.skipped.iter().map(skipped).collect();
    for operation in &api.operations {
        match tie(operation) {
            Tie::Tied { ownership, bound } => catalog.actions.push(action(api, operation, ownership, &bound, config)),
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

fn action(api: &Api, operation: &Operation, ownership: Ownership, bound: &HashSet<String>, config: &Config) -> Action {
    let answer = operation.output.as_ref().map(|schema| {
        let root = match schema {
            Value::Object(root) => root.clone(),
            _ => Map::new(),
        };
        render(&root, &api.definitions, Side::Answer, config.answer_limits()).into()
    });
    Action {
        name: operation.name.clone(),
        description: description(operation),
        input: render(&arguments(api, operation, bound), &api.definitions, Side::Request, config.input_limits()),
        output: answer,
        effect: operation.effect,
        idempotent: is_idempotent(&operation.method),
        identity: Vec::new(),
        own: BTreeMap::new(),
        ownership,
    }
}

/// Summary and description, without saying a thing twice.
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
    let text = words::cut(text.trim(), DESCRIPTION_CHARS_MAX);
    (!text.is_empty()).then_some(text)
}

/// The arguments of an operation as one object schema that takes nothing else.
pub(crate) fn arguments(api: &Api, operation: &Operation, bound: &HashSet<String>) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut required: Vec<Value> = Vec::new();
    for parameter in operation.parameters.iter().filter(|it| !bound.contains(&it.argument)) {
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
    Hidden { name: skipped.name.clone(), reason: skipped.reason.clone(), open_with: "correct the document".to_owned() }
}

/// Where many are closed for one reason, a few of them and how many more there are.
fn summarised(hidden: Vec<Hidden>) -> Vec<Hidden> {
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
