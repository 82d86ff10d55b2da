use access::Effect;
use prost_reflect::MethodDescriptor;
use prost_reflect::prost_types::method_options::IdempotencyLevel;

use crate::Config;

/// First words of methods that take something away.
const DESTROYING: [&str; 10] =
    ["delete", "remove", "destroy", "drop", "purge", "erase", "wipe", "truncate", "clear", "revoke"];

/// What a method does to the world, and whether doing it twice is doing it once.
///
/// Configuration's word first; then the method's `idempotency_level`; then its name, which can make it `destroy` and never
/// `read`: `GetAndIncrement` begins with a harmless word too.
pub(super) fn of(config: &Config, action: &str, method: &MethodDescriptor) -> (Effect, bool) {
    let options = method.method_descriptor_proto().options.as_ref();
    let level = options.map_or(IdempotencyLevel::IdempotencyUnknown, |options| options.idempotency_level());
    let by_itself = match level {
        IdempotencyLevel::NoSideEffects => Effect::Read,
        _ if destroys(method.name()) => Effect::Destroy,
        _ => Effect::Write,
    };
    let effect = config.effects.get(action).copied().unwrap_or(by_itself);
    (effect, effect == Effect::Read || level != IdempotencyLevel::IdempotencyUnknown)
}

fn destroys(name: &str) -> bool {
    DESTROYING.iter().any(|word| {
        let (head, rest) = name.split_at_checked(word.len()).unwrap_or_default();
        // `DropNote` and `Drop`, but not `Dropdown`.
        head.eq_ignore_ascii_case(word) && !rest.starts_with(|c: char| c.is_ascii_lowercase())
    })
}
