use std::collections::{HashMap, HashSet, VecDeque};

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};
use upstream::fold;

use super::oneof::exclusions;
use super::uses::uses;
use super::{Side, known, scalar};
use crate::catalog::{Bound, folded, plain, settable};
use crate::describe::Comments;

/// The longest description of a field, in characters.
const DESCRIPTION_CHARS_MAX: usize = 240;
/// How deep messages stand within each other before they become definitions.
const INLINE_DEPTH_MAX: usize = 8;

/// What of a message is bound: fields below it, named from it in. The same message with other bound fields is another
/// schema.
type Paths = Vec<Vec<String>>;

/// Makes one schema.
pub(super) struct Render<'a> {
    side: Side,
    bound: &'a Bound,
    comments: &'a Comments,
    uses: HashMap<String, usize>,
    names: HashMap<(String, Paths), String>,
    taken: HashSet<String>,
    waiting: VecDeque<(MessageDescriptor, Paths, String)>,
    definitions: Map<String, Value>,
    room: usize,
}

impl<'a> Render<'a> {
    pub(super) fn new(
        side: Side,
        root: &MessageDescriptor,
        bound: &'a Bound,
        comments: &'a Comments,
        bytes_max: usize,
    ) -> Self {
        Self {
            side,
            bound,
            comments,
            uses: uses(root),
            names: HashMap::new(),
            taken: HashSet::new(),
            waiting: VecDeque::new(),
            definitions: Map::new(),
            room: bytes_max,
        }
    }

    pub(super) fn root(&mut self, message: &MessageDescriptor) -> Value {
        match known::schema(message, self.side) {
            Some(schema) => schema,
            None => self.object(message, &self.bound.paths.clone(), 0),
        }
    }

    /// The schema with all definitions that it leads to.
    pub(super) fn finish(mut self, root: Value) -> Map<String, Value> {
        while let Some((message, paths, name)) = self.waiting.pop_front() {
            let schema = self.object(&message, &paths, 0);
            self.definitions.insert(name, schema);
        }
        let mut root = match root {
            Value::Object(root) => root,
            _ => Map::new(),
        };
        if !self.definitions.is_empty() {
            root.insert("$defs".into(), self.definitions.into());
        }
        root
    }

    fn object(&mut self, message: &MessageDescriptor, paths: &Paths, depth: usize) -> Value {
        let file = message.parent_file();
        let mut schema = Map::new();
        schema.insert("type".into(), "object".into());
        if self.room == 0 {
            let words = format!("{}; this is too large to be shown.", message.full_name());
            schema.insert("description".into(), words.into());
            return schema.into();
        }
        if let Some(words) = self.comments.at(file.name(), message.path()) {
            schema.insert("description".into(), plain(words, DESCRIPTION_CHARS_MAX).into());
        }
        let (mut properties, mut required) = (Map::new(), Vec::new());
        let fields: Vec<FieldDescriptor> = message.fields().filter(|field| !self.is_hidden(field, paths)).collect();
        for field in &fields {
            let below = below(field, paths);
            let value = self.field(field, &below, depth);
            self.room = self.room.saturating_sub(value.to_string().len() + field.json_name().len() + 4);
            properties.insert(field.json_name().to_owned(), value);
            if field.is_required() {
                required.push(Value::from(field.json_name()));
            }
        }
        schema.insert("properties".into(), properties.into());
        if !required.is_empty() {
            schema.insert("required".into(), required.into());
        }
        let excluded = exclusions(&fields);
        if !excluded.is_empty() {
            schema.insert("dependentSchemas".into(), excluded.into());
        }
        if self.side == Side::Input {
            schema.insert("additionalProperties".into(), false.into());
        }
        schema.into()
    }

    /// Whether a field is set here: by its own name, or because it would take the place of one that is.
    fn is_hidden(&self, field: &FieldDescriptor, paths: &Paths) -> bool {
        let is_bound = |field: &FieldDescriptor| {
            let name = folded(field);
            self.bound.anywhere.contains(&name)
                || paths.iter().any(|path| matches!(path.as_slice(), [one] if fold(one) == name))
        };
        let mut others = field.containing_oneof().into_iter().flat_map(|oneof| oneof.fields().collect::<Vec<_>>());
        is_bound(field) || others.any(|other| is_bound(&other) && settable(&other))
    }

    fn field(&mut self, field: &FieldDescriptor, below: &Paths, depth: usize) -> Value {
        let value = if field.is_map() {
            self.map(field, depth)
        } else if field.is_list() {
            json!({"type": "array", "items": self.value(&field.kind(), below, depth)})
        } else {
            self.value(&field.kind(), below, depth)
        };
        let Value::Object(mut value) = value else { return value };
        let mut words = self.words(field);
        if let Some(own) = value.get("description").and_then(Value::as_str).filter(|_| known_kind(field)) {
            words.push(own.to_owned());
        }
        if !words.is_empty() {
            value.insert("description".into(), words.join(" ").into());
        }
        if field.field_descriptor_proto().options.as_ref().is_some_and(|options| options.deprecated()) {
            value.insert("deprecated".into(), true.into());
        }
        value.into()
    }

    fn words(&self, field: &FieldDescriptor) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(text) = self.comments.at(field.parent_message().parent_file().name(), field.path()) {
            words.push(plain(text, DESCRIPTION_CHARS_MAX));
        }
        if let Some(oneof) = field.containing_oneof().filter(|oneof| !oneof.is_synthetic() && oneof.fields().len() > 1)
        {
            let names: Vec<String> = oneof.fields().map(|field| field.json_name().to_owned()).collect();
            words.push(format!("At most one of: {}.", names.join(", ")));
        }
        words.retain(|text| !text.is_empty());
        words
    }

    fn value(&mut self, kind: &Kind, paths: &Paths, depth: usize) -> Value {
        let Kind::Message(message) = kind else { return scalar::schema(kind, self.side) };
        if let Some(schema) = known::schema(message, self.side) {
            return schema;
        }
        let is_alone = self.uses.get(message.full_name()).copied() == Some(1);
        if is_alone && depth < INLINE_DEPTH_MAX {
            return self.object(message, paths, depth + 1);
        }
        json!({"$ref": format!("#/$defs/{}", self.name(message, paths))})
    }

    /// The definition's name, which is made when all that comes before it is.
    fn name(&mut self, message: &MessageDescriptor, paths: &Paths) -> String {
        let key = (message.full_name().to_owned(), paths.clone());
        if let Some(name) = self.names.get(&key) {
            return name.clone();
        }
        let mut name = message.full_name().to_owned();
        while !self.taken.insert(name.clone()) {
            name.push('_');
        }
        self.names.insert(key, name.clone());
        self.waiting.push_back((message.clone(), paths.clone(), name.clone()));
        name
    }

    fn map(&mut self, field: &FieldDescriptor, depth: usize) -> Value {
        let Kind::Message(entry) = field.kind() else { return json!({"type": "object"}) };
        let values = self.value(&entry.map_entry_value_field().kind(), &Paths::new(), depth);
        let mut schema = json!({"type": "object", "additionalProperties": values});
        let names = match entry.map_entry_key_field().kind() {
            Kind::String => return schema,
            Kind::Bool => json!({"enum": ["true", "false"]}),
            Kind::Uint32 | Kind::Uint64 | Kind::Fixed32 | Kind::Fixed64 => json!({"pattern": "^[0-9]+$"}),
            _ => json!({"pattern": "^-?[0-9]+$"}),
        };
        if let Value::Object(object) = &mut schema {
            object.insert("propertyNames".into(), names);
        }
        schema
    }
}

fn known_kind(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::Message(message) if message.package_name() == "google.protobuf")
}

/// What is bound below a field.
fn below(field: &FieldDescriptor, paths: &Paths) -> Paths {
    let name = folded(field);
    let rest = |path: &Vec<String>| match path.split_first() {
        Some((first, rest)) if fold(first) == name && !rest.is_empty() => Some(rest.to_vec()),
        _ => None,
    };
    paths.iter().filter_map(rest).collect()
}
