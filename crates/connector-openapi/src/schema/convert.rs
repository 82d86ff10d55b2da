use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::{Map, Value, json};

use super::keywords;
use super::pattern::Patterns;
use crate::api::Definitions;
use crate::read::document::{At, Documents};
use crate::read::{names, words};

/// The longest description of one schema, in characters.
const DESCRIPTION_CHARS_MAX: usize = 240;
/// The longest name of a definition.
const NAME_CHARS_MAX: usize = 80;
/// The largest example or default that is kept, in bytes of JSON.
const VALUE_BYTES_MAX: usize = 400;
/// How many examples are kept.
const EXAMPLES_MAX: usize = 2;

/// How a document's schemas are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// OpenAPI 3.0's own (section 4.7.24), after JSON Schema Wright Draft 00.
    V3_0,
    /// JSON Schema 2020-12 with OpenAPI 3.1's vocabulary.
    V3_1,
}

/// Converts schemas and gathers what they refer to.
#[derive(Debug)]
pub(crate) struct Schemas<'a> {
    documents: &'a Documents,
    dialect: Dialect,
    /// Definitions' names by the document and the pointer that they stand at.
    names: HashMap<(usize, String), String>,
    taken: HashSet<String>,
    waiting: VecDeque<(At<'a>, String)>,
    definitions: Definitions,
    patterns: Patterns,
}

impl<'a> Schemas<'a> {
    pub(crate) fn new(documents: &'a Documents, dialect: Dialect) -> Self {
        Self {
            documents,
            dialect,
            names: HashMap::new(),
            taken: HashSet::new(),
            waiting: VecDeque::new(),
            definitions: Map::new(),
            patterns: Patterns::default(),
        }
    }

    /// The schema at `at` as JSON Schema 2020-12. What is no schema becomes one that takes anything: the API is to
    /// judge then.
    pub(crate) fn convert(&mut self, at: At<'a>) -> Value {
        match at.value {
            Value::Bool(any) => Value::Bool(*any),
            Value::Object(_) => self.object(at),
            _ => json!({}),
        }
    }

    /// What all converted schemas refer to, converted too.
    pub(crate) fn finish(mut self) -> Definitions {
        self.settle();
        self.definitions
    }

    /// Converts what is referred to so far.
    pub(crate) fn settle(&mut self) {
        while let Some((at, name)) = self.waiting.pop_front() {
            let schema = self.convert(at);
            self.definitions.insert(name, schema);
        }
    }

    /// What was referred to and converted so far.
    pub(crate) fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    fn object(&mut self, at: At<'a>) -> Value {
        let mut out = Map::new();
        if let Some(reference) = at.text("$ref") {
            match self.definition(at.document, reference) {
                Some(name) => out.insert("$ref".into(), format!("#/$defs/{name}").into()),
                None => out.insert("description".into(), "The API's document does not say what this is.".into()),
            };
            // Beside a reference nothing counts in 3.0 (section 4.7.23), but its words are worth having.
            if self.dialect == Dialect::V3_0 {
                if let Some(text) = at.text("description") {
                    out.insert("description".into(), words::clean(text, DESCRIPTION_CHARS_MAX).into());
                }
                return out.into();
            }
        }
        for (name, value) in at.object().into_iter().flatten() {
            self.keyword(name, At { value, ..at }, &mut out);
        }
        if self.dialect == Dialect::V3_0 {
            keywords::nullable(at.value, &mut out);
        }
        keywords::exclusive(at.value, &mut out);
        keywords::reconcile(&mut out);
        self.discriminate(at, &mut out);
        out.into()
    }

    /// One keyword: left out where it is not what JSON Schema wants, so that one mistake costs one keyword.
    fn keyword(&mut self, name: &str, at: At<'a>, out: &mut Map<String, Value>) {
        let value = at.value;
        let kept = match name {
            "title" | "description" => value.as_str().map(|text| words::clean(text, DESCRIPTION_CHARS_MAX).into()),
            "type" => keywords::types(value, out),
            "format" | "contentEncoding" | "contentMediaType" => {
                value.as_str().filter(|text| text.len() <= NAME_CHARS_MAX).map(|text| words::clean(text, 80).into())
            }
            "enum" => value.as_array().filter(|values| !values.is_empty()).map(|_| value.clone()),
            "const" => Some(value.clone()),
            "default" => small(value).then(|| value.clone()),
            "example" => small(value).then(|| json!([value])),
            "examples" => {
                value.as_array().map(|all| all.iter().filter(|it| small(it)).take(EXAMPLES_MAX).cloned().collect())
            }
            "multipleOf" => value.as_f64().filter(|number| *number > 0.0).map(|_| value.clone()),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => value.is_number().then(|| value.clone()),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" | "minContains"
            | "maxContains" => keywords::count(value),
            "pattern" => value.as_str().and_then(|text| self.patterns.usable(text)).map(Value::from),
            "uniqueItems" | "readOnly" | "writeOnly" | "deprecated" => at_flag(value).map(Value::from),
            "required" => keywords::required(value),
            "dependentRequired" => keywords::dependent_required(value),
            "items" if value.is_array() => {
                let first = self.list(at);
                if first.get(0).is_some() {
                    out.insert("prefixItems".into(), first);
                }
                None
            }
            "additionalProperties"
            | "items"
            | "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties" => is_schema(value).then(|| self.convert(at)),
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                value.as_array().filter(|all| !all.is_empty()).map(|_| self.list(at))
            }
            "properties" | "dependentSchemas" => value.is_object().then(|| self.map(at)),
            "patternProperties" => self.pattern_properties(at, out),
            _ => None,
        };
        if let Some(kept) = kept {
            let name = if name == "example" { "examples" } else { name };
            out.insert(name.to_owned(), kept);
        }
    }

    fn list(&mut self, at: At<'a>) -> Value {
        at.items().map(|item| self.convert(item)).collect()
    }

    fn map(&mut self, at: At<'a>) -> Value {
        let members = at.object().into_iter().flatten().filter(|(_, value)| is_schema(value));
        let members: Map<_, _> =
            members.map(|(name, value)| (name.clone(), self.convert(At { value, ..at }))).collect();
        members.into()
    }

    fn pattern_properties(&mut self, at: At<'a>, out: &mut Map<String, Value>) -> Option<Value> {
        let mut members = Map::new();
        for (pattern, value) in at.object()? {
            match self.patterns.usable(pattern) {
                Some(pattern) => {
                    members.insert(pattern, self.convert(At { value, ..at }));
                }
                // Names that we cannot recognise must not be refused for being others.
                None => {
                    out.insert("additionalProperties".into(), true.into());
                }
            }
        }
        Some(members.into())
    }

    /// Where the document says which value means which of the alternatives, each takes only its own: what fits several
    /// is not refused then.
    fn discriminate(&mut self, at: At<'a>, out: &mut Map<String, Value>) {
        let Some(discriminator) = at.get("discriminator") else { return };
        let (Some(property), Some(mapping)) = (discriminator.text("propertyName"), discriminator.get("mapping")) else {
            return;
        };
        let mut values: HashMap<String, Vec<Value>> = HashMap::new();
        for (value, target) in mapping.object().into_iter().flatten() {
            let Some(target) = target.as_str() else { continue };
            let own = format!("#/components/schemas/{target}");
            let name = self.definition(at.document, target).or_else(|| self.definition(at.document, &own));
            if let Some(name) = name {
                values.entry(format!("#/$defs/{name}")).or_default().push(value.as_str().into());
            }
        }
        let Some(Value::Array(alternatives)) = out.get_mut("oneOf") else { return };
        let own = |alternative: &Value| alternative.get("$ref").and_then(Value::as_str).and_then(|it| values.get(it));
        // Only where it speaks of all: else an alternative that it forgets could be mistaken.
        if !alternatives.iter().all(|alternative| own(alternative).is_some()) {
            return;
        }
        for alternative in alternatives {
            let Some(values) = own(alternative).cloned() else { continue };
            if let Some(alternative) = alternative.as_object_mut() {
                alternative.insert("properties".into(), json!({property: {"enum": values}}));
                alternative.insert("required".into(), json!([property]));
            }
        }
    }

    /// The name of the definition that a reference means; it will be converted. `None` where it leads nowhere.
    fn definition(&mut self, document: usize, reference: &str) -> Option<String> {
        let key = self.documents.target(document, reference)?;
        if let Some(name) = self.names.get(&key) {
            return Some(name.clone());
        }
        let target = self.documents.at(key.0, &key.1).filter(|at| is_schema(at.value))?;
        let name = self.name(&key.1);
        self.names.insert(key, name.clone());
        self.waiting.push_back((target, name.clone()));
        Some(name)
    }

    fn name(&mut self, pointer: &str) -> String {
        let own = ["/components/schemas/", "/definitions/"].iter().find_map(|place| pointer.strip_prefix(place));
        let own = own.filter(|own| !own.contains('/'));
        let base = match names::safe(own.unwrap_or(pointer), NAME_CHARS_MAX) {
            empty if empty.is_empty() => "schema".to_owned(),
            name => name,
        };
        let mut name = base.clone();
        let mut number = 1;
        while !self.taken.insert(name.clone()) {
            number += 1;
            name = format!("{base}_{number}");
        }
        name
    }
}

fn is_schema(value: &Value) -> bool {
    value.is_object() || value.is_boolean()
}

fn at_flag(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| value.as_str()?.parse().ok())
}

fn small(value: &Value) -> bool {
    super::render::weight(value) <= VALUE_BYTES_MAX
}
