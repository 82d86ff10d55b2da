use connector::{Collection, OperationKind};
use serde_json::{Map, Value};

use super::super::adjective::{Texts, adjective};
use super::super::cursor::Cursor;
use super::super::nouns::World;
use super::super::plan::{Plan, Then};
use super::super::reader::Question;
use super::super::words::{Kind, Token};
use super::super::{fields, values};
use super::list::around;
use super::verbs;

/// `get order 7`, `show file notes/a.txt`, `status of order 7`. None where no single item is named.
pub(super) fn plan<'a>(world: &World<'a>, mut cursor: Cursor<'_>, claimed: bool) -> Result<Option<Plan<'a>>, Question> {
    let asks = cursor.eat_any("is|was|when is|when was|when did|has|did|where is my").is_some();
    verbs::skip_asking(&mut cursor);
    if cursor.eat("does") && cursor.tokens.len() > 1 {
        let kept =
            cursor.tokens.split_last().filter(|(last, _)| ["say", "contain", "hold"].contains(&last.lower.as_str()));
        cursor.tokens = kept.map_or(cursor.tokens, |(_, before)| before);
    }
    cursor.skip_all("open|read|me|the|my");
    cursor.skip_all(
        "\
        contents of|content of|details of|details for|details about|text of|in|about",
    );
    cursor.skip_all("the|my");
    let Some(found) = world.find(&cursor) else {
        return match (cursor.tokens, world.files()) {
            ([only], Some(at)) if is_path(only) => {
                get(world, at, only.text.clone().into(), Vec::new(), claimed).map(Some)
            }
            _ => Ok(None),
        };
    };
    let Some(collection) = found.collections.first().and_then(|at| world.collections.get(*at)).map(|o| o.collection)
    else {
        return Ok(None);
    };
    let (mut before, mut after) = around(&cursor, &found, 0);
    let mut names = Vec::new();
    before.skip_all("the|my|a");
    while let Some((field, len)) = fields::meant(&before, collection, |_| true) {
        names.push(field.name.clone());
        before.skip(len);
        while before.peek().is_some_and(|token| token.is_mark(",")) {
            before.skip(1);
        }
        before.skip_all("and|of|for|from|in|the|my");
    }
    if !before.is_empty() {
        return Ok(None);
    }
    let Some(id) = identifier(&mut after, collection, !found.plural) else { return Ok(None) };
    // A question about one item is answered by showing it.
    if !after.is_empty() && !asks {
        return Ok(None);
    }
    let at = world.pick(&found, OperationKind::Get)?;
    get(world, at, id, names, claimed).map(Some)
}

fn get<'a>(world: &World<'a>, at: usize, id: Value, names: Vec<String>, claimed: bool) -> Result<Plan<'a>, Question> {
    let mut arguments = Map::new();
    arguments.insert("identifier".into(), id.clone());
    if !names.is_empty() {
        arguments.insert("fields".into(), names.clone().into());
    }
    world.act(at, OperationKind::Get, arguments, claimed, |collection, name| Then::Item {
        collection,
        name,
        id,
        fields: names,
    })
}

/// Takes what names one item: `7`, `#7`, `number 7`, `id=7`, a path, a quoted text, all fields of a longer key.
pub(super) fn identifier(cursor: &mut Cursor<'_>, collection: &Collection, one: bool) -> Option<Value> {
    let [key] = collection.key.as_slice() else { return several(cursor, collection) };
    let mut here = *cursor;
    here.eat_any("with|where|called|named|at");
    let mut introduced = here.eat_any("number|no|nr|id|key|path").is_some();
    if !introduced && here.peek().is_some_and(|token| token.lower == key.to_lowercase()) {
        here.skip(1);
        introduced = true;
    }
    if introduced && (here.peek().is_some_and(|token| token.is_mark("=") || token.is_mark(":")) || here.word(0) == "is")
    {
        here.skip(1);
    }
    let token = here.next()?;
    let id = one_key(token, key, collection, one || introduced)?;
    *cursor = here;
    Some(id)
}

fn one_key(token: &Token, key: &str, collection: &Collection, sure: bool) -> Option<Value> {
    let text = token.text.trim_end_matches("'s").trim_end_matches("’s");
    let plain = if token.kind == Kind::Quoted { token.text.as_str() } else { text.strip_prefix('#').unwrap_or(text) };
    if token.kind == Kind::Mark || plain.is_empty() {
        return None;
    }
    let field = collection.field(key);
    if field.is_some_and(|field| field.is_numeric() && !field.is_text()) {
        return values::number(plain, false).filter(|_| plain.chars().all(|c| c.is_ascii_digit() || c == '-'));
    }
    if token.kind == Kind::Quoted || plain.contains(|c: char| c.is_ascii_digit() || matches!(c, '/' | '.' | '@' | '_'))
    {
        return Some(plain.into());
    }
    // A bare word names an item only where it can be nothing else.
    let alone = [token.clone()];
    let here = Cursor::new("", &alone);
    let other = fields::meant(&here, collection, |_| true).is_some()
        || !matches!(adjective(&here, collection, Texts::No), Ok(None))
        || ["with", "where", "that", "and", "in", "for", "of", "by", "sorted", "please", "do", "from", "to", "as"]
            .contains(&token.lower.as_str());
    (sure && !other && !fields::is_files(collection)).then(|| plain.into())
}

/// All fields of a key of several: `order_id=1, product_id=2`.
fn several(cursor: &mut Cursor<'_>, collection: &Collection) -> Option<Value> {
    if collection.key.is_empty() {
        return None;
    }
    let mut here = *cursor;
    let mut parts = Map::new();
    while parts.len() < collection.key.len() {
        here.skip_all("with|where|and");
        while here.peek().is_some_and(|token| token.is_mark(",")) {
            here.skip(1);
        }
        let (field, len) = fields::exact(&here, collection, |_| true)?;
        here.skip(len);
        here.peek().filter(|token| token.is_mark("=") || token.is_mark(":"))?;
        here.skip(1);
        let token = here.next()?;
        let value = values::fit(&token.text, token.kind == Kind::Quoted, field)?;
        if !collection.key.contains(&field.name) {
            return None;
        }
        parts.insert(field.name.clone(), value);
    }
    *cursor = here;
    Some(parts.into())
}

/// `old.log`, `notes/a.txt` and whatever stands in quotes, but not `7.5`.
pub(crate) fn is_path(token: &Token) -> bool {
    let text = &token.text;
    let extension = text.rsplit_once('.').map(|(before, after)| {
        !before.is_empty() && (1..=8).contains(&after.len()) && after.chars().all(char::is_alphanumeric)
    });
    if token.kind == Kind::Quoted {
        return true;
    }
    token.kind != Kind::Mark
        && values::number(text, true).is_none()
        && !text.contains("://")
        && (extension == Some(true) || text.contains('/'))
}
