//! From descriptors to what callers are offered.

mod effect;
mod names;
mod selection;
mod tie;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use connector::{Action, Catalog, Effect, Hidden, Schema};
use prost_reflect::{MethodDescriptor, ServiceDescriptor};
use upstream::{Identity, Tie};

pub(crate) use self::tie::{Bound, check, folded, settable, take_steps};
pub(crate) use self::words::{cut, plain};
use crate::Config;
use crate::describe::{Comments, Described, Digest};
use crate::schema;

/// The longest description of an action, in characters: what the gateway shows of it.
const DESCRIPTION_CHARS_MAX: usize = 400;

/// What the server said when it was last asked.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) methods: HashMap<String, Arc<Method>>,
    pub(crate) digest: Digest,
}

/// One method that is offered.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) action: String,
    pub(crate) descriptor: MethodDescriptor,
    pub(crate) effect: Effect,
    pub(crate) tie: Tie,
}

impl Snapshot {
    pub(crate) fn new(resource: &str, config: &Config, identity: &Identity, described: Described) -> Self {
        let comments = Arc::new(described.comments);
        let mut catalog = Catalog { description: about(&described.services, &comments), ..Catalog::default() };
        let mut methods = HashMap::new();
        for (action, method) in names::named(resource, &described.services) {
            if !selection::is_selected(config, &action, &method) {
                continue;
            }
            match offered(config, identity, &action, method, &comments) {
                Ok((method, shown)) => {
                    catalog.actions.push(shown);
                    methods.insert(action, Arc::new(method));
                }
                Err(hidden) => catalog.hidden.push(hidden),
            }
        }
        Self { catalog: Arc::new(catalog), methods, digest: described.digest }
    }
}

fn offered(
    config: &Config,
    identity: &Identity,
    action: &str,
    descriptor: MethodDescriptor,
    comments: &Arc<Comments>,
) -> Result<(Method, Action), Hidden> {
    let closed = |reason: &str, open_with: String| Hidden { name: action.to_owned(), reason: reason.into(), open_with };
    if descriptor.is_client_streaming() {
        let reason = "its caller would have to send a stream of messages, and a call has one set of arguments";
        return Err(closed(reason, format!("exclude = {{ methods = [\"{action}\"] }}  # it cannot be offered")));
    }
    let service = descriptor.parent_service().full_name().to_owned();
    if service.starts_with("grpc.") && !config.include.services.contains(&service) {
        let open = format!("include = {{ services = [\"{service}\"] }}  # and the others that you want");
        return Err(closed("it belongs to the server's own machinery", open));
    }
    let (effect, idempotent) = effect::of(config, action, &descriptor);
    let tie = tie::of(identity, action, &descriptor, effect)?;
    let bound = Bound::new(identity, &tie);
    let mut shown = Action {
        name: action.to_owned(),
        description: description(&descriptor, comments),
        input: input(config, &descriptor, &bound, comments),
        output: Some(output(config, &descriptor, comments)),
        effect,
        idempotent,
        identity: Vec::new(),
        own: BTreeMap::new(),
        ownership: tie.ownership.clone(),
        shown: None,
    };
    for (field, bind) in tie::outermost(identity, &tie, &descriptor.input()) {
        for name in [field.json_name(), field.name()] {
            if bind.template.is_caller_id() {
                shown.identity.push(name.to_owned());
            } else {
                shown.own.insert(name.to_owned(), bind.template.clone());
            }
        }
    }
    shown.identity.dedup();
    Ok((Method { action: action.to_owned(), descriptor, effect, tie }, shown))
}

fn input(config: &Config, method: &MethodDescriptor, bound: &Bound, comments: &Arc<Comments>) -> Schema {
    let (message, bound, comments) = (method.input(), bound.clone(), comments.clone());
    let bytes_max = config.schema_bytes_max();
    Schema::made(move || schema::arguments(&message, &bound, &comments, bytes_max))
}

fn output(config: &Config, method: &MethodDescriptor, comments: &Arc<Comments>) -> Schema {
    let (message, is_stream, comments) = (method.output(), method.is_server_streaming(), comments.clone());
    let bytes_max = config.schema_bytes_max();
    Schema::made(move || schema::answer(&message, is_stream, &comments, bytes_max))
}

/// The services' own words, else their names.
fn about(services: &[ServiceDescriptor], comments: &Comments) -> Option<String> {
    let all = services.iter().filter(|service| !service.full_name().starts_with("grpc.")).map(|service| {
        let words = comments.at(service.parent_file().name(), service.path()).map(|text| plain(text, 160));
        match words.filter(|words| !words.is_empty()) {
            Some(words) => format!("{}: {words}", service.full_name()),
            None => service.full_name().to_owned(),
        }
    });
    let all: Vec<String> = all.collect();
    (!all.is_empty()).then(|| cut(&format!("gRPC services: {}", all.join("; ")), DESCRIPTION_CHARS_MAX))
}

fn description(method: &MethodDescriptor, comments: &Comments) -> Option<String> {
    let proto = method.method_descriptor_proto();
    let mut text = String::new();
    if proto.options.as_ref().is_some_and(|options| options.deprecated()) {
        text.push_str("Deprecated. ");
    }
    match comments.at(method.parent_service().parent_file().name(), method.path()) {
        Some(words) => text.push_str(&plain(words, DESCRIPTION_CHARS_MAX)),
        // Better than nothing to search in.
        None => {
            let stream = if method.is_server_streaming() { "a stream of " } else { "" };
            let (from, to) = (method.input().name().to_owned(), method.output().name().to_owned());
            text.push_str(&format!("{}: {from} → {stream}{to}", method.full_name()));
        }
    }
    if method.is_server_streaming() {
        text.push_str(" (The first messages of a stream, as a list.)");
    }
    Some(cut(text.trim(), DESCRIPTION_CHARS_MAX))
}
