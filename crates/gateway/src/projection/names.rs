use std::collections::{HashMap, HashSet};

use aws_lc_rs::digest::{SHA256, digest};
use connector::OperationKind;

use super::{Known, Place, Route, Typed};

/// The narrowest rule among MCP (128 characters) and the model providers (64).
const NAME_CHARS_MAX: usize = 64;

/// The typed tools of all resources with their names, each name once, in a fixed order.
pub(super) fn typed(resources: &[Known]) -> Vec<Typed> {
    let mut taken = HashSet::new();
    let mut tools = Vec::new();
    for (resource, known) in resources.iter().enumerate() {
        for (index, collection) in known.catalog.collections.iter().enumerate() {
            for kind in OperationKind::ALL.into_iter().filter(|kind| collection.operations.contains(kind)) {
                let name = format!("{}_{}_{}", known.name, collection.name, kind.as_str());
                let route = Route::Operation { place: Place::Collection { resource, index }, kind };
                tools.push(Typed { name: unique(&name, &mut taken), route });
            }
        }
        for (index, action) in known.actions() {
            let name = format!("{}_{}", known.name, action.name);
            let route = Route::Invoke { place: Place::Action { resource, index } };
            tools.push(Typed { name: unique(&name, &mut taken), route });
        }
    }
    tools
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
    let safe: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
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

fn tag(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().take(3).map(|byte| format!("{byte:02x}")).collect()
}
