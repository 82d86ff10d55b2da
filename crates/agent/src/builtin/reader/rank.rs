use connector::Field;

use super::{Question, Reader};
use crate::builtin::condition::Condition;
use crate::builtin::query::Sort;
use crate::builtin::{adjective, dates, fields, forms};

const PRICE: [&str; 4] = ["price", "cost", "total", "amount"];
const SIZE: [&str; 5] = ["size", "total", "amount", "price", "value"];

impl<'c> Reader<'c, '_> {
    /// `last 3`, `newest`, `cheapest`, `top 5`.
    pub(super) fn rank(&mut self) -> Result<bool, Question> {
        let ranks = [
            ("cheapest|least expensive", PRICE.as_slice(), false),
            ("most expensive|priciest|dearest", &PRICE, true),
            ("largest|biggest|highest|greatest", &SIZE, true),
            ("smallest|lowest|least", &SIZE, false),
        ];
        if self.cursor.eat("top") {
            self.query.limit = Some(self.cursor.number().unwrap_or(10));
            self.query.top = true;
            return Ok(true);
        }
        let found = ranks.iter().find_map(|(words, names, down)| Some((self.cursor.eat_any(words)?, *names, *down)));
        let (word, sort) = if let Some(word) = self.cursor.eat_any("most recent|last|latest|newest|recent") {
            (word, self.by_time(true)?)
        } else if let Some(word) = self.cursor.eat_any("first|oldest|earliest") {
            (word, self.by_time(false)?)
        } else if let Some((word, names, descending)) = found {
            let field = fields::amount(self.collection, names).map_err(|known| self.which(&known))?;
            (word, Sort { field: field.name.clone(), descending })
        } else {
            return Ok(false);
        };
        let number = self.cursor.number().or(self.query.limit);
        self.query.limit = Some(number.unwrap_or(if self.one { 1 } else { 10 }));
        self.query.order = Some(word.to_owned());
        self.query.sort.push(sort);
        Ok(true)
    }

    /// By when items came to be; by the key where that is a number that grows.
    pub(crate) fn by_time(&self, descending: bool) -> Result<Sort, Question> {
        let sortable = |field: &&Field| field.sortable;
        let key = match self.collection.key.as_slice() {
            [key] => self.collection.field(key).filter(sortable).filter(|field| fields::has_type(field, "integer")),
            _ => None,
        };
        let field = match (fields::time(self.collection, &fields::CREATED).ok().filter(sortable), key) {
            (Some(field), _) | (None, Some(field)) => field,
            (None, None) => {
                return Err(format!(
                    "I cannot tell which of {} are the newest. Say what to sort them by, such as “sorted by {}”.",
                    self.collection.name,
                    self.collection.fields.iter().find(sortable).map_or("a field", |field| &field.name)
                ));
            }
        };
        Ok(Sort { field: field.name.clone(), descending })
    }

    /// `overdue`: due before today, and not done where a field says so.
    pub(crate) fn overdue(&mut self) -> bool {
        let is_due = |field: &&Field| {
            let words = forms::split(&field.name);
            field.filterable && fields::is_time(field) && words.iter().any(|word| word == "due" || word == "deadline")
        };
        let Some(field) = self.collection.fields.iter().find(is_due) else { return false };
        if self.cursor.eat_any("overdue|past due").is_none() {
            return false;
        }
        self.query.conditions.and(Condition::new(&field.name, "lt", dates::value(self.today, field)));
        if let Some(open) = adjective::not_done(self.collection) {
            self.query.conditions.and(open);
        }
        true
    }
}
