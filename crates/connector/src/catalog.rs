use std::collections::{BTreeMap, BTreeSet};

use access::{Effect, Template};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{Abilities, OperationKind, Prompt, Schema};

/// What a resource says of itself. Built once by the connector, read by everyone.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Catalog {
    /// What the resource holds, in a sentence or two.
    pub description: Option<String>,
    /// Things of one type, by name, each name once.
    pub collections: Vec<Collection>,
    /// What is not one of the operations on a collection, by name, each name once.
    pub actions: Vec<Action>,
    /// Texts to begin with, sorted by name.
    pub prompts: Vec<Prompt>,
    /// Where the resource has documents that are read by address.
    pub documents: Option<Documents>,
    /// What was found but is not offered, and what would offer it.
    pub hidden: Vec<Hidden>,
}

impl Catalog {
    /// The collection of this name.
    pub fn collection(&self, name: &str) -> Option<&Collection> {
        self.collections.iter().find(|collection| collection.name == name)
    }

    /// The action of this name.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name == name)
    }
}

/// Things of one type.
#[derive(Clone, Debug, Serialize)]
pub struct Collection {
    /// Its name in arguments: as the resource spells it.
    pub name: String,
    /// What an item is, in the resource's own words where it has any.
    pub description: Option<String>,
    /// The fields of an item. Fields that tie an item to its owner, and credential-like ones, are not among them.
    pub fields: Vec<Field>,
    /// Names of the fields that identify an item; empty where nothing does.
    pub key: Vec<String>,
    /// What may be done with it.
    pub operations: BTreeSet<OperationKind>,
    /// Names (not among `fields`) that hold the owner. An argument that uses one is refused unless it is the
    /// caller's own id, in which case it is left out: the connector sets it.
    pub identity: Vec<String>,
    /// Whose items these are.
    pub ownership: Ownership,
    /// Further arguments of an operation, beyond those that all collections have.
    pub parameters: BTreeMap<OperationKind, Vec<Parameter>>,
    /// How many items make an ordinary page; the gateway's default where none.
    pub page_default: Option<u32>,
    /// What it can beyond the plain operations.
    pub abilities: Abilities,
}

impl Collection {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// One field of an item.
#[derive(Clone, Debug, Serialize)]
pub struct Field {
    /// Its name, as the resource spells it.
    pub name: String,
    /// What it means, in the resource's own words.
    pub description: Option<String>,
    /// JSON Schema (2020-12) of a value that is not null.
    pub schema: Value,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether `create` must name it.
    pub required: bool,
    /// Whether `list` shows it. A field that is not listed is still shown by `get` (a file's content).
    pub listed: bool,
    /// Whether filters may use it.
    pub filterable: bool,
    /// Whether `sort` and `group_by` may use it.
    pub sortable: bool,
    /// Whether `create` may set it.
    pub creatable: bool,
    /// Whether `update` may set it.
    pub updatable: bool,
    /// What it points at, where that is another collection of the same resource.
    pub references: Option<Reference>,
}

impl Field {
    /// A field that can be read, filtered, sorted and written, and need not be given.
    pub fn new(name: impl Into<String>, schema: Value) -> Self {
        Self {
            name: name.into(),
            description: None,
            schema,
            nullable: false,
            required: false,
            listed: true,
            filterable: true,
            sortable: true,
            creatable: true,
            updatable: true,
            references: None,
        }
    }

    /// The JSON Schema of any value of this field, null included where it may be.
    pub fn schema_with_null(&self) -> Value {
        if !self.nullable {
            return self.schema.clone();
        }
        let mut schema = self.schema.clone();
        if let Some(object) = schema.as_object_mut() {
            if let Some(Value::Array(values)) = object.get_mut("enum") {
                values.push(Value::Null);
            }
            match object.get("type").cloned() {
                Some(Value::String(one)) => {
                    object.insert("type".into(), serde_json::json!([one, "null"]));
                }
                Some(Value::Array(mut several)) => {
                    several.push("null".into());
                    object.insert("type".into(), several.into());
                }
                _ => {}
            }
        }
        schema
    }

    /// Whether values are numbers, so that they can be summed.
    pub fn is_numeric(&self) -> bool {
        self.has_type("number") || self.has_type("integer")
    }

    /// Whether values are text, so that `contains` makes sense.
    pub fn is_text(&self) -> bool {
        self.has_type("string")
    }

    fn has_type(&self, wanted: &str) -> bool {
        match self.schema.get("type") {
            Some(Value::String(one)) => one == wanted,
            Some(Value::Array(several)) => several.iter().any(|one| one == wanted),
            _ => false,
        }
    }
}

/// What a field points at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// A collection of the same resource.
    pub collection: String,
    /// The field there.
    pub field: String,
}

/// A further argument of one operation of one collection.
#[derive(Clone, Debug, Serialize)]
pub struct Parameter {
    /// Its name; not one of the arguments that all collections have.
    pub name: String,
    /// What it does.
    pub description: String,
    /// JSON Schema (2020-12) of its value.
    pub schema: Value,
    /// Whether it must be given.
    pub required: bool,
}

/// Whose items a collection holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "ownership", rename_all = "snake_case")]
pub enum Ownership {
    /// Each item is one user's.
    Owned {
        /// How an item is tied to its user, for `check` and logs: `column user_id`, `order_id → orders.user_id`.
        by: String,
    },
    /// Everybody's to read.
    Shared {
        /// And to write, because configuration says so.
        writable: bool,
    },
}

/// Anything that is not one of the operations on a collection.
#[derive(Clone, Debug, Serialize)]
pub struct Action {
    /// Its name, as the resource spells it.
    pub name: String,
    /// What it does, in the resource's own words.
    pub description: Option<String>,
    /// JSON Schema (2020-12) of its input; the root is an object. Nothing in it names a user.
    pub input: Schema,
    /// JSON Schema of what it gives, where the resource says.
    pub output: Option<Schema>,
    /// What it does to the world.
    pub effect: Effect,
    /// Whether doing it twice leaves the same as doing it once.
    pub idempotent: bool,
    /// Names of inputs that say for whom; see [`Collection::identity`].
    pub identity: Vec<String>,
    /// Names of inputs that hold something else of the caller's, and what of theirs: an argument that uses one is
    /// refused unless it is that value, in which case it is left out: the connector sets it.
    pub own: BTreeMap<String, Template>,
    /// How the call is tied to its user.
    pub ownership: Ownership,
    /// How the resource itself shows it, where it was made for models: then its names, schemas and answers are passed
    /// on as they are.
    pub shown: Option<Box<Shown>>,
}

/// How a resource that was made for models shows one of its actions.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Shown {
    /// A few words for a person.
    pub title: Option<String>,
    /// Pictures of it, in MCP's shape.
    pub icons: Vec<Value>,
    /// Whether it reaches beyond the resource (MCP's `openWorldHint`).
    pub open_world: Option<bool>,
    /// What the resource says to the client beside (`_meta`).
    pub meta: Map<String, Value>,
}

/// Documents that are read by their address (MCP, server/resources). They are the collection `collection` too.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Documents {
    /// The collection that lists them: its items are resources in MCP's shape, its key is `uri`.
    pub collection: String,
    /// Patterns of further addresses, in MCP's shape (`uriTemplate`, RFC 6570).
    pub templates: Vec<Value>,
}

/// Something found and not offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hidden {
    /// What it is called in the resource.
    pub name: String,
    /// Why it is closed.
    pub reason: String,
    /// The one line of configuration that would open it.
    pub open_with: String,
}
