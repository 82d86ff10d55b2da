//! Operations of the operator's own, in `.graphql` files.

use std::collections::BTreeSet;
use std::path::Path;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::DiagnosticList;
use connector::{Effect, Error, Hidden, Result};

use super::names::Names;
use super::{Action, Argument, Body, DESCRIPTION_CHARS_MAX, effect, subscription};
use crate::Config;
use crate::model::Model;
use crate::schema;
use crate::words;

/// How many files a folder of operations may have.
const FILES_MAX: usize = 1_000;
/// How deep selections of a declared operation may nest.
const DEPTH_MAX: usize = 100;

/// Files with operations, by name.
#[derive(Debug, Default)]
pub(crate) struct Files(pub(crate) Vec<(String, Vec<u8>)>);

/// Reads what `config.operations` names.
pub(crate) async fn find(config: &Config) -> Result<Files> {
    let Some(place) = &config.operations else { return Ok(Files::default()) };
    let path = config.base.join(place);
    let wrong = |error: std::io::Error| Error::invalid(format!("{} cannot be read: {error}.", path.display()));
    let mut paths = Vec::new();
    if tokio::fs::metadata(&path).await.map_err(wrong)?.is_dir() {
        let mut folder = tokio::fs::read_dir(&path).await.map_err(wrong)?;
        while let Some(entry) = folder.next_entry().await.map_err(wrong)? {
            if matches!(entry.path().extension().and_then(|it| it.to_str()), Some("graphql" | "gql")) {
                paths.push(entry.path());
            }
        }
    } else {
        paths.push(path.clone());
    }
    if paths.is_empty() || paths.len() > FILES_MAX {
        let found = paths.len();
        return Err(Error::invalid(format!(
            "`operations` leads to {found} files that end in .graphql or .gql: it takes 1 to {FILES_MAX}."
        )));
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        files.push((name, schema::read(Path::new(&path), config.schema_bytes_max()).await?));
    }
    Ok(Files(files))
}

/// Their operations, each checked against the schema. Fragments of one file are good in all.
pub(super) fn actions(model: &Model, files: &Files, names: &mut Names) -> Result<(Vec<Action>, Vec<Hidden>)> {
    if files.0.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let mut errors = DiagnosticList::new(Default::default());
    let mut builder = ExecutableDocument::builder(Some(&model.schema), &mut errors);
    for (name, bytes) in &files.0 {
        let text = std::str::from_utf8(bytes).map_err(|_| Error::invalid(format!("{name} is not UTF-8.")))?;
        Parser::new().recursion_limit(DEPTH_MAX).parse_into_executable_builder(text, name, &mut builder);
    }
    let document = builder.build();
    if !errors.is_empty() {
        return Err(schema::unreadable("A declared operation", &errors));
    }
    let document =
        document.validate(&model.schema).map_err(|error| schema::unreadable("A declared operation", &error.errors))?;
    if document.operations.anonymous.is_some() {
        return Err(Error::invalid("A declared operation has no name: write `query myOrders { … }`."));
    }
    let (mut actions, mut hidden) = (Vec::new(), Vec::new());
    for (name, operation) in &document.operations.named {
        if operation.operation_type == OperationType::Subscription {
            hidden.push(subscription(name));
            continue;
        }
        actions.push(action(&document, operation, name, names));
    }
    Ok((actions, hidden))
}

fn action(document: &ExecutableDocument, operation: &Operation, name: &str, names: &mut Names) -> Action {
    let is_mutation = operation.is_mutation();
    let arguments = operation.variables.iter().map(|variable| Argument {
        name: variable.name.clone(),
        ty: (*variable.ty).clone(),
        default: variable.default_value.as_deref().cloned(),
        description: None,
    });
    let mut fragments = BTreeSet::new();
    collect(document, &operation.selection_set, &mut fragments);
    let used = fragments.iter().filter_map(|name| document.fragments.get(name.as_str()));
    let text = used.fold(operation.serialize().no_indent().to_string(), |text, fragment| {
        format!("{text}\n{}", fragment.serialize().no_indent())
    });
    let fields: Vec<_> = operation.root_fields(document).collect();
    let mut roots: Vec<String> = fields.iter().map(|field| field.response_key().to_string()).collect();
    roots.dedup();
    // The operation destroys if any of its fields does.
    let destroys = fields.iter().map(|field| field.name.as_str()).chain([name]);
    let effects = destroys.map(|name| effect(is_mutation, name));
    let effect = effects.max().unwrap_or(Effect::Destroy);
    Action {
        name: names.action(name, if is_mutation { "mutation" } else { "query" }),
        description: Some(description(document, operation, &roots)),
        effect,
        is_mutation,
        arguments: arguments.collect(),
        body: Body::Declared { name: name.to_owned(), document: text, roots },
    }
}

/// The fragments that a selection needs, and those that these need.
fn collect(document: &ExecutableDocument, set: &SelectionSet, found: &mut BTreeSet<String>) {
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => collect(document, &field.selection_set, found),
            Selection::InlineFragment(inline) => collect(document, &inline.selection_set, found),
            Selection::FragmentSpread(spread) => {
                if found.insert(spread.fragment_name.to_string())
                    && let Some(fragment) = spread.fragment_def(document)
                {
                    collect(document, &fragment.selection_set, found);
                }
            }
        }
    }
}

/// The comment that stands right above it, or what it gives.
fn description(document: &ExecutableDocument, operation: &Operation, roots: &[String]) -> String {
    let name = operation.name.as_ref().and_then(|name| name.location());
    let source = name.and_then(|at| Some((document.sources.get(&at.file_id())?.source_text(), at.offset())));
    let above = source.and_then(|(text, offset)| {
        let start = text.get(..offset)?.rfind('\n').unwrap_or(0);
        let lines = text.get(..start)?.lines().rev();
        let comment: Vec<&str> = lines.map_while(|line| line.trim().strip_prefix('#')).collect();
        Some(comment.into_iter().rev().map(str::trim).collect::<Vec<_>>().join(" "))
    });
    let text = above.filter(|text| !text.is_empty()).unwrap_or_else(|| format!("Gives {}.", roots.join(", ")));
    words::clean(&text, DESCRIPTION_CHARS_MAX)
}
