//! A schema and what is asked of it again and again.

use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::{ExtendedType, FieldDefinition, Implementers, InputObjectType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};

use crate::config::Bounds;
use crate::pattern;

/// The schema, and what of it may be selected.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) schema: Valid<Schema>,
    implementers: HashMap<Name, Implementers>,
    excluded: Vec<String>,
    pub(crate) bounds: Bounds,
}

impl Model {
    pub(crate) fn new(schema: Valid<Schema>, excluded: Vec<String>, bounds: Bounds) -> Self {
        let implementers = schema.implementers_map();
        Self { schema, implementers, excluded, bounds }
    }

    /// The type of this name.
    pub(crate) fn kind(&self, name: &str) -> Option<&ExtendedType> {
        self.schema.types.get(name)
    }

    /// Whether values of it have fields.
    pub(crate) fn is_composite(&self, name: &str) -> bool {
        matches!(self.kind(name), Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_)))
    }

    /// Whether it stands for several types.
    pub(crate) fn is_abstract(&self, name: &str) -> bool {
        matches!(self.kind(name), Some(ExtendedType::Interface(_) | ExtendedType::Union(_)))
    }

    /// The input object of this name.
    pub(crate) fn input(&self, name: &str) -> Option<&InputObjectType> {
        self.kind(name)?.as_input_object()
    }

    /// The fields of a type that may be selected, in the schema's order.
    pub(crate) fn fields(&self, of: &str) -> Vec<&FieldDefinition> {
        let all: Vec<&FieldDefinition> = match self.kind(of) {
            Some(ExtendedType::Object(it)) => it.fields.values().map(|field| &***field).collect(),
            Some(ExtendedType::Interface(it)) => it.fields.values().map(|field| &***field).collect(),
            _ => Vec::new(),
        };
        all.into_iter().filter(|field| !self.is_excluded(of, &field.name)).collect()
    }

    /// One of them.
    pub(crate) fn field(&self, of: &str, name: &str) -> Option<&FieldDefinition> {
        self.fields(of).into_iter().find(|field| field.name == name)
    }

    /// The object types that a value of an abstract type may be of.
    pub(crate) fn possible(&self, of: &str) -> Vec<&Name> {
        match self.kind(of) {
            Some(ExtendedType::Union(it)) => it.members.iter().map(|member| &member.name).collect(),
            Some(ExtendedType::Interface(_)) => {
                self.implementers.get(of).map(|it| it.objects.iter().collect()).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// Whether a type is a page of items (GraphQL Cursor Connections, section 2).
    pub(crate) fn is_connection(&self, name: &str) -> bool {
        let has = |field: &str| self.field(name, field).is_some();
        has("pageInfo") && (has("nodes") || has("edges"))
    }

    /// The way from a page to its items, and their type.
    pub(crate) fn items(&self, connection: &str) -> Option<(&'static [&'static str], &Name)> {
        if let Some(nodes) = self.field(connection, "nodes") {
            return Some((&["nodes"], nodes.ty.inner_named_type()));
        }
        let edge = self.field(connection, "edges")?.ty.inner_named_type();
        Some((&["edges", "node"], self.field(edge, "node")?.ty.inner_named_type()))
    }

    /// An exclusion for one of a type's interfaces holds for the type: the same field has two names.
    fn is_excluded(&self, of: &str, field: &str) -> bool {
        let is_named = |of: &str| {
            let name = format!("{of}.{field}");
            self.excluded.iter().any(|pattern| pattern::matches(pattern, &name))
        };
        !self.excluded.is_empty() && (is_named(of) || self.interfaces(of).iter().any(|name| is_named(name)))
    }

    fn interfaces(&self, of: &str) -> Vec<&Name> {
        let names = match self.kind(of) {
            Some(ExtendedType::Object(it)) => &it.implements_interfaces,
            Some(ExtendedType::Interface(it)) => &it.implements_interfaces,
            _ => return Vec::new(),
        };
        names.iter().map(|it| &it.name).collect()
    }
}
