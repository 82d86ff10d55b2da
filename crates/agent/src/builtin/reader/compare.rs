use connector::Field;
use serde_json::Value;

use super::{Question, Reader};
use crate::builtin::adjective::{Texts, adjective};
use crate::builtin::condition::Condition;
use crate::builtin::operator::Operator;
use crate::builtin::{dates, fields, values};

impl<'c> Reader<'c, '_> {
    /// One condition; a stretch of time makes two.
    pub(super) fn condition(&mut self) -> Result<Option<Vec<Condition>>, Question> {
        let start = self.cursor;
        let not = self.cursor.eat_any("not|without|no|that are not|that aren't|aren't|isn't");
        self.cursor.skip_all("a|an|any|the");
        if let Some((field, len)) = fields::meant(&self.cursor, self.collection, |field| field.filterable) {
            let at_field = self.cursor;
            self.cursor.skip(len);
            if let Some(conditions) = self.about(field, not)? {
                return Ok(Some(conditions));
            }
            self.cursor = at_field;
        }
        if let Some((condition, len)) = adjective(&self.cursor, self.collection, Texts::Standing)? {
            self.cursor.skip(len);
            return Ok(Some(vec![if not.is_some() { condition.negated() } else { condition }]));
        }
        if not.is_some() {
            let placed = self.placed()?.filter(|conditions| conditions.len() == 1);
            self.cursor = if placed.is_some() { self.cursor } else { start };
            return Ok(placed.map(|conditions| conditions.into_iter().map(Condition::negated).collect()));
        }
        self.cursor = start;
        if let Some(conditions) = self.bare()? {
            return Ok(Some(conditions));
        }
        if let Some(condition) = self.named()? {
            return Ok(Some(vec![condition]));
        }
        self.placed()
    }

    /// What is said of a field that was just named.
    pub(super) fn about(&mut self, field: &'c Field, not: Option<&str>) -> Result<Option<Vec<Condition>>, Question> {
        if let Some((from, to)) = self.span_of(field) {
            return Ok(Some(dates::stretch(field, from, to)));
        }
        let Some((operator, negated)) = Operator::read(&mut self.cursor) else {
            if matches!(not, Some("without" | "no")) {
                let nothing = if fields::is_boolean(field) { ("eq", false) } else { ("is_null", true) };
                return Ok(Some(vec![Condition::new(&field.name, nothing.0, nothing.1)]));
            }
            if fields::is_boolean(field) && values::boolean(self.cursor.word(0)).is_none() {
                return Ok(Some(vec![Condition::new(&field.name, "eq", not.is_none())]));
            }
            if field.nullable && (self.cursor.is_empty() || self.ends_value()) {
                return Ok(Some(vec![Condition::new(&field.name, "is_null", not.is_some())]));
            }
            let value = self.value(field)?;
            let condition = equals(field, value);
            return Ok(Some(vec![if not.is_some() { condition.negated() } else { condition }]));
        };
        let conditions = self.compared(field, operator)?;
        let negate = negated != matches!(not, Some("not"));
        Ok(Some(if negate { conditions.into_iter().map(Condition::negated).collect() } else { conditions }))
    }

    pub(super) fn span_of(&mut self, field: &Field) -> Option<(jiff::civil::Date, jiff::civil::Date)> {
        if !fields::is_time(field) {
            return None;
        }
        let mut here = self.cursor;
        here.eat_any("is in|is|in|during|within|on");
        let span = dates::span(&mut here, self.today)?;
        self.cursor = here;
        Some(span)
    }

    pub(super) fn compared(&mut self, field: &'c Field, operator: Operator) -> Result<Vec<Condition>, Question> {
        Ok(match operator {
            Operator::Null(null) => vec![Condition::new(&field.name, "is_null", null)],
            Operator::Between => {
                let low = self.value(field)?;
                self.cursor.eat_any("and|to");
                let high = self.value(field)?;
                vec![Condition::new(&field.name, "gte", low), Condition::new(&field.name, "lte", high)]
            }
            Operator::In => {
                let mut found = vec![self.value(field)?];
                loop {
                    let mut here = self.cursor;
                    let joined = here.peek().is_some_and(|token| token.is_mark(",")) || here.starts_with("or|and");
                    here.skip(1);
                    if !joined || fields::meant(&here, self.collection, |f| f.filterable).is_some() {
                        break;
                    }
                    let before = self.cursor;
                    self.cursor = here;
                    match self.value(field) {
                        Ok(value) => found.push(value),
                        Err(_) => {
                            self.cursor = before;
                            break;
                        }
                    }
                }
                match <[Value; 1]>::try_from(found) {
                    Ok([only]) => vec![equals(field, only)],
                    Err(several) => vec![Condition::new(&field.name, "in", several)],
                }
            }
            Operator::On => match dates::day(&mut self.cursor, self.today) {
                Some((day, _)) => dates::stretch(field, day, day.tomorrow().unwrap_or(day)),
                None => vec![equals(field, self.value(field)?)],
            },
            Operator::Plain("eq") => vec![equals(field, self.value(field)?)],
            Operator::Plain("ne") => vec![equals(field, self.value(field)?).negated()],
            Operator::Plain(operator) => {
                let mut here = self.cursor;
                match dates::day(&mut here, self.today).filter(|_| fields::is_time(field)) {
                    Some((day, written)) if written.as_ref().is_none_or(|text| text.len() == 10) => {
                        self.cursor = here;
                        vec![dates::compared(field, operator, day)]
                    }
                    _ => vec![Condition::new(&field.name, operator, self.value(field)?)],
                }
            }
        })
    }
}

pub(super) fn equals(field: &Field, value: Value) -> Condition {
    match value {
        Value::Null => Condition::new(&field.name, "is_null", true),
        value => Condition::new(&field.name, "eq", value),
    }
}
