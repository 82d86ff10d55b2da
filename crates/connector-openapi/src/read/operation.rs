//! Paths and their operations (OpenAPI 3.1 sections 4.8.8 to 4.8.10).

use std::collections::HashSet;

use access::Effect;
use http::Method;
use serde_json::Value;

use super::document::{At, Documents};
use super::names::Names;
use super::{body, media, parameter, security, servers, words};
use crate::Config;
use crate::api::{Operation, Requirement, Skipped};
use crate::schema::Schemas;
use crate::selection;

/// The longest description of an operation, in characters.
const DESCRIPTION_CHARS_MAX: usize = 600;
/// How many tags of one operation are kept.
const TAGS_MAX: usize = 20;

/// The methods that a path can have, as they are written.
const METHODS: [(&str, Method); 8] = [
    ("get", Method::GET),
    ("put", Method::PUT),
    ("post", Method::POST),
    ("delete", Method::DELETE),
    ("options", Method::OPTIONS),
    ("head", Method::HEAD),
    ("patch", Method::PATCH),
    ("trace", Method::TRACE),
];

/// What is the same for all operations of a document.
pub(super) struct Reader<'a> {
    pub(super) documents: &'a Documents,
    pub(super) config: &'a Config,
    pub(super) security: Vec<Requirement>,
    pub(super) schemas: Schemas<'a>,
    pub(super) names: Names,
    pub(super) skipped: Vec<Skipped>,
}

impl<'a> Reader<'a> {
    /// Every operation that is selected, in the document's order.
    pub(super) fn operations(&mut self) -> Vec<Operation> {
        let mut operations = Vec::new();
        let paths = self.documents.root().get("paths").into_iter().flat_map(At::members);
        for (path, written) in paths {
            let Some(item) = self.documents.follow(written) else {
                self.skip(path, &lost("its path", written));
                continue;
            };
            for (word, method) in METHODS {
                let Some(at) = item.get(word).filter(|at| at.value.is_object()) else { continue };
                let name = self.names.action(at.text("operationId"), &method, path);
                if !selection::is_selected(self.config, &name, &method, path, &tags(at)) {
                    continue;
                }
                match self.operation(name, method.clone(), path, item, at) {
                    Ok(operation) => operations.push(operation),
                    Err(reason) => self.skip(&format!("{method} {path}"), &reason),
                }
            }
        }
        operations
    }

    fn skip(&mut self, name: &str, reason: &str) {
        let open_with = if reason.contains(ELSEWHERE) { "remote_refs = true" } else { "correct the document" };
        self.skipped.push(Skipped { name: words::clean(name, 200), reason: reason.to_owned(), open_with });
    }

    fn operation(
        &mut self,
        name: String,
        method: Method,
        path: &str,
        item: At<'a>,
        at: At<'a>,
    ) -> Result<Operation, String> {
        if !path.starts_with('/') {
            return Err("its path does not begin with /".to_owned());
        }
        if method == Method::TRACE {
            return Err("TRACE sends back what it gets, credentials too".to_owned());
        }
        let mut taken = HashSet::new();
        let (shared, own) = (item.get("parameters"), at.get("parameters"));
        let parameters = parameter::parameters(self.documents, path, shared, own, &mut self.schemas, &mut taken)?;
        let body = match at.get("requestBody").filter(|_| takes_body(&method)) {
            Some(written) => body::body(self.documents, written, &mut self.schemas, &mut taken)?,
            None => None,
        };
        let local = at.get("servers").or_else(|| item.get("servers"));
        let effect = self.config.effects.get(&name).copied().unwrap_or_else(|| effect(&method));
        let text = |name: &str| at.text(name).map(|text| words::clean(text, DESCRIPTION_CHARS_MAX));
        Ok(Operation {
            effect,
            path: path.to_owned(),
            summary: text("summary").or_else(|| item.text("summary").map(|it| words::clean(it, DESCRIPTION_CHARS_MAX))),
            description: text("description"),
            tags: tags(at),
            deprecated: at.flag("deprecated") == Some(true),
            servers: local.map(|list| {
                let address = self.documents.address_of(list.document);
                servers::addresses(list, &self.config.server_variables, address)
            }),
            parameters,
            body,
            output: self.output(at),
            security: at.get("security").map_or_else(|| self.security.clone(), security::requirements),
            name,
            method,
        })
    }

    /// The schema of the JSON that the first success gives.
    fn output(&mut self, at: At<'a>) -> Option<Value> {
        let responses = at.get("responses")?;
        let success = |code: &str| code.len() == 3 && code.starts_with('2');
        let mut successes: Vec<_> = responses.members().filter(|(code, _)| success(code)).collect();
        successes.sort_by_key(|(code, _)| code.to_ascii_uppercase());
        successes.into_iter().find_map(|(_, written)| {
            let content = self.documents.follow(written)?.get("content")?;
            let json = content.members().filter(|(name, _)| media::shape(name) == media::Shape::Json);
            let (_, media) = json.min_by_key(|(name, _)| media::rank(name))?;
            media.get("schema").map(|schema| self.schemas.convert(schema))
        })
    }
}

/// Why something that a `$ref` should lead to cannot be used.
pub(super) fn lost(what: &str, written: At<'_>) -> String {
    let reference = written.text("$ref").unwrap_or_default();
    let place = if reference.starts_with('#') { "that leads nowhere" } else { ELSEWHERE };
    format!("{what} is a reference {place}")
}

/// How a reference to a document that was not read is told from one that leads nowhere.
const ELSEWHERE: &str = "to another document";

fn tags(at: At<'_>) -> Vec<String> {
    let tags = at.get("tags").into_iter().flat_map(At::items).take(TAGS_MAX);
    tags.filter_map(|tag| tag.value.as_str()).map(|tag| words::clean(tag, 100)).collect()
}

/// Whether a body sent with this method means anything (RFC 9110 section 9.3).
fn takes_body(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// What a method does to the world (RFC 9110 section 9.2.1).
fn effect(method: &Method) -> Effect {
    match *method {
        Method::GET | Method::HEAD | Method::OPTIONS => Effect::Read,
        Method::DELETE => Effect::Destroy,
        _ => Effect::Write,
    }
}
