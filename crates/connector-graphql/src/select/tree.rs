use std::fmt::Write;

use apollo_compiler::Name;
use apollo_compiler::ast::FieldDefinition;

use crate::model::Model;

/// A selection while it grows. The first set is the outermost.
#[derive(Debug)]
pub(super) struct Tree<'m> {
    model: &'m Model,
    pub(super) sets: Vec<Set>,
    /// How many fields there are in all.
    pub(super) fields: usize,
}

/// What is selected of one object.
#[derive(Debug)]
pub(super) struct Set {
    /// The name of its type.
    pub(super) of: String,
    /// Of which interface or union it is one case.
    pub(super) case_of: Option<String>,
    picks: Vec<Pick>,
    cases: Vec<(Name, usize)>,
}

#[derive(Debug)]
struct Pick {
    name: Name,
    arguments: String,
    set: Option<usize>,
}

impl<'m> Tree<'m> {
    pub(super) fn new(model: &'m Model, of: &str) -> Self {
        let outermost = Set { of: of.to_owned(), case_of: None, picks: Vec::new(), cases: Vec::new() };
        Self { model, sets: vec![outermost], fields: 0 }
    }

    /// Whether another field is within the bound.
    pub(super) fn has_room(&self) -> bool {
        self.fields < self.model.bounds.fields_max
    }

    /// Selects a field, once. For one that has fields itself, the set of those.
    pub(super) fn pick(&mut self, set: usize, field: &FieldDefinition) -> Option<usize> {
        if let Some(known) = self.sets.get(set)?.picks.iter().find(|it| it.name == field.name) {
            return known.set;
        }
        let of = field.ty.inner_named_type();
        let inner = self.model.is_composite(of).then(|| self.push(of, None));
        let arguments = super::arguments(self.model, field);
        self.fields += 1;
        self.sets.get_mut(set)?.picks.push(Pick { name: field.name.clone(), arguments, set: inner });
        inner
    }

    /// The set for values of this one of the types that a set's own stands for.
    pub(super) fn case(&mut self, set: usize, of: &Name) -> Option<usize> {
        let parent = self.sets.get(set)?;
        if let Some((_, known)) = parent.cases.iter().find(|(name, _)| name == of) {
            return Some(*known);
        }
        let parent = parent.of.clone();
        let inner = self.push(of, Some(parent));
        self.sets.get_mut(set)?.cases.push((of.clone(), inner));
        Some(inner)
    }

    fn push(&mut self, of: &str, case_of: Option<String>) -> usize {
        self.sets.push(Set { of: of.to_owned(), case_of, picks: Vec::new(), cases: Vec::new() });
        self.sets.len() - 1
    }

    /// In GraphQL, braces and all.
    pub(super) fn render(&self) -> String {
        let mut out = String::new();
        self.render_set(0, &mut out);
        out
    }

    fn render_set(&self, at: usize, out: &mut String) {
        let Some(set) = self.sets.get(at) else { return };
        out.push_str("{ ");
        if self.model.is_abstract(&set.of) || (set.picks.is_empty() && set.cases.is_empty()) {
            out.push_str("__typename ");
        }
        for pick in &set.picks {
            if let Some(alias) = self.alias(set, &pick.name) {
                let _ = write!(out, "{alias}: ");
            }
            let _ = write!(out, "{}{} ", pick.name, pick.arguments);
            if let Some(inner) = pick.set {
                self.render_set(inner, out);
            }
        }
        for (of, inner) in &set.cases {
            let _ = write!(out, "... on {of} ");
            self.render_set(*inner, out);
        }
        out.push_str("} ");
    }

    /// Fields of one name must be of one type in all cases (section 5.3.2). Where they are not, each has its case's name too.
    /// That depends on the schema alone, so that two selections of one type never clash.
    fn alias(&self, set: &Set, name: &Name) -> Option<String> {
        let parent = set.case_of.as_deref()?;
        let told = |of: &str| {
            let field = self.model.field(of, name)?;
            Some(format!("{} {}", field.ty, super::arguments(self.model, field)))
        };
        let own = told(&set.of)?;
        let others = self.model.possible(parent).into_iter().map(Name::as_str).chain([parent]);
        let differs = others.filter_map(told).any(|other| other != own);
        differs.then(|| format!("{name}_{}", set.of))
    }
}
