use connector::{Collection, Field};
use jiff::civil::Date;
use serde_json::Value;

use super::adjective::{Texts, adjective};
use super::condition::Condition;
use super::cursor::Cursor;
use super::query::{Query, Sort};
use super::words::Kind;
use super::{dates, fields, identity, values};

/// Reads what a message says about the items of one collection, before its name and after it.
pub(crate) struct Reader<'c, 't> {
    pub(crate) collection: &'c Collection,
    pub(crate) resource: &'c str,
    pub(crate) today: Date,
    pub(crate) cursor: Cursor<'t>,
    pub(crate) query: Query,
    /// `by status` makes groups instead of an order.
    pub(crate) grouping: bool,
    /// The noun is in the singular: `latest order`.
    pub(crate) one: bool,
}

/// A question to the user, in place of an answer.
pub(crate) type Question = String;

const FILLERS: [&str; 24] = [
    "me", "my", "the", "a", "an", "all", "any", "some", "of", "our", "mine", "these", "those", "every", "each", "current",
    "existing", "list", "own", "there", "please", "entire", "whole", "both",
];

impl<'c> Reader<'c, '_> {
    /// Reads the words before the noun: `my last 3`, `all open`, `the cheapest`.
    pub(crate) fn before(&mut self) -> Result<(), Question> {
        let mut not = false;
        while !self.cursor.is_empty() {
            if self.cursor.eat_any(&FILLERS).is_some() {
                continue;
            }
            if self.cursor.eat_any(&["not", "non"]).is_some() {
                not = true;
                continue;
            }
            if let Some((from, to)) = dates::span(&mut self.cursor, self.today) {
                self.within(None, from, to)?;
                continue;
            }
            if self.rank()? {
                continue;
            }
            if let Some(number) = self.cursor.number() {
                self.query.limit = Some(number);
                continue;
            }
            if let Some((field, len)) = fields::exact(&self.cursor, self.collection, |field| field.filterable)
                && self.cursor.tokens.len() > len
                && !fields::is_boolean(field)
            {
                self.cursor.skip(len);
                let value = self.value(field)?;
                self.query.conditions.and(Condition::new(&field.name, "eq", value));
                continue;
            }
            match adjective(&self.cursor, self.collection, Texts::Any)? {
                Some((condition, len)) => {
                    self.cursor.skip(len);
                    self.skip_field_of(&condition);
                    self.query.conditions.and(if not { condition.negated() } else { condition });
                    not = false;
                }
                None => return Err(self.not_mine().unwrap_or_else(|| self.unknown())),
            }
        }
        Ok(())
    }

    /// `high priority tasks`: the field that a value was just said of.
    fn skip_field_of(&mut self, condition: &Condition) {
        let Condition::One(comparison) = condition else { return };
        if let Some((field, len)) = fields::exact(&self.cursor, self.collection, |_| true)
            && field.name == comparison.field
        {
            self.cursor.skip(len);
        }
    }

    /// `bob's orders`
    fn not_mine(&self) -> Option<Question> {
        let token = self.cursor.peek()?;
        let named = token.text.strip_suffix("'s").or_else(|| token.text.strip_suffix("’s"))?;
        Some(format!("{} Leave {} out to see what is yours.", identity::ONLY_YOU, super::sentence::quote(named)))
    }

    /// `last 3`, `newest`, `cheapest`, `top 5`.
    fn rank(&mut self) -> Result<bool, Question> {
        let newest = ["most recent", "last", "latest", "newest", "recent"];
        let oldest = ["first", "oldest", "earliest"];
        let ranks: [(&[&str], &[&str], bool); 4] = [
            (&["cheapest", "least expensive"], &["price", "cost", "total", "amount"], false),
            (&["most expensive", "priciest", "dearest"], &["price", "cost", "total", "amount"], true),
            (&["largest", "biggest", "highest", "greatest"], &["size", "total", "amount", "price", "value"], true),
            (&["smallest", "lowest", "least"], &["size", "total", "amount", "price", "value"], false),
        ];
        if self.cursor.eat("top") {
            self.query.limit = Some(self.cursor.number().unwrap_or(10));
            self.query.top = true;
            return Ok(true);
        }
        let found = ranks.iter().find_map(|(words, names, down)| Some((self.cursor.eat_any(words)?, *names, *down)));
        let (word, sort) = if let Some(word) = self.cursor.eat_any(&newest) {
            (word, self.by_time(true)?)
        } else if let Some(word) = self.cursor.eat_any(&oldest) {
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

    /// Items whose time lies between two days, the second not included.
    pub(crate) fn within(&mut self, field: Option<&'c Field>, from: Date, to: Date) -> Result<(), Question> {
        let field = match field {
            Some(field) => field,
            None => fields::time(self.collection, &fields::CREATED).map_err(|known| self.which(&known))?,
        };
        if fields::has_type(field, "string") && field.schema.get("format").and_then(Value::as_str) == Some("date") {
            let one_day = from.tomorrow().is_ok_and(|next| next == to);
            if one_day {
                self.query.conditions.and(Condition::new(&field.name, "eq", dates::value(from, field)));
                return Ok(());
            }
        }
        self.query.conditions.and(Condition::new(&field.name, "gte", dates::value(from, field)));
        self.query.conditions.and(Condition::new(&field.name, "lt", dates::value(to, field)));
        Ok(())
    }

    /// One value of a field, up to where something else begins.
    pub(crate) fn value(&mut self, field: &Field) -> Result<Value, Question> {
        let wrong = |text: &str| {
            format!("{} is not a value that `{}` can have: it is {}.", super::sentence::quote(text), field.name, values::kind(field))
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
                Ok(value)
            }
            None => Err(wrong(start.tokens_until(&self.cursor))),
        }
    }

    /// Whether an unquoted value ends here.
    fn ends_value(&self) -> bool {
        const ENDS: [&str; 24] = [
            "and", "or", "but", "sorted", "sort by", "order by", "ordered", "limit", "offset", "page", "grouped", "group by",
            "per", "for each", "where", "with", "whose", "that", "which", "newest first", "oldest first", "descending",
            "ascending", "by",
        ];
        let Some(next) = self.cursor.peek() else { return true };
        if next.kind != Kind::Word {
            return true;
        }
        if self.cursor.starts_with(&ENDS) {
            return true;
        }
        let Some((_, len)) = fields::exact(&self.cursor, self.collection, |field| field.filterable) else { return false };
        self.cursor.tokens.get(len).is_some_and(|token| token.kind == Kind::Mark && !token.is_mark(","))
    }

    /// A name for a user that is no field here, and what it is said to be: taken and left out.
    pub(crate) fn identity(&mut self) -> bool {
        let mut here = self.cursor;
        here.eat_any(&["for", "of", "by", "as"]);
        let known = |name: &str| self.collection.fields.iter().any(|field| field.name.eq_ignore_ascii_case(name));
        let Some(token) = here.peek().filter(|token| token.kind == Kind::Word) else { return false };
        let names = identity::is_user_name(&token.text) || self.collection.identity.iter().any(|name| *name == token.text);
        if !names || known(&token.text) {
            return false;
        }
        here.skip(1);
        if here.word(0) == "id" {
            here.skip(1);
        }
        let joined = here.peek().is_some_and(|token| token.kind == Kind::Mark) || here.starts_with(&["is", "equals"]);
        if joined {
            here.skip(1);
        }
        here.next();
        self.cursor = here;
        self.query.claimed = true;
        true
    }

    /// Nothing that is known comes next.
    pub(crate) fn unknown(&self) -> Question {
        let said = super::sentence::quote(self.cursor.tokens_until(&Cursor::new(self.cursor.source, &[])));
        let names: Vec<_> = self.collection.fields.iter().filter(|f| f.filterable).map(|f| f.name.as_str()).collect();
        format!(
            "I did not understand {said}. You can filter {} by {}, such as “{}”. Put text of several words in quotes.",
            super::sentence::noun(&self.collection.name, None),
            super::sentence::all(&names),
            super::help::example_filter(self.collection)
        )
    }

    /// Several fields may be meant.
    pub(crate) fn which(&self, known: &[&str]) -> Question {
        match known {
            [] => self.unknown(),
            several => format!("Which field of {} do you mean: {}?", self.collection.name, super::sentence::either(several)),
        }
    }
}
