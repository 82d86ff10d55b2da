use connector::{Collection, OperationKind};
use serde_json::{Map, Value, json};

use super::super::cursor::Cursor;
use super::super::nouns::World;
use super::super::plan::{Plan, Then};
use super::super::reader::Question;
use super::super::words::Kind;
use super::super::{fields, sentence};
use super::get::{identifier, is_path};
use super::list::around;
use super::unsure;

/// `delete order 7`, `delete file old.log`: one item, by its key and by nothing else.
pub(super) fn plan<'a>(world: &World<'a>, cursor: Cursor<'_>) -> Result<Plan<'a>, Question> {
    let Some(found) = world.find(&cursor) else {
        return Err(match cursor.tokens {
            [only] if is_path(only) && world.files().is_some() => {
                format!("Nothing was deleted. Did you mean “delete file {}”?", only.text)
            }
            _ => unsure::no_collection(world, cursor.tokens),
        });
    };
    let (mut before, mut after) = around(&cursor, &found, 0);
    before.skip_all("the|my");
    let at = world.pick(&found, OperationKind::Delete)?;
    let collection = world.collections[at].collection;
    let said = after;
    if before.is_empty()
        && let Some(id) = identifier(&mut after, collection, !found.plural)
        && after.is_empty()
    {
        let mut arguments = Map::new();
        arguments.insert("identifier".into(), id.clone());
        return world.act(at, OperationKind::Delete, arguments, false, |_, name| Then::Deleted { name, id });
    }
    if before.is_empty()
        && let Some(plan) = candidates(world, at, said, "delete")?
    {
        return Ok(plan);
    }
    Err(by_key(collection))
}

fn by_key(collection: &Collection) -> Question {
    let noun = sentence::noun(&collection.name, Some(1));
    match collection.key.as_slice() {
        [] => format!("Nothing was deleted: {} have no key, so I cannot name one.", collection.name),
        [key] if fields::is_files(collection) => {
            format!(
                "Nothing was deleted. I delete one {noun} at a time, by its {key}: say “delete {noun} \"old.log\"”."
            )
        }
        key => {
            let example = if key.len() == 1 { "7".to_owned() } else { format!("{}=…", key.join("=…, ")) };
            let key = sentence::all(key);
            format!("Nothing was deleted. I delete one {noun} at a time, by its {key}: say “delete {noun} {example}”.")
        }
    }
}

/// Looks up what an item may be called, so that the answer can name its key. Nothing is changed.
pub(super) fn candidates<'a>(
    world: &World<'a>,
    at: usize,
    mut said: Cursor<'_>,
    command: &'static str,
) -> Result<Option<Plan<'a>>, Question> {
    let collection = world.collections[at].collection;
    said.eat_any("called|named|titled");
    let plain = !said.is_empty()
        && said.tokens.len() <= 6
        && said.tokens.iter().all(|token| token.kind != Kind::Mark)
        && !said.starts_with("with|where|that|which|in|from|of|for|and|or|older|all");
    let (Some(field), true, true) = (
        fields::label(collection).filter(|field| field.filterable && plain),
        collection.key.len() == 1,
        world.can(at, OperationKind::List),
    ) else {
        return Ok(None);
    };
    let text = match said.tokens {
        [only] => only.text.clone(),
        _ => said.tokens_until(&Cursor::new(said.source, &[])).to_owned(),
    };
    let filters: Value = json!({&field.name: {"contains": text}});
    let arguments = Map::from_iter([("filters".to_owned(), filters), ("limit".to_owned(), 5.into())]);
    let then = |collection, name| Then::Candidates { collection, name, said: text, command };
    world.act(at, OperationKind::List, arguments, false, then).map(Some)
}
