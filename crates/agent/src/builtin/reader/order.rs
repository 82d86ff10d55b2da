use connector::Field;

use super::{Question, Reader};
use crate::builtin::fields;
use crate::builtin::operator::Operator;
use crate::builtin::query::Sort;

const DOWN: &str = "\
    descending|desc|highest first|largest first|biggest first|high to low|from high to low|\
    in descending order";
const UP: &str = "\
    ascending|asc|lowest first|smallest first|low to high|from low to high|in ascending order";

impl<'c> Reader<'c, '_> {
    /// `sorted by price descending`, `newest first`, and `by price` where nothing is grouped.
    pub(super) fn sorting(&mut self) -> Result<bool, Question> {
        if let Some(word) = self.cursor.eat_any("newest first|latest first|most recent first|oldest first") {
            let sort = self.by_time(word != "oldest first")?;
            self.query.sort.push(sort);
            return Ok(true);
        }
        if self.cursor.eat_any(DOWN).is_some() {
            return Ok(self.direct(true));
        }
        if self.cursor.eat_any(UP).is_some() {
            return Ok(self.direct(false));
        }
        if self.cursor.eat("cheapest first") {
            let field = fields::amount(self.collection, &fields::COST).map_err(|known| self.which(&known))?;
            self.query.sort.push(Sort { field: field.name.clone(), descending: false });
            return Ok(true);
        }
        if self.cursor.eat_any("sorted by|sort by|order by|ordered by|sorted on|sorted|sort|ranked by").is_none()
            && (self.grouping || !self.cursor.eat("by"))
        {
            return Ok(false);
        }
        loop {
            self.cursor.skip_all("the|by");
            if let Some(word) = self.cursor.eat_any("newest|latest|most recent|oldest") {
                self.cursor.eat("first");
                let sort = self.by_time(word != "oldest")?;
                self.query.sort.push(sort);
                return Ok(true);
            }
            let Some((field, len, minus)) = self.sortable() else { return Err(self.unknown()) };
            self.cursor.skip(len);
            let down = self.cursor.eat_any(DOWN).is_some();
            let up = !down && self.cursor.eat_any(UP).is_some();
            let descending = (minus || down || self.query.top) && !up;
            self.query.sort.push(Sort { field: field.name.clone(), descending });
            let mut here = self.cursor;
            here.eat_any("and|then by|then");
            if here.peek().is_some_and(|token| token.is_mark(",")) {
                here.skip(1);
            }
            let more = here.tokens.len() < self.cursor.tokens.len();
            let ahead = Self { cursor: here, query: Default::default(), ..*self };
            let next = ahead.sortable().map(|(_, len, _)| len);
            let condition = next.is_some_and(|len| {
                here.skip(len);
                Operator::read(&mut here).is_some()
            });
            if !more || next.is_none() || condition {
                return Ok(true);
            }
            self.cursor = ahead.cursor;
        }
    }

    /// A field to sort by, how many tokens it takes, and whether a minus stands before it.
    pub(super) fn sortable(&self) -> Option<(&'c Field, usize, bool)> {
        let mut here = self.cursor;
        let minus = here.peek().filter(|token| token.text.len() > 1).and_then(|token| token.text.strip_prefix('-'));
        if let Some(name) = minus {
            let named = |field: &&Field| field.sortable && field.name.eq_ignore_ascii_case(name);
            return self.collection.fields.iter().find(named).map(|field| (field, 1, true));
        }
        here.skip_all("the");
        let (field, len) = fields::meant(&here, self.collection, |field| field.sortable)?;
        Some((field, len, false))
    }

    pub(super) fn direct(&mut self, descending: bool) -> bool {
        match self.query.sort.last_mut() {
            Some(sort) => sort.descending = descending,
            None => self.query.top = descending,
        }
        true
    }
}
