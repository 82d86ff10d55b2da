use std::collections::BTreeMap;

use connector::OperationKind;
use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::paths::normal;
use super::{Finder, Making, RESERVED};
use crate::api::{Parameter, Place};
use crate::collection::paging::Paging;
use crate::collection::rest::Narrowing;
use crate::collection::shape::is_scalar;

/// Further query parameters of a list.
const OPTIONS_MAX: usize = 30;

impl Finder<'_> {
    /// Fields that a query parameter of the same name narrows to.
    pub(super) fn filters(
        &self,
        number: usize,
        fields: &[connector::Field],
        paging: &Paging,
    ) -> IndexMap<String, Narrowing> {
        let query = self.free(number).filter(|it| it.place == Place::Query && !it.deprecated && !paging.has(&it.name));
        let scalar = query.filter_map(|it| {
            let (schema, _) = self.schemas.inline(&it.schema);
            let field = fields.iter().find(|field| field.name == it.name && field.filterable)?;
            let same = field.schema.get("type").is_none_or(|kind| schema.get("type") == Some(kind)) || field.is_text();
            let values = schema.get("enum").and_then(Value::as_array).cloned();
            (is_scalar(&schema) && same && !it.required)
                .then(|| (field.name.clone(), Narrowing { argument: it.argument.clone(), values }))
        });
        scalar.collect()
    }

    /// The collection's own arguments for each operation; `None` where one that is needed cannot be given.
    pub(super) fn parameters(
        &self,
        making: &Making<'_>,
        filters: &IndexMap<String, Narrowing>,
        paging: &Paging,
        by: impl Fn(OperationKind) -> Option<usize>,
    ) -> Option<BTreeMap<OperationKind, Vec<connector::Parameter>>> {
        let mut all = BTreeMap::new();
        for kind in &making.operations {
            let Some(number) = by(*kind) else { continue };
            let key = self.item_parameter(number, *kind);
            let mut own = Vec::new();
            for parameter in self.free(number) {
                let is_choice = match parameter.place {
                    Place::Path => Some(&parameter.name) != key.as_ref() && !making.set.contains_key(&parameter.name),
                    Place::Query => {
                        let is_paging = *kind == OperationKind::List && paging.has(&parameter.name);
                        let is_filter = filters.values().any(|it| it.argument == parameter.argument);
                        parameter.required
                            || (*kind == OperationKind::List && !is_paging && !is_filter && !parameter.deprecated)
                    }
                    Place::Header | Place::Cookie => false,
                };
                let is_reserved = RESERVED.contains(&parameter.argument.as_str());
                if is_choice && is_reserved && parameter.required {
                    return None;
                }
                if is_choice && !is_reserved && (parameter.required || own.len() < OPTIONS_MAX) {
                    own.push(self.option(parameter));
                }
            }
            if !own.is_empty() {
                all.insert(*kind, own);
            }
        }
        Some(all)
    }

    /// The path parameter that the identifier fills.
    pub(super) fn item_parameter(&self, number: usize, kind: OperationKind) -> Option<String> {
        let of_item = matches!(kind, OperationKind::Get | OperationKind::Update | OperationKind::Delete);
        let path = of_item.then(|| normal(&self.api.operations.get(number)?.path).into())?;
        let last: Option<String> = path;
        last?.rsplit('/').next().map(|it| it.trim_start_matches('{').trim_end_matches('}').to_owned())
    }

    pub(super) fn option(&self, parameter: &Parameter) -> connector::Parameter {
        let (schema, _) = self.schemas.inline(&parameter.schema);
        let words = parameter.description.clone().unwrap_or_default();
        connector::Parameter {
            name: parameter.argument.clone(),
            description: words.chars().take(300).collect(),
            schema: if schema.is_object() { schema } else { Value::Object(Map::new()) },
            required: parameter.required || parameter.place == Place::Path,
        }
    }
}
