//! Names of actions: `Service_Method`, with the package where that alone is not one method's.

use std::collections::{HashMap, HashSet};

use prost_reflect::{MethodDescriptor, ServiceDescriptor};

/// The longest tool name that the gateway makes: the narrowest rule among MCP and the model providers.
const TOOL_CHARS_MAX: usize = 64;
/// The least room that an action's name has, however long the resource's is.
const ACTION_CHARS_MIN: usize = 24;

/// Every method by its action's name. The same services always give the same names.
pub(super) fn named(resource: &str, services: &[ServiceDescriptor]) -> Vec<(String, MethodDescriptor)> {
    let chars_max = TOOL_CHARS_MAX.saturating_sub(resource.chars().count() + 1).max(ACTION_CHARS_MIN);
    let methods: Vec<MethodDescriptor> =
        services.iter().flat_map(|service| service.methods().collect::<Vec<_>>()).collect();
    let short = |method: &MethodDescriptor| safe(&format!("{}_{}", method.parent_service().name(), method.name()));
    let mut count: HashMap<String, usize> = HashMap::new();
    for method in &methods {
        *count.entry(short(method)).or_default() += 1;
    }
    let mut taken = HashSet::new();
    let named = methods.into_iter().map(|method| {
        let short = short(&method);
        let is_alone = count.get(&short) == Some(&1);
        let wanted = if is_alone { short } else { safe(method.full_name()) };
        (unique(&wanted, method.full_name(), chars_max, &mut taken), method)
    });
    named.collect()
}

/// The name, or its beginning and a few characters that stand for all of it.
fn unique(wanted: &str, full: &str, chars_max: usize, taken: &mut HashSet<String>) -> String {
    if wanted.len() <= chars_max && taken.insert(wanted.to_owned()) {
        return wanted.to_owned();
    }
    let mut attempt = 0_u32;
    loop {
        let tag = tag(&format!("{attempt} {full}"));
        let kept = &wanted[..wanted.len().min(chars_max - tag.len() - 1)];
        let candidate = format!("{}_{tag}", kept.trim_end_matches('_'));
        if taken.insert(candidate.clone()) {
            return candidate;
        }
        attempt += 1;
    }
}

/// Names of protobuf are ASCII words and dots, but descriptors come from a stranger.
fn safe(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// FNV-1a, the same on every machine. Not a secret: it only tells names apart.
fn tag(text: &str) -> String {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let hash = text.bytes().fold(0x811c_9dc5, step);
    format!("{:06x}", (hash >> 24) ^ (hash & 0x00ff_ffff))
}
