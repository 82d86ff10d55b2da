use super::{Question, Reader};
use crate::builtin::fields;
use crate::builtin::operator::Operator;

const JOINS: &str = "\
    do you have|do you sell|you have|have you|still|already|placed|made|ordered|submitted|available|here|\
    did i place|did i make|have i made|have i placed|i placed|i made|with|where|whose|that|which|who|having|\
    have|has|had|are|is|were|was|and|but|the|a|an|my|me|please|do i have|did i|i have|i've|do i|i|there are|\
    there|exist|in total|in all|right now|currently|at the moment|so far|of mine|their|its|been|only those|\
    those|be";

impl<'c> Reader<'c, '_> {
    /// Reads everything after the noun. Every word must be understood.
    pub(crate) fn after(&mut self) -> Result<(), Question> {
        let mut or = false;
        loop {
            while self.cursor.peek().is_some_and(|token| token.is_mark(",") || token.is_mark(";") || token.is_mark(":"))
            {
                self.cursor.skip(1);
            }
            if self.cursor.is_empty() {
                return if or { Err(self.unknown()) } else { Ok(()) };
            }
            let known = self.cursor.eat("or").then_some(true).or_else(|| {
                let taken =
                    self.identity() || self.overdue() || self.page() || self.columns() || (or && self.another_value());
                taken.then_some(false)
            });
            if let Some(begins) = known {
                or = begins;
            } else if self.sorting()? || self.groups()? {
                or = false;
            } else if let Some(conditions) = self.condition()? {
                for (at, condition) in conditions.into_iter().enumerate() {
                    if or && at == 0 {
                        self.query.conditions.or(condition);
                    } else {
                        self.query.conditions.and(condition);
                    }
                }
                or = false;
            } else if self.cursor.eat_any(JOINS).is_none() {
                return Err(self.unknown());
            }
        }
    }

    /// `limit 20`, `first 5`, `offset 40`, `page 2`.
    pub(super) fn page(&mut self) -> bool {
        let mut here = self.cursor;
        let Some(word) = here.eat_any("limit to|limit|max|maximum|top|first|offset|skip|page") else {
            return false;
        };
        if here.peek().is_some_and(|token| token.is_mark("=") || token.is_mark(":")) {
            here.skip(1);
        }
        let Some(number) = here.number() else { return false };
        match word {
            "offset" | "skip" => self.query.offset = Some(number),
            "page" => self.query.page = Some(number),
            "top" => (self.query.limit, self.query.top) = (Some(number), true),
            _ => self.query.limit = Some(number),
        }
        self.cursor = here;
        true
    }

    /// `by status`, `per month`.
    pub(super) fn groups(&mut self) -> Result<bool, Question> {
        let by = self.grouping && self.cursor.eat("by");
        if !by && self.cursor.eat_any("grouped by|group by|broken down by|for each|per|by each|in each").is_none() {
            return Ok(false);
        }
        loop {
            let Some((field, len)) = fields::meant(&self.cursor, self.collection, |field| field.sortable) else {
                return Err(self.unknown());
            };
            self.cursor.skip(len);
            self.query.group_by.push(field.name.clone());
            let mut here = self.cursor;
            let joined = here.eat("and") || here.peek().is_some_and(|token| token.is_mark(","));
            if here.peek().is_some_and(|token| token.is_mark(",")) {
                here.skip(1);
            }
            if !joined || fields::meant(&here, self.collection, |field| field.sortable).is_none() {
                return Ok(true);
            }
            self.cursor = here;
        }
    }

    /// `fields name, price`, `only name and price`.
    pub(super) fn columns(&mut self) -> bool {
        let mut here = self.cursor;
        if here.eat_any("fields|columns|showing only|showing|show only|only the|only").is_none() {
            return false;
        }
        let mut names = Vec::new();
        loop {
            while here.peek().is_some_and(|t| t.is_mark(",") || t.is_mark("=") || t.is_mark(":"))
                || here.word(0) == "and"
            {
                here.skip(1);
            }
            let Some((field, len)) = fields::exact(&here, self.collection, |_| true) else { break };
            let mut beyond = here;
            beyond.skip(len);
            if !names.is_empty() && Operator::read(&mut beyond).is_some() {
                break;
            }
            here.skip(len);
            names.push(field.name.clone());
        }
        if !names.is_empty() {
            self.query.fields.extend(names);
            self.cursor = here;
            return true;
        }
        false
    }

    /// `or shipped` after `status is open`.
    pub(super) fn another_value(&mut self) -> bool {
        let Some(field) = self.query.conditions.last_is().and_then(|name| self.collection.field(name)) else {
            return false;
        };
        if fields::meant(&self.cursor, self.collection, |field| field.filterable).is_some() {
            return false;
        }
        let before = self.cursor;
        match self.value(field) {
            Ok(value) => {
                self.query.conditions.or_value(value);
                true
            }
            Err(_) => {
                self.cursor = before;
                false
            }
        }
    }
}
