use std::collections::HashMap;

use prost_reflect::{Kind, MessageDescriptor};

/// How many types of one schema are looked at.
const TYPES_MAX: usize = 2_000;

/// In how many places each message is used, the root's own included. Every cycle has one that is used more than once.
pub(super) fn uses(root: &MessageDescriptor) -> HashMap<String, usize> {
    let mut uses = HashMap::from([(root.full_name().to_owned(), 1)]);
    let mut left = vec![root.clone()];
    while let Some(message) = left.pop() {
        for field in message.fields() {
            let Kind::Message(mut inner) = field.kind() else { continue };
            if inner.is_map_entry() {
                match inner.map_entry_value_field().kind() {
                    Kind::Message(value) => inner = value,
                    _ => continue,
                }
            }
            let count = uses.entry(inner.full_name().to_owned()).or_insert(0);
            *count += 1;
            if *count == 1 {
                left.push(inner);
            }
        }
        if uses.len() > TYPES_MAX {
            break;
        }
    }
    uses
}
