use connector::{Collection, Field};
use serde_json::{Map, Value};

use super::super::cursor::Cursor;
use super::super::fields::{self, Usable};
use super::super::reader::Question;
use super::super::words::Kind;
use super::super::{identity, sentence, values};

/// Reads `title=Buy milk, done=false`: names spelled in full, each with its value, and nothing else.
pub(super) struct Pairs<'c, 't> {
    pub(super) collection: &'c Collection,
    pub(super) cursor: Cursor<'t>,
    pub(super) usable: Usable,
    /// `to` may stand for `=`, as in `status to shipped`.
    pub(super) to: bool,
    pub(super) data: Map<String, Value>,
}

impl<'c> Pairs<'c, '_> {
    pub(super) fn read(&mut self) -> Result<(), Question> {
        if self.json()? {
            return Ok(());
        }
        let explicit = self.cursor.tokens.iter().any(|token| token.is_mark("=") || token.is_mark(":"));
        loop {
            while self.cursor.peek().is_some_and(|t| t.is_mark(",") || t.is_mark(";") || t.is_mark(":")) {
                self.cursor.skip(1);
            }
            self.cursor.skip_all("with|and|the|set|its|a|an|where|having|that has");
            if self.cursor.is_empty() {
                return Ok(());
            }
            if self.cursor.peek().is_some_and(|t| t.is_mark(",") || t.is_mark(";") || t.is_mark(":")) {
                continue;
            }
            let field = self.field()?;
            if !self.joint() && explicit {
                return Err(format!("What should `{}` be? Write {}=….", field.name, field.name));
            }
            let value = self.value(field, explicit)?;
            if self.data.insert(field.name.clone(), value).is_some() {
                return Err(format!("You named `{}` twice. Say it once.", field.name));
            }
        }
    }

    /// The whole data as JSON.
    fn json(&mut self) -> Result<bool, Question> {
        let rest = self.cursor.rest();
        let rest = rest.strip_prefix("with").map_or(rest, str::trim_start);
        if !rest.starts_with('{') {
            return Ok(false);
        }
        let object: Map<String, Value> =
            serde_json::from_str(rest).map_err(|_| "What begins with { must be JSON to its end.".to_owned())?;
        for (name, value) in object {
            if !self.collection.fields.iter().any(|field| (self.usable)(field) && field.name == name) {
                return Err(self.unknown(&name));
            }
            self.data.insert(name, value);
        }
        Ok(true)
    }

    fn field(&mut self) -> Result<&'c Field, Question> {
        let Some((field, len)) = fields::exact(&self.cursor, self.collection, self.usable) else {
            let token = self.cursor.peek().map_or("", |token| token.text.as_str());
            return Err(self.unknown(token));
        };
        self.cursor.skip(len);
        Ok(field)
    }

    /// Takes what stands between a name and its value.
    fn joint(&mut self) -> bool {
        let mark = self.cursor.peek().is_some_and(|token| token.is_mark("=") || token.is_mark(":"));
        if mark {
            self.cursor.skip(1);
        }
        mark || (self.to && self.cursor.eat("to")) || self.cursor.eat_any("is|as").is_some()
    }

    fn value(&mut self, field: &Field, explicit: bool) -> Result<Value, Question> {
        let start = self.cursor;
        let quoted = start.peek().filter(|token| token.kind == Kind::Quoted);
        let whole = fields::is_files(self.collection) && field.name == "content";
        if whole {
            self.cursor.skip(self.cursor.tokens.len());
        } else {
            self.cursor.next();
            while !self.cursor.is_empty() && !self.boundary(explicit) {
                self.cursor.skip(1);
            }
        }
        let (text, quoted) = match quoted {
            Some(token) if start.tokens.len() - self.cursor.tokens.len() == 1 => (token.text.as_str(), true),
            _ => (start.until(&self.cursor).trim_end_matches([',', ';']).trim_end(), false),
        };
        if text.is_empty() && !quoted {
            return Err(format!("What should `{}` be? Write {}=….", field.name, field.name));
        }
        values::fit(text, quoted, field).or_else(|| self.ended(text, field)).ok_or_else(|| {
            format!("`{}` cannot be {}: it is {}.", field.name, sentence::quote(text), values::kind(field))
        })
    }

    /// The full stop after a last value that is no text.
    fn ended(&self, text: &str, field: &Field) -> Option<Value> {
        let plain = text.trim_end_matches(['.', '!', '?']);
        (self.cursor.is_empty() && plain != text).then(|| values::fit(plain, false, field)).flatten()
    }

    /// Whether the next pair begins here.
    fn boundary(&self, explicit: bool) -> bool {
        let mut here = self.cursor;
        let mut apart = false;
        loop {
            let separator = here.peek().is_some_and(|token| token.is_mark(",") || token.is_mark(";"));
            let joined = separator || (here.word(0) == "and" && here.tokens.len() > 1);
            if !joined {
                break;
            }
            apart = true;
            here.skip(1);
        }
        if here.is_empty() {
            return apart;
        }
        here.skip_all("set|the|with");
        let known = fields::exact(&here, self.collection, self.usable);
        let next = |len: usize, mark: &str| here.tokens.get(len).is_some_and(|token| token.is_mark(mark));
        match known {
            Some((_, len)) if next(len, "=") || next(len, ":") => true,
            Some((_, len)) => apart && !explicit && here.tokens.len() > len,
            // A pair with a name that is not known must be asked about, not swallowed by the value before.
            None => apart && here.peek().is_some_and(|token| token.kind == Kind::Word) && next(1, "="),
        }
    }

    fn unknown(&self, name: &str) -> Question {
        if identity::is_user_name(name) || self.collection.identity.iter().any(|own| own == name) {
            return format!("{} Leave {} out.", identity::ONLY_YOU, sentence::quote(name));
        }
        let known: Vec<_> = self
            .collection
            .fields
            .iter()
            .filter(|field| (self.usable)(field))
            .map(|field| field.name.as_str())
            .collect();
        let what = sentence::noun(&self.collection.name, Some(1));
        format!(
            "I did not understand {}. The fields of {what} that you can set are {}; write field=value.",
            sentence::quote(name),
            sentence::all(&known)
        )
    }
}
