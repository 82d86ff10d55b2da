//! From an action and its arguments to what is sent. A caller's values go as variables and never into the document.

use std::fmt::Write;

use apollo_compiler::ast::Type;
use connector::{Error, Result};
use serde_json::{Map, Value, json};

use crate::action::{Action, Argument, Body};
use crate::model::Model;
use crate::select;

/// The operation's name in documents that are written here.
const OPERATION: &str = "Bellhop";

/// What is sent besides the arguments: takes the choice of fields out of `input`.
pub(crate) fn choice(action: &Action, input: &mut Map<String, Value>) -> Vec<String> {
    let Body::Field { choose, .. } = &action.body else { return Vec::new() };
    let given = input.remove(choose.as_str()).unwrap_or_default();
    let paths = given.as_array().map(Vec::as_slice).unwrap_or_default();
    paths.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The body of a request (GraphQL over HTTP section 5.3). `input` has what the caller gave and what is bound.
pub(crate) fn body(model: &Model, action: &Action, chosen: &[String], input: Map<String, Value>) -> Result<Value> {
    if let Some(name) = input.keys().find(|name| !action.arguments.iter().any(|it| it.name == name.as_str())) {
        let name: String = name.chars().take(80).collect();
        return Err(Error::invalid(format!("`{name}` is not an argument of {}.", action.name)));
    }
    let (name, document) = match &action.body {
        Body::Declared { name, document, .. } => (name.as_str(), document.clone()),
        Body::Field { name, answer, .. } => {
            let selection = match answer {
                Some(answer) if chosen.is_empty() => select::usual(model, answer),
                Some(answer) => {
                    let paths: Vec<&str> = chosen.iter().map(String::as_str).collect();
                    select::chosen(model, answer, &paths)?
                }
                None => String::new(),
            };
            let given = action.arguments.iter().filter(|it| input.contains_key(it.name.as_str()));
            (OPERATION, document(action.is_mutation, name, given, &selection))
        }
    };
    Ok(json!({"query": document, "operationName": name, "variables": input}))
}

/// A document for one field, with a variable for each argument that is given.
pub(crate) fn document<'a>(
    is_mutation: bool,
    field: &str,
    given: impl Iterator<Item = &'a Argument> + Clone,
    selection: &str,
) -> String {
    let word = if is_mutation { "mutation" } else { "query" };
    let (mut variables, mut arguments) = (String::new(), String::new());
    for argument in given {
        let name = &argument.name;
        let _ = write!(variables, "${name}: {} ", variable(argument));
        let _ = write!(arguments, "{name}: ${name} ");
    }
    let within = |text: &str| if text.is_empty() { String::new() } else { format!("({})", text.trim_end()) };
    format!("{word} {OPERATION}{} {{ {field}{} {selection}}}", within(&variables), within(&arguments))
}

/// A variable for an argument with a default may be left out (section 5.8.5).
fn variable(argument: &Argument) -> Type {
    match argument.default {
        Some(_) => argument.ty.clone().nullable(),
        None => argument.ty.clone(),
    }
}
