use connector::Field;

use super::compare::equals;
use super::{Question, Reader};
use crate::builtin::adjective::{Texts, adjective};
use crate::builtin::condition::{Comparison, Condition};
use crate::builtin::operator::Operator;
use crate::builtin::words::Kind;
use crate::builtin::{dates, fields, values};

impl<'c> Reader<'c, '_> {
    /// `over 100`, `before 2026-01-01`, `this week`: compared with the only field that it can be.
    pub(super) fn bare(&mut self) -> Result<Option<Vec<Condition>>, Question> {
        let mut here = self.cursor;
        here.eat_any("from|in|during|within|of|on|for");
        if let Some((from, to)) = dates::span(&mut here, self.today) {
            let field = fields::time(self.collection, &fields::CREATED).map_err(|known| self.which(&known))?;
            self.cursor = here;
            return Ok(Some(dates::stretch(field, from, to)));
        }
        let mut here = self.cursor;
        here.skip_all("are|is");
        let price = [
            ("more expensive than", "gt"),
            ("dearer than", "gt"),
            ("less expensive than", "lt"),
            ("cheaper than", "lt"),
        ];
        let priced = price.iter().find(|(words, _)| here.eat(words)).map(|(_, operator)| Operator::Plain(operator));
        let (operator, names) = match priced {
            Some(operator) => (operator, ["price", "cost", "total", "amount", "sum", "value"]),
            None => match Operator::read_bare(&mut here) {
                Some(operator) => (operator, fields::COST),
                None => return Ok(None),
            },
        };
        let mut ahead = here;
        let field = if dates::day(&mut ahead, self.today).is_some() {
            fields::time(self.collection, &fields::CREATED)
        } else if here.peek().is_some_and(|token| values::number(&token.text, true).is_some()) {
            fields::amount(self.collection, &names)
        } else {
            return Ok(None);
        };
        let field = field.map_err(|known| self.which(&known))?;
        self.cursor = here;
        self.compared(field, operator).map(Some)
    }

    /// `called x`, `about x`, `containing x`.
    pub(super) fn named(&mut self) -> Result<Option<Condition>, Question> {
        if self.cursor.eat_any("called|named|titled|entitled").is_some() {
            let field =
                fields::label(self.collection).filter(|field| field.filterable).ok_or_else(|| self.unknown())?;
            return Ok(Some(equals(field, self.value(field)?)));
        }
        if self.cursor.eat_any("containing|matching|about|mentioning|like").is_some() {
            return self.search().map(Some);
        }
        Ok(None)
    }

    /// A text in any of the fields that people read.
    pub(crate) fn search(&mut self) -> Result<Condition, Question> {
        let known =
            ["name", "title", "subject", "description", "summary", "notes", "note", "comment", "body", "text", "path"];
        let readable = |field: &&Field| {
            field.filterable
                && field.is_text()
                && !fields::has_values(field)
                && known.contains(&field.name.to_lowercase().as_str())
        };
        let found: Vec<_> = self.collection.fields.iter().filter(readable).collect();
        let Some(first) = found.first() else { return Err(self.unknown()) };
        let value = self.value(first)?;
        let each =
            |field: &&Field| Comparison { field: field.name.clone(), operator: "contains", value: value.clone() };
        Ok(match found.as_slice() {
            [only] => Condition::One(each(only)),
            several => Condition::Any(several.iter().map(each).collect()),
        })
    }

    /// `in electronics`, `in the category electronics`, `in shop`.
    pub(super) fn placed(&mut self) -> Result<Option<Vec<Condition>>, Question> {
        let start = self.cursor;
        let Some(word) = self.cursor.eat_any("in|of|from|for|on|by|under") else {
            return Ok(None);
        };
        let texts = if matches!(word, "in" | "from" | "under") { Texts::Any } else { Texts::No };
        self.cursor.skip_all("the|my|our");
        if self.cursor.word(0) == self.resource.to_lowercase() && !self.resource.is_empty() {
            self.cursor.skip(1);
            return Ok(Some(Vec::new()));
        }
        if let Some((field, len)) = fields::meant(&self.cursor, self.collection, |field| field.filterable) {
            self.cursor.skip(len);
            return self.about(field, None);
        }
        if let Some((condition, len)) = adjective(&self.cursor, self.collection, texts)? {
            self.cursor.skip(len);
            return Ok(Some(vec![condition]));
        }
        if fields::is_files(self.collection)
            && let Some(folder) = self.cursor.next().filter(|token| word == "in" && token.kind != Kind::Mark)
        {
            return Ok(Some(vec![Condition::new("folder", "eq", folder.text.trim_matches('/'))]));
        }
        self.cursor = start;
        Ok(None)
    }
}
