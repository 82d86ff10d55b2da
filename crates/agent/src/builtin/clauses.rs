use connector::Field;
use serde_json::Value;

use super::adjective::{Texts, adjective};
use super::condition::{Comparison, Condition};
use super::operator::Operator;
use super::query::Sort;
use super::reader::{Question, Reader};
use super::{dates, fields, values};

const JOINS: [&str; 50] = [
    "did i place", "did i make", "have i made", "have i placed", "i placed", "i made",
    "with", "where", "whose", "that", "which", "who", "having", "have", "has", "had", "are", "is", "were", "was", "and",
    "but", "the", "a", "an", "my", "me", "please", "do i have", "did i", "i have", "i've", "do i", "i", "there are", "there",
    "exist", "in total", "in all", "right now", "currently", "at the moment", "so far", "of mine", "their", "its", "been",
    "only those", "those", "be",
];

const DOWN: [&str; 8] = [
    "descending", "desc", "highest first", "largest first", "biggest first", "high to low", "from high to low",
    "in descending order",
];
const UP: [&str; 7] =
    ["ascending", "asc", "lowest first", "smallest first", "low to high", "from low to high", "in ascending order"];

impl<'c> Reader<'c, '_> {
    /// Reads everything after the noun. Every word must be understood.
    pub(crate) fn after(&mut self) -> Result<(), Question> {
        let mut or = false;
        loop {
            while self.cursor.peek().is_some_and(|token| token.is_mark(",") || token.is_mark(";") || token.is_mark(":")) {
                self.cursor.skip(1);
            }
            if self.cursor.is_empty() {
                return if or { Err(self.unknown()) } else { Ok(()) };
            }
            if self.cursor.eat("or") {
                or = true;
            } else if self.identity() || self.page() || self.sorting()? || self.groups()? || self.columns() {
                or = false;
            } else if or && self.another_value() {
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
            } else if self.cursor.eat_any(&JOINS).is_none() {
                return Err(self.unknown());
            }
        }
    }

    /// `limit 20`, `first 5`, `offset 40`, `page 2`.
    fn page(&mut self) -> bool {
        let mut here = self.cursor;
        let Some(word) = here.eat_any(&["limit to", "limit", "max", "maximum", "top", "first", "offset", "skip", "page"])
        else {
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

    /// `sorted by price descending`, `newest first`, and `by price` where nothing is grouped.
    fn sorting(&mut self) -> Result<bool, Question> {
        let by = ["sorted by", "sort by", "order by", "ordered by", "sorted on", "sorted", "sort", "ranked by"];
        if let Some(word) = self.cursor.eat_any(&["newest first", "latest first", "most recent first", "oldest first"]) {
            let sort = self.by_time(word != "oldest first")?;
            self.query.sort.push(sort);
            return Ok(true);
        }
        if self.cursor.eat_any(&DOWN).is_some() {
            return Ok(self.direct(true));
        }
        if self.cursor.eat_any(&UP).is_some() {
            return Ok(self.direct(false));
        }
        if self.cursor.eat("cheapest first") {
            let field = fields::amount(self.collection, &fields::COST).map_err(|known| self.which(&known))?;
            self.query.sort.push(Sort { field: field.name.clone(), descending: false });
            return Ok(true);
        }
        if self.cursor.eat_any(&by).is_none() && (self.grouping || !self.cursor.eat("by")) {
            return Ok(false);
        }
        loop {
            self.cursor.skip_all(&["the", "by"]);
            let Some((field, len, minus)) = self.sortable() else { return Err(self.unknown()) };
            self.cursor.skip(len);
            let down = self.cursor.eat_any(&DOWN).is_some();
            let up = !down && self.cursor.eat_any(&UP).is_some();
            let descending = (minus || down || self.query.top) && !up;
            self.query.sort.push(Sort { field: field.name.clone(), descending });
            let mut here = self.cursor;
            here.eat_any(&["and", "then by", "then"]);
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
    fn sortable(&self) -> Option<(&'c Field, usize, bool)> {
        let mut here = self.cursor;
        let minus = here.peek().filter(|token| token.text.len() > 1).and_then(|token| token.text.strip_prefix('-'));
        if let Some(name) = minus {
            let named = |field: &&Field| field.sortable && field.name.eq_ignore_ascii_case(name);
            return self.collection.fields.iter().find(named).map(|field| (field, 1, true));
        }
        here.skip_all(&["the"]);
        let (field, len) = fields::meant(&here, self.collection, |field| field.sortable)?;
        Some((field, len, false))
    }

    fn direct(&mut self, descending: bool) -> bool {
        match self.query.sort.last_mut() {
            Some(sort) => sort.descending = descending,
            None => self.query.top = descending,
        }
        true
    }

    /// `by status`, `per month`.
    fn groups(&mut self) -> Result<bool, Question> {
        let words = ["grouped by", "group by", "broken down by", "for each", "per", "by each", "in each"];
        let by = self.grouping && self.cursor.eat("by");
        if !by && self.cursor.eat_any(&words).is_none() {
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
    fn columns(&mut self) -> bool {
        let mut here = self.cursor;
        if here.eat_any(&["fields", "columns", "showing only", "showing", "show only", "only the", "only"]).is_none() {
            return false;
        }
        let mut names = Vec::new();
        loop {
            while here.peek().is_some_and(|t| t.is_mark(",") || t.is_mark("=") || t.is_mark(":")) || here.word(0) == "and" {
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
    fn another_value(&mut self) -> bool {
        let Some(field) = self.query.conditions.last_is().and_then(|name| self.collection.field(name)) else { return false };
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

    /// One condition; a stretch of time makes two.
    fn condition(&mut self) -> Result<Option<Vec<Condition>>, Question> {
        let start = self.cursor;
        let not = self.cursor.eat_any(&["not", "without", "no", "that are not", "that aren't", "aren't", "isn't"]);
        self.cursor.skip_all(&["a", "an", "any", "the"]);
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
        self.cursor = start;
        if not.is_some() {
            return Ok(None);
        }
        if let Some(conditions) = self.bare()? {
            return Ok(Some(conditions));
        }
        if let Some(condition) = self.named()? {
            return Ok(Some(vec![condition]));
        }
        self.placed()
    }

    /// What is said of a field that was just named.
    fn about(&mut self, field: &'c Field, not: Option<&str>) -> Result<Option<Vec<Condition>>, Question> {
        if let Some((from, to)) = self.span_of(field) {
            return Ok(Some(stretch(field, from, to)));
        }
        let Some((operator, negated)) = Operator::read(&mut self.cursor) else {
            if matches!(not, Some("without" | "no")) {
                let nothing = if fields::is_boolean(field) { ("eq", false) } else { ("is_null", true) };
                return Ok(Some(vec![Condition::new(&field.name, nothing.0, nothing.1)]));
            }
            if fields::is_boolean(field) && values::boolean(self.cursor.word(0)).is_none() {
                return Ok(Some(vec![Condition::new(&field.name, "eq", not.is_none())]));
            }
            let value = self.value(field)?;
            let condition = equals(field, value);
            return Ok(Some(vec![if not.is_some() { condition.negated() } else { condition }]));
        };
        let conditions = self.compared(field, operator)?;
        let negate = negated != matches!(not, Some("not"));
        Ok(Some(if negate { conditions.into_iter().map(Condition::negated).collect() } else { conditions }))
    }

    fn span_of(&mut self, field: &Field) -> Option<(jiff::civil::Date, jiff::civil::Date)> {
        if !fields::is_time(field) {
            return None;
        }
        let mut here = self.cursor;
        here.eat_any(&["is in", "is", "in", "during", "within", "on"]);
        let span = dates::span(&mut here, self.today)?;
        self.cursor = here;
        Some(span)
    }

    fn compared(&mut self, field: &'c Field, operator: Operator) -> Result<Vec<Condition>, Question> {
        Ok(match operator {
            Operator::Null(null) => vec![Condition::new(&field.name, "is_null", null)],
            Operator::Between => {
                let low = self.value(field)?;
                self.cursor.eat_any(&["and", "to"]);
                let high = self.value(field)?;
                vec![Condition::new(&field.name, "gte", low), Condition::new(&field.name, "lte", high)]
            }
            Operator::In => {
                let mut found = vec![self.value(field)?];
                loop {
                    let mut here = self.cursor;
                    let joined = here.peek().is_some_and(|token| token.is_mark(",")) || here.starts_with(&["or", "and"]);
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
                Some((day, _)) => stretch(field, day, day.tomorrow().unwrap_or(day)),
                None => vec![equals(field, self.value(field)?)],
            },
            Operator::Plain("eq") => vec![equals(field, self.value(field)?)],
            Operator::Plain("ne") => vec![equals(field, self.value(field)?).negated()],
            Operator::Plain(operator) => vec![Condition::new(&field.name, operator, self.value(field)?)],
        })
    }

    /// `over 100`, `before 2026-01-01`, `this week`: compared with the only field that it can be.
    fn bare(&mut self) -> Result<Option<Vec<Condition>>, Question> {
        let mut here = self.cursor;
        here.eat_any(&["from", "in", "during", "within", "of", "on", "for"]);
        if let Some((from, to)) = dates::span(&mut here, self.today) {
            let field = fields::time(self.collection, &fields::CREATED).map_err(|known| self.which(&known))?;
            self.cursor = here;
            return Ok(Some(stretch(field, from, to)));
        }
        let mut here = self.cursor;
        here.skip_all(&["are", "is"]);
        let price = [("more expensive than", "gt"), ("dearer than", "gt"), ("less expensive than", "lt"), ("cheaper than", "lt")];
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
    fn named(&mut self) -> Result<Option<Condition>, Question> {
        if self.cursor.eat_any(&["called", "named", "titled", "entitled"]).is_some() {
            let field = fields::label(self.collection).filter(|field| field.filterable).ok_or_else(|| self.unknown())?;
            return Ok(Some(equals(field, self.value(field)?)));
        }
        if self.cursor.eat_any(&["containing", "matching", "about", "mentioning", "like"]).is_some() {
            return self.search().map(Some);
        }
        Ok(None)
    }

    /// A text in any of the fields that people read.
    pub(crate) fn search(&mut self) -> Result<Condition, Question> {
        let known = ["name", "title", "subject", "description", "summary", "notes", "note", "comment", "body", "text", "path"];
        let readable = |field: &&Field| {
            field.filterable && field.is_text() && !fields::has_values(field) && known.contains(&field.name.to_lowercase().as_str())
        };
        let found: Vec<_> = self.collection.fields.iter().filter(readable).collect();
        let Some(first) = found.first() else { return Err(self.unknown()) };
        let value = self.value(first)?;
        let each = |field: &&Field| Comparison { field: field.name.clone(), operator: "contains", value: value.clone() };
        Ok(match found.as_slice() {
            [only] => Condition::One(each(only)),
            several => Condition::Any(several.iter().map(each).collect()),
        })
    }

    /// `in electronics`, `in the category electronics`, `in shop`.
    fn placed(&mut self) -> Result<Option<Vec<Condition>>, Question> {
        let start = self.cursor;
        let Some(word) = self.cursor.eat_any(&["in", "of", "from", "for", "on", "by", "under"]) else { return Ok(None) };
        let texts = if matches!(word, "in" | "from" | "under") { Texts::Any } else { Texts::No };
        self.cursor.skip_all(&["the", "my", "our"]);
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
        self.cursor = start;
        Ok(None)
    }
}

fn equals(field: &Field, value: Value) -> Condition {
    match value {
        Value::Null => Condition::new(&field.name, "is_null", true),
        value => Condition::new(&field.name, "eq", value),
    }
}

/// From one day up to, but without, another.
fn stretch(field: &Field, from: jiff::civil::Date, to: jiff::civil::Date) -> Vec<Condition> {
    let date_only = field.schema.get("format").and_then(Value::as_str) == Some("date");
    if date_only && from.tomorrow().is_ok_and(|next| next == to) {
        return vec![Condition::new(&field.name, "eq", dates::value(from, field))];
    }
    vec![
        Condition::new(&field.name, "gte", dates::value(from, field)),
        Condition::new(&field.name, "lt", dates::value(to, field)),
    ]
}
