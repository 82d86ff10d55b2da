//! What ties a method's calls to their caller.

use access::Effect;
use connector::{Error, Hidden, Result as Outcome};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor};
use upstream::{Bind, Described, Identity, Place, Target, Tie, fold};

use crate::Config;

/// Metadata that gRPC itself sets.
const GRPC_OWN: [&str; 2] = ["user-agent", "content-type"];

/// Refuses what has no meaning for gRPC, so that nobody relies on it.
pub(crate) fn check(name: &str, config: &Config, identity: &Identity) -> Outcome<()> {
    let wrong = |what: String| Err(Error::invalid(format!("[resources.{name}]: {what}.")));
    if config.public {
        return wrong(
            "`public` is for APIs that say which calls need nobody; gRPC does not. Use `shared = true`".into(),
        );
    }
    let all = config.credential.iter().chain(config.credentials.values());
    if !config.credentials.is_empty() || all.clone().any(|it| it.scheme.is_some()) {
        return wrong(
            "gRPC has no security schemes: use `credential`, with `header` where it is not `authorization`".into(),
        );
    }
    if all.clone().any(|it| it.query_parameter.is_some() || it.cookie.is_some()) {
        return wrong("a gRPC call has no query and no cookies: `credential` goes into metadata, by `header`".into());
    }
    let headers = all.filter_map(|it| it.header.as_deref());
    let bound = identity.binds().iter().filter_map(|bind| match &bind.target {
        Target::Parameter(Place::Header, name) => Some(name.as_str()),
        _ => None,
    });
    let signed = config.signed.iter().filter_map(|it| it.header.as_deref());
    for key in headers.chain(bound).chain(signed) {
        let lower = key.to_ascii_lowercase();
        if lower.starts_with("grpc-") || lower.ends_with("-bin") || GRPC_OWN.contains(&lower.as_str()) {
            return wrong(format!("the metadata `{key}` is gRPC's own or binary, and cannot be set"));
        }
    }
    for bind in identity.binds() {
        match &bind.target {
            Target::Parameter(Place::Header, _) | Target::Body(_) => {}
            Target::Anywhere(name) if name.contains('.') => {
                return wrong(format!("bind.\"{name}\": write \"field:{name}\" for a field within a field"));
            }
            Target::Anywhere(_) => {}
            Target::Parameter(place, name) => {
                let place = place.as_str();
                return wrong(format!("bind.\"{place}:{name}\": a gRPC call has metadata: and field: only"));
            }
        }
    }
    Ok(())
}

/// The tie of one method, or why it stays closed.
pub(super) fn of(identity: &Identity, action: &str, method: &MethodDescriptor, effect: Effect) -> Result<Tie, Hidden> {
    let input = method.input();
    let has_field = |path: &[String]| take_steps(&input, path).is_some_and(|steps| steps.last().is_some_and(settable));
    let body = input.fields().filter(settable).map(|field| field.name().to_owned());
    let described = Described {
        name: action,
        effect,
        parameters: Vec::new(),
        body: body.collect(),
        has_field: &has_field,
        security: Vec::new(),
        has_schemes: false,
    };
    identity.tie(&described)
}

/// Fields of one method's input that are the caller's own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bound {
    /// Folded names that are bound wherever they stand.
    pub(crate) anywhere: Vec<String>,
    /// Single fields, named from the outermost in.
    pub(crate) paths: Vec<Vec<String>>,
}

impl Bound {
    pub(super) fn new(identity: &Identity, tie: &Tie) -> Self {
        let mut bound = Self::default();
        for bind in tie.binds.iter().filter_map(|at| identity.binds().get(*at)) {
            match &bind.target {
                Target::Anywhere(name) => bound.anywhere.push(fold(name)),
                Target::Body(path) => bound.paths.push(path.clone()),
                Target::Parameter(..) => {}
            }
        }
        bound
    }
}

/// The outermost fields that are bound, each with its bind.
pub(super) fn outermost<'a>(
    identity: &'a Identity,
    tie: &Tie,
    input: &MessageDescriptor,
) -> Vec<(FieldDescriptor, &'a Bind)> {
    let binds = tie.binds.iter().filter_map(|at| identity.binds().get(*at));
    let found = binds.flat_map(|bind| {
        let is_it = |field: &FieldDescriptor| match &bind.target {
            Target::Anywhere(name) => folded(field) == fold(name),
            Target::Body(path) => matches!(path.as_slice(), [one] if is_named(field, one)),
            Target::Parameter(..) => false,
        };
        input.fields().filter(is_it).map(|field| (field, bind)).collect::<Vec<_>>()
    });
    found.collect()
}

/// A field's name without what spellings differ in. `user_id` and its JSON name `userId` are the same.
pub(crate) fn folded(field: &FieldDescriptor) -> String {
    fold(field.name())
}

fn is_named(field: &FieldDescriptor, name: &str) -> bool {
    folded(field) == fold(name)
}

/// The fields on the way to one, from the outermost in; `None` where there is no such way, or where it leads through a
/// list, a map or a type with a JSON form of its own: there may be nothing there to be bound.
pub(crate) fn take_steps(message: &MessageDescriptor, path: &[String]) -> Option<Vec<FieldDescriptor>> {
    let (mut at, mut steps) = (message.clone(), Vec::new());
    for (nth, name) in path.iter().enumerate() {
        let field = at.fields().find(|field| is_named(field, name))?;
        let is_last = nth + 1 == path.len();
        if !is_last {
            match field.kind() {
                Kind::Message(inner) if !field.is_list() && !field.is_map() && !is_known(&inner) => at = inner,
                _ => return None,
            }
        }
        steps.push(field);
    }
    (!steps.is_empty()).then_some(steps)
}

fn is_known(message: &MessageDescriptor) -> bool {
    message.package_name() == "google.protobuf"
}

/// Whether a caller's value can stand there: a scalar, a list of scalars, or a wrapped scalar.
pub(crate) fn settable(field: &FieldDescriptor) -> bool {
    !field.is_map()
        && match field.kind() {
            Kind::Message(message) => is_known(&message) && message.name().ends_with("Value") && wrapped(&message),
            _ => true,
        }
}

/// `google.protobuf.StringValue` and its like.
fn wrapped(message: &MessageDescriptor) -> bool {
    message.fields().len() == 1
        && message.get_field_by_name("value").is_some_and(|it| !it.is_list() && !matches!(it.kind(), Kind::Message(_)))
}
