use connector::OperationKind;
use http::Method;

use super::{Finder, Making};
use crate::collection::rest::{UpdateBy, WriteBy};
use crate::collection::shape::Object;

impl Finder<'_> {
    /// An operation that takes an item.
    pub(super) fn write(&self, number: usize, kind: OperationKind, making: &Making<'_>) -> Option<(WriteBy, Object)> {
        if !self.is_like(number, kind, making) {
            return None;
        }
        let operation = self.api.operations.get(number)?;
        let body = operation.body.as_ref()?;
        let is_taken = ["application/json", "application/x-www-form-urlencoded", "application/merge-patch+json"];
        let media = body.media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_json = media.ends_with("+json") && media != "application/json-patch+json";
        if !is_taken.contains(&media.as_str()) && !is_json {
            return None;
        }
        let (wrap, object) = self.item_in(&body.schema, making)?;
        // What must stand beside the item cannot be given.
        if let Some(wrap) = &wrap {
            let whole = self.schemas.object(&body.schema)?;
            if whole
                .properties
                .iter()
                .any(|(name, it)| it.required && name != wrap && !(self.settings.is_bound_field)(name))
            {
                return None;
            }
        }
        let answer = operation.output.as_ref().and_then(|output| self.item_in(output, making));
        let envelope = answer.and_then(|(envelope, _)| envelope);
        Some((WriteBy { operation: number, wrap, envelope }, object))
    }

    pub(super) fn update(
        &self,
        method: &dyn Fn(&Method) -> Option<usize>,
        making: &Making<'_>,
        got: Option<&Object>,
    ) -> Option<(UpdateBy, Object)> {
        let write = |number| self.write(number, OperationKind::Update, making);
        if let Some((by, object)) = method(&Method::PATCH).and_then(write) {
            return Some((UpdateBy::Merge(by), object));
        }
        if let Some((by, object)) = method(&Method::PUT).and_then(write) {
            // It replaces the item: all that it takes must be known, or it would be lost.
            let got = got?;
            let names: Vec<String> = object.properties.keys().cloned().collect();
            let is_known = |name: &String| got.properties.contains_key(name) || (self.settings.is_bound_field)(name);
            let all_known = !names.is_empty() && names.iter().all(is_known) && !object.open;
            return all_known.then_some((UpdateBy::Replace(by, names), object));
        }
        // By the custom of some APIs a POST to the item changes it, and says so.
        let says = |number: &usize| {
            let operation = self.api.operations.get(*number);
            let first =
                |text: &Option<String>| text.as_ref().is_some_and(|it| it.to_ascii_lowercase().starts_with("update"));
            operation.is_some_and(|it| {
                it.name.to_ascii_lowercase().contains("update") || first(&it.summary) || first(&it.description)
            })
        };
        let (by, object) = method(&Method::POST).filter(says).and_then(write)?;
        Some((UpdateBy::Merge(by), object))
    }
}
