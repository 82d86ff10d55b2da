use std::collections::{HashMap, HashSet};

use aws_lc_rs::digest::{SHA256, digest};
use connector::OperationKind;

use super::{Known, NamedPrompt, Place, Route, Typed};

/// The narrowest rule among MCP (128 characters) and the model providers (64).
const NAME_CHARS_MAX: usize = 64;

/// The typed tools of all resources with their names, each name once, in a fixed order.
pub(super) fn typed(resources: &[Known], clashes: &mut Vec<String>) -> Vec<Typed> {
    let mut tools = Vec::new();
    for (resource, known) in resources.iter().enumerate() {
        for (index, collection) in known.catalog.collections.iter().enumerate() {
            for kind in OperationKind::ALL.into_iter().filter(|kind| collection.operations.contains(kind)) {
                let name = format!("{}_{}_{}", known.name, collection.name, kind.as_str());
                let route = Route::Operation { place: Place::Collection { resource, index }, kind };
                tools.push((Wanted { name, bare: false }, route));
            }
        }
        for (index, action) in known.actions() {
            let route = Route::Invoke { place: Place::Action { resource, index } };
            tools.push((Wanted::of(known, &action.name), route));
        }
    }
    let names = given("tools", tools.iter().map(|(wanted, _)| wanted), clashes);
    names.into_iter().zip(tools).map(|(name, (_, route))| Typed { name, route }).collect()
}

/// The prompts of all resources with their names, each name once.
pub(super) fn prompts(resources: &[Known], clashes: &mut Vec<String>) -> Vec<NamedPrompt> {
    let all: Vec<_> = resources
        .iter()
        .enumerate()
        .flat_map(|(resource, known)| {
            let prompts = known.catalog.prompts.iter().enumerate();
            prompts.map(move |(index, prompt)| (Wanted::of(known, &prompt.name), resource, index))
        })
        .collect();
    let names = given("prompts", all.iter().map(|(wanted, ..)| wanted), clashes);
    names.into_iter().zip(all).map(|(name, (_, resource, index))| NamedPrompt { name, resource, index }).collect()
}

/// An address without a resource's name can be of one resource only.
pub(super) fn several_bare_documents(resources: &[Known]) -> Option<String> {
    let mut bare = resources.iter().filter(|known| known.bare && known.catalog.documents.is_some());
    let (one, other) = (bare.next()?, bare.next()?);
    Some(format!(
        "{} and {} both have documents and names = \"bare\", so that an address does not say whose it is: give one of \
         them names = \"prefixed\"",
        one.name, other.name
    ))
}

/// A name as it would be if nothing else had it.
struct Wanted {
    name: String,
    bare: bool,
}

impl Wanted {
    fn of(known: &Known, own: &str) -> Self {
        let name = if known.bare { own.to_owned() } else { format!("{}_{own}", known.name) };
        Self { name, bare: known.bare }
    }
}

/// The names in the same order. Bare ones come after all others, so that no resource takes another's name by what it
/// calls its own things.
fn given<'a>(what: &str, wanted: impl Iterator<Item = &'a Wanted> + Clone, clashes: &mut Vec<String>) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut names = vec![String::new(); wanted.clone().count()];
    for bare in [false, true] {
        for (slot, one) in names.iter_mut().zip(wanted.clone()).filter(|(_, one)| one.bare == bare) {
            if bare && taken.contains(&safe(&one.name)) {
                clashes.push(format!(
                    "two {what} are called \"{}\": give the resource that has one of them names = \"prefixed\"",
                    one.name
                ));
            }
            *slot = unique(&one.name, &mut taken);
        }
    }
    names
}

/// What arguments call each collection and each action; see [`Projection::resource_type`](super::Projection).
pub(super) fn resource_types(resources: &[Known]) -> HashMap<Place, String> {
    let mut collections = Vec::new();
    let mut actions = Vec::new();
    for (resource, known) in resources.iter().enumerate() {
        let catalog = &known.catalog;
        let place = |index| Place::Collection { resource, index };
        collections.extend(catalog.collections.iter().enumerate().map(|(at, it)| (place(at), &*known.name, &*it.name)));
        let place = |index| Place::Action { resource, index };
        actions.extend(known.actions().map(|(at, it)| (place(at), &*known.name, &*it.name)));
    }
    let mut names = qualified_twins(&collections);
    names.extend(qualified_twins(&actions));
    names
}

fn qualified_twins(all: &[(Place, &str, &str)]) -> HashMap<Place, String> {
    let mut bearers: HashMap<&str, usize> = HashMap::new();
    for (_, _, own) in all {
        *bearers.entry(own).or_default() += 1;
    }
    let name = |resource: &str, own: &str| match bearers.get(own) {
        Some(1) => own.to_owned(),
        _ => format!("{resource}.{own}"),
    };
    all.iter().map(|(place, resource, own)| (*place, name(resource, own))).collect()
}

/// `name` within the rule; where that loses something or clashes, a digest of the whole name is added, so that
/// the same catalog always gives the same names.
fn unique(name: &str, taken: &mut HashSet<String>) -> String {
    let safe = safe(name);
    if safe.len() > NAME_CHARS_MAX || !taken.insert(safe.clone()) {
        let mut attempt = 0_u32;
        loop {
            let tag = tag(&format!("{attempt}{name}"));
            let room = NAME_CHARS_MAX - tag.len() - 1;
            let candidate = format!("{}_{tag}", &safe[..safe.len().min(room)]);
            if taken.insert(candidate.clone()) {
                break candidate;
            }
            attempt += 1;
        }
    } else {
        safe
    }
}

fn safe(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

fn tag(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().take(3).map(|byte| format!("{byte:02x}")).collect()
}
