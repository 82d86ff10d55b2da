use connector::{Error, ErrorKind, Result};

use super::tree::Tree;
use super::{Answer, needs_arguments, usual};
use crate::model::Model;
use crate::words;

/// How much of a caller's own word an error repeats, in characters.
const WORD_CHARS_MAX: usize = 60;

/// How far a path is followed.
struct Walk<'a> {
    path: &'a str,
    set: usize,
    /// How many objects lie around this one; pages and envelopes are not counted.
    depth: usize,
    is_envelope: bool,
    /// Whether the last step led to the edges of a page.
    is_edge: bool,
}

/// Selects what one path leads to. Where it ends at an object, that object's own values.
pub(super) fn add(model: &Model, tree: &mut Tree<'_>, answer: &Answer, path: &str) -> Result<()> {
    let steps: Vec<&str> = path.split('.').map(str::trim).collect();
    if steps.len() > model.bounds.path_depth_max {
        return Err(Error::new(
            ErrorKind::LimitExceeded,
            format!("A path in `fields` is deeper than {} steps. Take a shorter one.", model.bounds.path_depth_max),
        ));
    }
    let mut walk = Walk { path, set: 0, depth: 1, is_envelope: answer.is_payload, is_edge: false };
    let last = steps.len() - 1;
    for (at, step) in steps.into_iter().enumerate() {
        walk.step(model, tree, answer, step, at == last)?;
        if tree.fields > model.bounds.fields_max {
            let message = format!("`fields` selects more than {} fields. Name fewer.", model.bounds.fields_max);
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
    }
    Ok(())
}

impl Walk<'_> {
    fn step(&mut self, model: &Model, tree: &mut Tree<'_>, answer: &Answer, step: &str, is_last: bool) -> Result<()> {
        let of = tree.sets.get(self.set).map(|it| it.of.clone()).unwrap_or_default();
        if let Some(case) = model.possible(&of).into_iter().find(|name| *name == step)
            && model.field(&of, step).is_none()
        {
            self.set = tree.case(self.set, case).ok_or_else(|| Error::internal("a set that is not there"))?;
            if is_last {
                usual::fill(model, tree, self.set, 1, false);
            }
            return Ok(());
        }
        let Some(field) = model.field(&of, step) else {
            // A page has what its items have.
            return match model.items(&of).filter(|(_, items)| model.is_connection(&of) && !model.is_connection(items)) {
                Some((way, _)) => {
                    usual::about(model, tree, self.set, &of);
                    self.enter(model, tree, way)?;
                    self.step(model, tree, answer, step, is_last)
                }
                None => Err(self.unknown(model, answer, &of, step)),
            };
        };
        if needs_arguments(field) {
            let name = &field.name;
            return Err(Error::invalid(format!(
                "`{name}` of {of} needs arguments, which `fields` cannot give. Leave it out."
            )));
        }
        let inner = field.ty.inner_named_type();
        if model.is_composite(inner) {
            let is_part = matches!(step, "pageInfo" | "edges" | "nodes") && model.is_connection(&of);
            let is_within = is_part || step == "node" && self.is_edge;
            self.is_edge = is_part && step == "edges";
            let is_envelope = std::mem::take(&mut self.is_envelope) && !model.fields(&of).into_iter().any(usual::is_id);
            self.depth += usize::from(!is_within && !is_envelope);
            if self.depth > 1 && !answer.follows {
                return Err(Error::new(
                    ErrorKind::PermissionDenied,
                    format!(
                        "`{step}` of {of} leads to what may not be the caller's, and is not selected. Leave it out."
                    ),
                ));
            }
        }
        let at = tree.pick(self.set, field);
        match (at, is_last) {
            (Some(at), true) => usual::fill(model, tree, at, 1, false),
            (Some(at), false) => self.set = at,
            (None, true) => {}
            (None, false) => {
                let message = format!("`{step}` of {of} is a plain value: the path ends there.");
                return Err(Error::invalid(message));
            }
        }
        Ok(())
    }

    fn enter(&mut self, model: &Model, tree: &mut Tree<'_>, way: &[&str]) -> Result<()> {
        for step in way {
            let here = tree.sets.get(self.set).map(|it| it.of.clone()).unwrap_or_default();
            let at = model.field(&here, step).and_then(|field| tree.pick(self.set, field));
            self.set = at.ok_or_else(|| Error::internal("a page without items"))?;
        }
        Ok(())
    }

    fn unknown(&self, model: &Model, answer: &Answer, of: &str, step: &str) -> Error {
        let here = Answer { of: of.to_owned(), ..answer.clone() };
        let (path, step) = (words::clean(self.path, WORD_CHARS_MAX), words::clean(step, WORD_CHARS_MAX));
        let among = super::hint(model, &here);
        Error::invalid(format!("`{step}` in the path `{path}` is not a field that can be selected. {among}."))
    }
}
