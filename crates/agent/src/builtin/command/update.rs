use connector::{Collection, Field, OperationKind};
use serde_json::{Map, Value};

use super::super::adjective::{STANDING, STANDING_FIELDS, Texts, adjective};
use super::super::condition::{Comparison, Condition};
use super::super::cursor::Cursor;
use super::super::nouns::World;
use super::super::plan::{Plan, Then};
use super::super::reader::Question;
use super::super::{fields, sentence};
use super::delete::candidates;
use super::get::{identifier, is_path};
use super::list::around;
use super::pairs::Pairs;
use super::unsure;

const UPDATABLE: fields::Usable = |field| field.updatable;

/// `update order 7 set status=shipped`, `set the status of order 7 to shipped`, `mark order 7 as shipped`.
pub(super) fn plan<'a>(world: &World<'a>, cursor: Cursor<'_>, verb: &str) -> Result<Plan<'a>, Question> {
    let Some(found) = world.find(&cursor) else {
        return Err(match cursor.peek() {
            Some(path) if is_path(path) && world.files().is_some() => {
                format!("Nothing was changed. Did you mean “update file {} with content …”?", path.text)
            }
            _ => unsure::no_collection(world, cursor.tokens),
        });
    };
    let (mut before, mut after) = around(&cursor, &found, 0);
    let at = world.pick(&found, OperationKind::Update)?;
    let collection = world.collections[at].collection;
    before.skip_all("the|my");
    let field = fields::exact(&before, collection, UPDATABLE).map(|(field, len)| {
        before.skip(len);
        before.skip_all("of|for|on|the|my");
        field
    });
    if !before.is_empty() {
        return Err(how(collection));
    }
    let said = after;
    let Some(id) = identifier(&mut after, collection, !found.plural) else {
        return match candidates(world, at, name_only(said), "update")? {
            Some(plan) => Ok(plan),
            None => Err(how(collection)),
        };
    };
    let data = match (field, verb) {
        (Some(field), _) => one_field(after, collection, field)?,
        (None, "mark") => marked(after, collection, &id)?,
        (None, _) => pairs(after, collection)?,
    };
    if data.is_empty() {
        return Err(how(collection));
    }
    let arguments =
        Map::from_iter([("identifier".to_owned(), id.clone()), ("data".to_owned(), Value::Object(data.clone()))]);
    world.act(at, OperationKind::Update, arguments, false, |_, name| Then::Updated { name, id, data })
}

fn pairs(cursor: Cursor<'_>, collection: &Collection) -> Result<Map<String, Value>, Question> {
    let mut pairs = Pairs { collection, cursor, usable: UPDATABLE, to: true, data: Map::new() };
    pairs.cursor.skip_all("to|set|so that|by setting|to have");
    pairs.read().map_err(|question| format!("Nothing was changed. {question}"))?;
    Ok(pairs.data)
}

/// `… to shipped` after `set the status of order 7`.
fn one_field(mut cursor: Cursor<'_>, collection: &Collection, field: &Field) -> Result<Map<String, Value>, Question> {
    if cursor.word(0) == "from" {
        let to = cursor.tokens.iter().position(|token| token.lower == "to");
        cursor.skip(to.unwrap_or(0));
    }
    let joined = cursor.eat_any("to|as").is_some()
        || cursor.peek().is_some_and(|token| token.is_mark("=") || token.is_mark(":"));
    while cursor.peek().is_some_and(|token| token.is_mark("=") || token.is_mark(":")) {
        cursor.skip(1);
    }
    if !joined || cursor.is_empty() {
        return Err(format!("Nothing was changed: what should `{}` be? {}", field.name, how(collection)));
    }
    let (text, quoted) = match cursor.tokens {
        [only] => (only.text.as_str(), only.lower.is_empty()),
        _ => (cursor.rest(), false),
    };
    let value = super::super::values::fit(text, quoted, field).ok_or_else(|| {
        let kind = super::super::values::kind(field);
        format!("Nothing was changed: `{}` cannot be {}, it is {kind}.", field.name, sentence::quote(text))
    })?;
    Ok(Map::from_iter([(field.name.clone(), value)]))
}

/// `as shipped`: a value that only one field can have, by its schema.
fn marked(mut cursor: Cursor<'_>, collection: &Collection, id: &Value) -> Result<Map<String, Value>, Question> {
    cursor.skip_all("as|to|to be");
    let not = cursor.eat("not");
    let changeable = Collection {
        fields: collection.fields.iter().filter(|field| field.updatable).cloned().map(filterable).collect(),
        ..collection.clone()
    };
    let found =
        adjective(&cursor, &changeable, Texts::No).map_err(|question| format!("Nothing was changed. {question}"))?;
    let Some((condition, len)) = found.filter(|(_, len)| *len == cursor.tokens.len()) else {
        return Err(standing(cursor, collection, id).unwrap_or_else(|| {
            format!("Nothing was changed: I cannot tell which field that is. {}", how(collection))
        }));
    };
    match (condition.clone(), not) {
        (Condition::One(Comparison { field, operator: "eq", value: Value::Bool(yes) }), not) => {
            Ok(Map::from_iter([(field, Value::Bool(yes != not))]))
        }
        (Condition::One(Comparison { field, operator: "eq", value }), false) if len > 0 => {
            Ok(Map::from_iter([(field, value)]))
        }
        _ => Err(format!("Nothing was changed: say what it should be instead. {}", how(collection))),
    }
}

/// A text field such as `status` takes any word, so it is only suggested.
fn standing(cursor: Cursor<'_>, collection: &Collection, id: &Value) -> Option<Question> {
    let [word] = cursor.tokens else { return None };
    let known = |field: &&Field| field.updatable && STANDING_FIELDS.contains(&field.name.as_str());
    let mut fields = collection.fields.iter().filter(known);
    let field = fields.next().filter(|_| fields.next().is_none() && STANDING.contains(&word.lower.as_str()))?;
    let noun = sentence::noun(&collection.name, Some(1));
    let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    Some(format!("Nothing was changed. Did you mean “update {noun} {id} set {}={}”?", field.name, word.text))
}

fn filterable(field: Field) -> Field {
    Field { filterable: true, ..field }
}

/// What may be an item's name: up to where its new values begin.
fn name_only(said: Cursor<'_>) -> Cursor<'_> {
    let ends = |at: usize| {
        let here = Cursor::new(said.source, &said.tokens[at..]);
        here.starts_with("set|with|as|to|so")
    };
    let end = (0..said.tokens.len()).find(|at| ends(*at)).unwrap_or(said.tokens.len());
    Cursor::new(said.source, &said.tokens[..end])
}

pub(super) fn how(collection: &Collection) -> Question {
    let noun = sentence::noun(&collection.name, Some(1));
    let fields: Vec<_> = collection.fields.iter().filter(|field| field.updatable).map(|f| f.name.as_str()).collect();
    let key = match collection.key.as_slice() {
        [] => return format!("Nothing was changed: {} have no key, so I cannot name one.", collection.name),
        [_] if fields::is_files(collection) => "notes/ideas.md".to_owned(),
        [_] => "7".to_owned(),
        several => format!("{}=…", several.join("=…, ")),
    };
    let example = fields.first().copied().unwrap_or("field");
    format!(
        "To change {}, name it by its {} and say which fields get which values: “update {noun} {key} set \
         {example}=…”. Its fields are {}.",
        sentence::one(&noun),
        sentence::all(&collection.key),
        sentence::all(&fields)
    )
}
