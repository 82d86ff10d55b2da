use connector::Field;
use serde_json::Value;

use super::{Question, Reader};
use crate::builtin::words::Kind;
use crate::builtin::{dates, fields, sentence, values};

const CURRENCIES: &str = "euros|euro|eur|dollars|dollar|usd|pounds|gbp";

impl<'c> Reader<'c, '_> {
    /// One value of a field, up to where something else begins.
    pub(crate) fn value(&mut self, field: &Field) -> Result<Value, Question> {
        let wrong = |text: &str| {
            format!(
                "{} is not a value that `{}` can have: it is {}.",
                sentence::quote(text),
                field.name,
                values::kind(field)
            )
        };
        let Some(first) = self.cursor.peek() else {
            return Err(format!("What about `{}`? Say its value, such as “{}=…”.", field.name, field.name));
        };
        if first.kind == Kind::Quoted {
            self.cursor.skip(1);
            return values::fit(&first.text, true, field).ok_or_else(|| wrong(&first.text));
        }
        if fields::is_time(field)
            && let Some((day, written)) = dates::day(&mut self.cursor, self.today)
        {
            let plain_day = written.as_ref().is_none_or(|text| text.len() == 10);
            return Ok(if plain_day { dates::value(day, field) } else { written.into() });
        }
        let start = self.cursor;
        let mut whole = None;
        self.cursor.skip(1);
        loop {
            let text = start.tokens_until(&self.cursor);
            if let Some(value) = values::fit(text, false, field) {
                whole = Some((value, self.cursor));
            }
            if self.cursor.is_empty() || self.ends_value() {
                break;
            }
            self.cursor.skip(1);
        }
        match whole {
            Some((value, after)) => {
                self.cursor = after;
                if value.is_number() {
                    self.cursor.eat_any(CURRENCIES);
                }
                Ok(value)
            }
            None => Err(wrong(start.tokens_until(&self.cursor))),
        }
    }

    /// Whether an unquoted value ends here.
    pub(crate) fn ends_value(&self) -> bool {
        const ENDS: &str = "\
            and|or|but|sorted|sort by|order by|ordered|limit|offset|page|grouped|group by|per|for each|\
            where|with|whose|that|which|newest first|oldest first|descending|ascending|by";
        let Some(next) = self.cursor.peek() else { return true };
        if next.kind != Kind::Word {
            return true;
        }
        if self.cursor.starts_with(ENDS) {
            return true;
        }
        let Some((_, len)) = fields::exact(&self.cursor, self.collection, |field| field.filterable) else {
            return false;
        };
        self.cursor.tokens.get(len).is_some_and(|token| token.kind == Kind::Mark && !token.is_mark(","))
    }
}
