//! Documents of every version, what their references lead to, and documents that mean harm.

mod bodies;
mod hostile;
mod names;
mod parameters;
mod references;
mod remote;
mod schemas;
mod selection;
mod servers;
mod swagger;
mod yaml;

use std::collections::HashSet;
use std::sync::Arc;

use connector::{Action, Catalog, Ownership};
use serde_json::{Map, Value, json};
use url::Url;

use super::document::Documents;
use super::{newest, text};
use crate::api::{Api, Operation};
use crate::{Config, catalog};

/// The API of a document that is JSON or YAML.
fn read(document: &str) -> connector::Result<Api> {
    read_with(document, &Config::default(), None)
}

fn read_with(document: &str, config: &Config, address: Option<&str>) -> connector::Result<Api> {
    let address = address.map(|it| Url::parse(it).unwrap());
    let root = newest(text::parse(document.as_bytes())?, address.as_ref());
    super::api("shop", &Documents::new(root, address), config)
}

/// A document of OpenAPI 3.0 with these paths and components.
fn document(paths: Value, components: Value) -> String {
    json!({"openapi": "3.0.3", "info": {"title": "Shop", "version": "1"}, "paths": paths, "components": components})
        .to_string()
}

/// The same in 3.1.
fn document_3_1(paths: Value, components: Value) -> String {
    document(paths, components).replace("3.0.3", "3.1.0")
}

/// A document with one operation, `GET /things`.
fn one(operation: Value, components: Value) -> String {
    document(json!({"/things": {"get": operation}}), components)
}

fn only(api: &Api) -> &Operation {
    assert_eq!(api.operations.len(), 1, "{:?}", api.skipped);
    &api.operations[0]
}

fn offered(api: Api) -> Catalog {
    offered_with(api, &Config::default())
}

fn offered_with(api: Api, config: &Config) -> Catalog {
    catalog::catalog(&Arc::new(api), config, |_| catalog::Tie::Tied {
        ownership: Ownership::Shared { writable: true },
        bound: HashSet::new(),
    })
}

/// What callers see of the one operation of a document.
fn action(document: &str) -> Action {
    let mut catalog = offered(read(document).unwrap());
    assert_eq!(catalog.actions.len(), 1, "{:?}", catalog.hidden);
    catalog.actions.remove(0)
}

/// The input schema of the one operation, which a validator takes.
fn input(document: &str) -> Value {
    sound(&action(document).input.get())
}

fn sound(schema: &Map<String, Value>) -> Value {
    let schema = Value::Object(schema.clone());
    validator(&schema);
    schema
}

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::options().with_draft(jsonschema::Draft::Draft202012).offline().build(schema).unwrap()
}
