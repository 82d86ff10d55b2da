mod after;
mod compare;
mod order;
mod place;
mod rank;
mod take;

use connector::Collection;
use jiff::civil::Date;

use crate::builtin::adjective::{Texts, adjective};
use crate::builtin::condition::Condition;
use crate::builtin::cursor::Cursor;
use crate::builtin::query::Query;
use crate::builtin::words::Kind;
use crate::builtin::{dates, fields, help, identity, sentence};

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

const FILLERS: &str = "\
    in|still|just|me|my|the|a|an|all|any|some|of|our|mine|these|those|every|each|current|existing|list|own|\
    there|please|entire|whole|both";
impl<'c> Reader<'c, '_> {
    /// Reads the words before the noun: `my last 3`, `all open`, `the cheapest`.
    pub(crate) fn before(&mut self) -> Result<(), Question> {
        let mut not = false;
        while !self.cursor.is_empty() {
            // `in` may begin a value: `in progress`.
            let value = self.cursor.word(0) == "in" && adjective(&self.cursor, self.collection, Texts::No)?.is_some();
            if !value && self.cursor.eat_any(FILLERS).is_some() {
                continue;
            }
            if self.cursor.eat_any("not|non").is_some() {
                not = true;
                continue;
            }
            if let Some((from, to)) = dates::span(&mut self.cursor, self.today) {
                let field = fields::time(self.collection, &fields::CREATED).map_err(|known| self.which(&known))?;
                dates::stretch(field, from, to).into_iter().for_each(|condition| self.query.conditions.and(condition));
                continue;
            }
            if self.rank()? || self.overdue() {
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
                self.cursor.skip(usize::from(self.cursor.peek().is_some_and(|t| t.is_mark("=") || t.is_mark(":"))));
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
        if not { Err(self.unknown()) } else { Ok(()) }
    }

    /// `high priority tasks`: the field that a value was just said of.
    pub(super) fn skip_field_of(&mut self, condition: &Condition) {
        let Condition::One(comparison) = condition else { return };
        if let Some((field, len)) = fields::exact(&self.cursor, self.collection, |_| true)
            && field.name == comparison.field
        {
            self.cursor.skip(len);
        }
    }

    /// `bob's orders`
    pub(super) fn not_mine(&self) -> Option<Question> {
        let token = self.cursor.peek()?;
        let named = token.text.strip_suffix("'s").or_else(|| token.text.strip_suffix("’s"))?;
        Some(format!("{} Leave {} out to see what is yours.", identity::ONLY_YOU, sentence::quote(named)))
    }

    /// A name for a user that is no field here, and what it is said to be: taken and left out.
    pub(crate) fn identity(&mut self) -> bool {
        let mut here = self.cursor;
        here.eat_any("for|of|by|as");
        let known = |name: &str| self.collection.fields.iter().any(|field| field.name.eq_ignore_ascii_case(name));
        let Some(token) = here.peek().filter(|token| token.kind == Kind::Word) else { return false };
        let names = identity::is_user_name(&token.text) || self.collection.identity.contains(&token.text);
        if !names || known(&token.text) {
            return false;
        }
        here.skip(1);
        if here.word(0) == "id" {
            here.skip(1);
        }
        let joined = here.peek().is_some_and(|token| token.kind == Kind::Mark) || here.starts_with("is|equals");
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
        let said = sentence::quote(self.cursor.tokens_until(&Cursor::new(self.cursor.source, &[])));
        let names: Vec<_> = self.collection.fields.iter().filter(|f| f.filterable).map(|f| f.name.as_str()).collect();
        format!(
            "I did not understand {said}. You can filter {} by {}, such as “{}”. Put text of several words in quotes.",
            sentence::noun(&self.collection.name, None),
            sentence::all(&names),
            help::example_filter(self.collection)
        )
    }

    /// Several fields may be meant.
    pub(crate) fn which(&self, known: &[&str]) -> Question {
        match known {
            [] => self.unknown(),
            several => {
                format!("Which field of {} do you mean: {}?", self.collection.name, sentence::either(several))
            }
        }
    }
}
