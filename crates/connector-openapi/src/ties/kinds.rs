//! Schemas as documents have them where a thing is one of many kinds, and each of these is that thing too.

use serde_json::json;

use crate::api::Definitions;

/// `base`, and twenty kinds of it.
pub(crate) fn definitions() -> Definitions {
    let name = |index: usize| format!("kind{index}");
    let to = |name: &str| json!({"$ref": format!("#/$defs/{name}")});
    let all: Vec<_> = (0..20).map(|index| to(&name(index))).collect();
    let own = json!({
        "account": {"type": "string"}, "parent": to("base"), "text": {"type": "string"}, "kind": {"type": "string"},
    });
    let kind = |index: usize| {
        let further = json!({"type": "object", "properties": {format!("own{index}"): {"type": "string"}}});
        (name(index), json!({"allOf": [to("base"), further]}))
    };
    let base = json!({"type": "object", "required": ["kind", "account"], "properties": own, "oneOf": all});
    std::iter::once(("base".to_owned(), base)).chain((0..20).map(kind)).collect()
}

/// Twenty layers, each of which is one of the next twice over: nothing comes back to itself, and there are a million
/// ways to the last.
pub(crate) fn layers() -> Definitions {
    let to = |index: usize| json!({"$ref": format!("#/$defs/layer{index}")});
    let layer = |index: usize| {
        let one = json!({"properties": {format!("own{index}"): {"type": "string"}}, "allOf": [to(index + 1)]});
        (format!("layer{index}"), json!({"type": "object", "oneOf": [one, {"allOf": [to(index + 1)]}]}))
    };
    let last = json!({"type": "object", "properties": {"account": {"type": "string"}}});
    (0..20).map(layer).chain(std::iter::once(("layer20".to_owned(), last))).collect()
}
