//! One collection and a handful of actions for any number of devices: what is offered is the same for every caller and
//! does not grow with the fleet. What a device has, `get` shows.

use connector::{Abilities, Action, Catalog, Collection, Effect, Field, Hidden, OperationKind, Ownership};
use serde_json::{Map, Value, json};

use crate::Config;
use crate::owner::{OwnerMap, Owners};

/// The collection.
pub(crate) const THINGS: &str = "things";

/// The actions.
pub(crate) const READ: &str = "read_property";
pub(crate) const WRITE: &str = "write_property";
pub(crate) const INVOKE_SAFE: &str = "invoke_safe";
pub(crate) const INVOKE: &str = "invoke_action";
pub(crate) const HISTORY: &str = "history";

pub(crate) fn catalog(config: &Config, owners: &Owners, map: &OwnerMap, hidden: Vec<Hidden>) -> Catalog {
    let ownership = if owners.all_shared() {
        Ownership::Shared { writable: !config.read_only }
    } else {
        Ownership::Owned { by: owners.describe(map) }
    };
    let mut actions = vec![
        action(
            READ,
            "Reads a property of a device now. `get` of the thing shows its properties, with their units.",
            Effect::Read,
            &ownership,
            json!({"property": name("The property, as the thing has it."), "variables": variables()}),
            &["thing", "property"],
        ),
        action(
            HISTORY,
            "What a device told before: values of one of its properties or one of its events with their times, the newest \
             first. Only what was heard while this server ran is there.",
            Effect::Read,
            &ownership,
            json!({
                "property": name("Of which property."),
                "event": name("Or of which event."),
                "since": when("From when on"),
                "until": when("Until when"),
                "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "description": "At most so many values; 100 where nothing is said."},
            }),
            &["thing"],
        ),
    ];
    if !config.read_only {
        actions.push(action(
            WRITE,
            "Sets a property of a device. The value is checked by the property's schema, range and unit before anything is \
             sent. The answer says whether the device confirmed it.",
            Effect::Write,
            &ownership,
            json!({
                "property": name("The property, as the thing has it."),
                "value": {"description": "The new value, in the property's unit."},
                "variables": variables(),
            }),
            &["thing", "property", "value"],
        ));
        let input = || {
            json!({
                "action": name("The action, as the thing has it."),
                "input": {"description": "What the action takes, by its schema; left out where it takes nothing."},
                "variables": variables(),
            })
        };
        actions.push(action(
            INVOKE_SAFE,
            "Invokes an action of a device that its description calls safe or idempotent. Long ones are followed to their \
             end.",
            Effect::Write,
            &ownership,
            input(),
            &["thing", "action"],
        ));
        actions.push(action(
            INVOKE,
            "Invokes any action of a device, also one that cannot be taken back. Long ones are followed to their end. The \
             answer's `outcome` says what became of it.",
            Effect::Destroy,
            &ownership,
            input(),
            &["thing", "action"],
        ));
    }
    Catalog {
        description: Some(
            "Devices: find them in `things`, `get` one for what it has, then read, write, invoke, or ask for its history."
                .to_owned(),
        ),
        collections: vec![things(ownership)],
        actions,
        hidden,
        ..Catalog::default()
    }
}

fn things(ownership: Ownership) -> Collection {
    let fields = vec![
        field("id", "Names it in all calls.", json!({"type": "string"}), true),
        field("title", "For people.", json!({"type": "string"}), true),
        nullable(field("description", "What it is.", json!({"type": "string"}), true)),
        nullable(field("kind", "Its semantic types.", json!({"type": "string"}), true)),
        nullable(field(
            "online",
            "Whether it answered last; null where nobody knows.",
            json!({"type": "boolean"}),
            true,
        )),
        nullable(field(
            "last_seen",
            "When it was last heard of.",
            json!({"type": "string", "format": "date-time"}),
            true,
        )),
        field("has", "What it has, in a line.", json!({"type": "string"}), true),
        unlisted(
            "properties",
            "Its properties by name: schema, unit, whether they can be written and observed.",
            "object",
        ),
        unlisted("actions", "Its actions by name: what they take and give, and what they do to the world.", "object"),
        unlisted("events", "Its events by name.", "object"),
        unlisted("left_out", "What of it cannot be used, and why.", "array"),
    ];
    Collection {
        name: THINGS.to_owned(),
        description: Some("A device of yours.".to_owned()),
        fields,
        key: vec!["id".to_owned()],
        operations: [OperationKind::List, OperationKind::Get].into(),
        identity: Vec::new(),
        ownership,
        parameters: Default::default(),
        page_default: None,
        abilities: Abilities::default(),
    }
}

fn field(name: &str, description: &str, schema: Value, listed: bool) -> Field {
    let description = Some(description.to_owned());
    let plain = Field::new(name, schema);
    Field { description, listed, filterable: listed, sortable: listed, creatable: false, updatable: false, ..plain }
}

fn nullable(field: Field) -> Field {
    Field { nullable: true, ..field }
}

fn unlisted(name: &str, description: &str, kind: &str) -> Field {
    field(name, description, json!({"type": kind}), false)
}

fn name(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn variables() -> Value {
    json!({"type": "object", "description": "Where the thing says that it takes variables: their values by name."})
}

fn when(what: &str) -> Value {
    json!({
        "type": "string",
        "description": format!("{what}: a time (2026-11-22T20:00:00Z) or how long ago (PT1H, PT15M, P1D)."),
    })
}

fn action(
    called: &str,
    description: &str,
    effect: Effect,
    ownership: &Ownership,
    further: Value,
    required: &[&str],
) -> Action {
    let mut properties = Map::new();
    properties.insert("thing".into(), name("The device's `id`."));
    properties.extend(further.as_object().cloned().unwrap_or_default());
    Action {
        name: called.to_owned(),
        description: Some(description.to_owned()),
        input: json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": false,
        })
        .into(),
        output: None,
        effect,
        idempotent: effect != Effect::Destroy,
        identity: Vec::new(),
        own: Default::default(),
        ownership: ownership.clone(),
        shown: None,
    }
}
