use connector::{Collection, OperationKind};
use serde_json::Map;

use super::super::cursor::Cursor;
use super::super::nouns::World;
use super::super::plan::{Plan, Then};
use super::super::reader::Question;
use super::super::words::Kind;
use super::super::{fields, sentence, values};
use super::list::around;
use super::pairs::Pairs;
use super::{create_file, unsure};

/// `create a task with title=Buy milk, done=false`.
pub(super) fn plan<'a>(world: &World<'a>, cursor: Cursor<'_>) -> Result<Plan<'a>, Question> {
    let Some(found) = world.find(&cursor) else { return Err(unsure::no_collection(world, cursor.tokens)) };
    let (mut before, after) = around(&cursor, &found, 0);
    before.skip_all("a|an|me|the|new|another|my|one|following|empty");
    if !before.is_empty() {
        return Err(format!(
            "I did not understand {}. Say what to create and its fields: “create … with field=value”.",
            sentence::quote(before.tokens_until(&Cursor::new(before.source, &[])))
        ));
    }
    let at = world.pick(&found, OperationKind::Create)?;
    let collection = world.collections[at].collection;
    if fields::is_files(collection) {
        let noun = cursor.word(found.at);
        return create_file::plan(world, at, after, noun);
    }
    let mut pairs = Pairs { collection, cursor: after, usable: |field| field.creatable, to: false, data: Map::new() };
    called(&mut pairs)?;
    let read = pairs.read();
    let data = match read {
        Ok(()) => pairs.data,
        Err(question) => return Err(format!("Nothing was created. {question}")),
    };
    let missing: Vec<_> =
        collection.fields.iter().filter(|f| f.required && f.creatable && !data.contains_key(&f.name)).collect();
    if data.is_empty() || !missing.is_empty() {
        return Err(wanted(collection, &missing.iter().map(|field| field.name.as_str()).collect::<Vec<_>>()));
    }
    let mut arguments = Map::new();
    arguments.insert("data".into(), data.into());
    world.act(at, OperationKind::Create, arguments, false, |collection, name| Then::Created { collection, name })
}

/// `called Desk lamp`, where a field named `name` or `title` is the only one that can be meant.
fn called(pairs: &mut Pairs<'_, '_>) -> Result<(), Question> {
    let mut here = pairs.cursor;
    if here.eat_any("called|named|titled|entitled").is_none() {
        return Ok(());
    }
    let usable = |name: &str| pairs.collection.fields.iter().find(|f| f.creatable && f.is_text() && f.name == name);
    let field = match (usable("name"), usable("title")) {
        (Some(only), None) | (None, Some(only)) => only,
        _ => return Ok(()),
    };
    let start = here;
    let quoted = here.peek().filter(|token| token.kind == Kind::Quoted);
    here.next();
    while quoted.is_none() && !here.is_empty() && !here.starts_with("with|and|where") {
        if here.peek().is_some_and(|token| token.kind == Kind::Mark) {
            break;
        }
        here.skip(1);
    }
    let text = quoted.map_or_else(|| start.tokens_until(&here), |token| token.text.as_str());
    if text.is_empty() {
        return Err(format!("What should `{}` be?", field.name));
    }
    pairs.data.insert(field.name.clone(), text.into());
    pairs.cursor = here;
    Ok(())
}

/// What must be given, and what else may be.
fn wanted(collection: &Collection, missing: &[&str]) -> Question {
    let noun = sentence::noun(&collection.name, Some(1));
    let fields: Vec<_> = collection
        .fields
        .iter()
        .filter(|field| field.creatable)
        .map(|field| {
            let needed = if field.required { ", needed" } else { "" };
            format!("{} ({}{needed})", field.name, values::kind(field))
        })
        .collect();
    let first = collection.fields.iter().filter(|field| field.creatable);
    let first = first.min_by_key(|field| !field.required);
    let example = first.map_or("field", |field| field.name.as_str());
    let lead = match missing {
        [] => "Nothing was created: I need to know what it should hold.".to_owned(),
        missing => format!("Nothing was created: {} missing.", is_are(missing)),
    };
    format!("{lead} The fields of {noun} are {}. Say “create {noun} with {example}=…”.", sentence::all(&fields))
}

fn is_are(missing: &[&str]) -> String {
    let names: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
    format!("{} {}", sentence::all(&names), if missing.len() == 1 { "is" } else { "are" })
}
