use std::collections::{BTreeMap, BTreeSet};

use connector::{Abilities, Collection, Field, OperationKind, Ownership};
use serde_json::{Map, Value, json};

/// The collection of what a server has to read.
pub(crate) const RESOURCES: &str = "resources";

/// It, with items in MCP's shape.
pub(super) fn collection(ownership: Ownership) -> Collection {
    let ownership = match ownership {
        Ownership::Shared { .. } => Ownership::Shared { writable: false },
        owned @ Ownership::Owned { .. } => owned,
    };
    let field = |name: &str, description: &str, schema: Value| Field {
        description: Some(description.to_owned()),
        nullable: name != "uri" && name != "name",
        filterable: false,
        sortable: false,
        creatable: false,
        updatable: false,
        listed: name != "contents",
        ..Field::new(name, schema)
    };
    let text = || json!({"type": "string"});
    Collection {
        name: RESOURCES.to_owned(),
        description: Some("Documents of the server, to be read by their address.".to_owned()),
        fields: vec![
            field("uri", "The address.", text()),
            field("name", "What it is called.", text()),
            field("title", "A few words for a person.", text()),
            field("description", "What it is.", text()),
            field("mimeType", "Its media type.", text()),
            field("size", "How large it is, in bytes.", json!({"type": "integer"})),
            field("annotations", "For whom it is, and how important.", json!({"type": "object"})),
            field("icons", "Pictures of it.", json!({"type": "array"})),
            field("_meta", "What its server says of it beside.", json!({"type": "object"})),
            field("contents", "What stands in it: text, or bytes in Base64.", json!({"type": "array"})),
        ],
        key: vec!["uri".to_owned()],
        operations: BTreeSet::from([OperationKind::List, OperationKind::Get]),
        identity: Vec::new(),
        ownership,
        parameters: BTreeMap::new(),
        page_default: None,
        abilities: Abilities::default(),
    }
}

/// A pattern of addresses that can be shown.
pub(super) fn template(template: &Map<String, Value>) -> Option<Value> {
    const LETTERS_MAX: usize = 2000;
    let pattern = template.get("uriTemplate").and_then(Value::as_str)?;
    if pattern.is_empty() || pattern.len() > LETTERS_MAX || pattern.chars().any(char::is_control) {
        return None;
    }
    Some(Value::from(shown(template)))
}

/// A document or pattern with its texts cleaned.
pub(crate) fn shown(item: &Map<String, Value>) -> Map<String, Value> {
    let mut item = item.clone();
    for (key, value) in &mut item {
        match (key.as_str(), &mut *value) {
            ("name" | "title", Value::String(text)) => *text = crate::read::line(text),
            ("description", Value::String(text)) => *text = crate::read::lines(text),
            _ => {}
        }
    }
    if item.contains_key("icons") {
        let icons = super::action::icons(&item);
        item.insert("icons".into(), icons.into());
    }
    item
}
