use connector::{Collection, OperationKind};

use super::super::condition::Condition;
use super::super::cursor::Cursor;
use super::super::nouns::{Found, World};
use super::super::plan::{Plan, Then};
use super::super::query::Query;
use super::super::reader::{Question, Reader};
use super::super::words::Kind;
use super::super::{fields, sentence};
use super::{unsure, verbs};

/// Most words of an item's name that stands without quotes.
const NAME_TOKENS_MAX: usize = 6;

/// `show my last 3 orders`, `products cheaper than 20 sorted by price`.
pub(super) fn plan<'a>(world: &World<'a>, cursor: Cursor<'_>, claimed: bool) -> Result<Plan<'a>, Question> {
    // `open` and `read` are verbs as well as what things can be.
    let said = read(world, cursor, claimed);
    let mut without = cursor;
    match without.eat_any("open|read") {
        Some(_) if said.is_err() => read(world, without, claimed).or(said),
        _ => said,
    }
}

fn read<'a>(world: &World<'a>, mut cursor: Cursor<'_>, claimed: bool) -> Result<Plan<'a>, Question> {
    let searching = cursor.starts_with("search|find|look for");
    verbs::skip_asking(&mut cursor);
    let Some(found) = world.find(&cursor) else { return Err(unsure::no_collection(world, cursor.tokens)) };
    let at = world.pick(&found, OperationKind::List)?;
    let columns = columns(world, at, &cursor, &found);
    let (before, after) = around(&cursor, &found, columns.1);
    let mut reader = reader(world, at, &found);
    reader.query.claimed = claimed;
    reader.query.fields = columns.0;
    reader.cursor = before;
    reader.before()?;
    reader.cursor = after;
    if searching && reader.cursor.eat("for") {
        let condition = reader.search()?;
        reader.query.conditions.and(condition);
    }
    rest(&mut reader, found.plural)?;
    settle(&mut reader)?;
    if let Some(group) = reader.query.group_by.first() {
        let noun = sentence::noun(&reader.collection.name, None);
        return Err(format!("A list has no groups. Did you mean “how many {noun} by {group}”?"));
    }
    show(world, at, reader.query)
}

/// What comes after the noun: conditions, or, after a noun in the singular, what the item is called.
fn rest(reader: &mut Reader<'_, '_>, plural: bool) -> Result<(), Question> {
    let (start, said_before) = (reader.cursor, reader.query.clone());
    let Err(question) = reader.after() else { return Ok(()) };
    if let Some(names) = fields_only(start, reader.collection) {
        reader.query = Query { fields: names, ..said_before };
        return Ok(());
    }
    let plain = !plural
        && start.tokens.len() <= NAME_TOKENS_MAX
        && start.tokens.iter().all(|token| token.kind != Kind::Mark)
        && !start.starts_with("with|where|that|which|whose|in|from|of|for|by|and|or");
    let Some(field) = fields::label(reader.collection).filter(|field| plain && field.filterable) else {
        return Err(question);
    };
    let said = match start.tokens {
        [only] => only.text.clone(),
        _ => start.tokens_until(&Cursor::new(start.source, &[])).to_owned(),
    };
    reader.query = said_before;
    reader.query.conditions.and(Condition::new(&field.name, "contains", said));
    Ok(())
}

/// `product names`, `the last order's total`: nothing but fields after the noun.
fn fields_only(mut here: Cursor<'_>, collection: &Collection) -> Option<Vec<String>> {
    let mut names = Vec::new();
    while !here.is_empty() {
        here.skip_all("and");
        while here.peek().is_some_and(|token| token.is_mark(",")) {
            here.skip(1);
        }
        let (field, len) = fields::meant(&here, collection, |_| true)?;
        here.skip(len);
        names.push(field.name.clone());
    }
    Some(names)
}

/// `name and price of products`: the fields before the noun, and how many tokens they take.
fn columns(world: &World<'_>, at: usize, cursor: &Cursor<'_>, found: &Found) -> (Vec<String>, usize) {
    let Some(offered) = world.collections.get(at) else { return (Vec::new(), 0) };
    let mut here = Cursor::new(cursor.source, &cursor.tokens[..found.at]);
    let mut names = Vec::new();
    loop {
        here.skip_all("the|my|and|all");
        while here.peek().is_some_and(|token| token.is_mark(",")) {
            here.skip(1);
        }
        let Some((field, len)) = fields::meant(&here, offered.collection, |_| true) else { break };
        here.skip(len);
        names.push(field.name.clone());
    }
    if !names.is_empty() && here.eat_any("of|for|from|in").is_some() {
        return (names, found.at - here.tokens.len());
    }
    (Vec::new(), 0)
}

/// What stands before a noun, without the first `skipped` tokens, and what after.
pub(super) fn around<'t>(cursor: &Cursor<'t>, found: &Found, skipped: usize) -> (Cursor<'t>, Cursor<'t>) {
    let before = Cursor::new(cursor.source, cursor.tokens.get(skipped..found.at).unwrap_or_default());
    let mut after = *cursor;
    after.skip(found.at + found.len);
    (before, after)
}

pub(super) fn reader<'a, 't>(world: &World<'a>, at: usize, found: &Found) -> Reader<'a, 't> {
    let offered = &world.collections[at];
    Reader {
        collection: offered.collection,
        resource: offered.resource,
        today: world.today,
        cursor: Cursor::new("", &[]),
        query: Query::default(),
        grouping: false,
        one: !found.plural,
    }
}

/// `top 5` of nothing said is by amount.
fn settle(reader: &mut Reader<'_, '_>) -> Result<(), Question> {
    if reader.query.top && reader.query.sort.is_empty() {
        let field = fields::amount(reader.collection, &fields::COST).map_err(|_| {
            format!(
                "The top of {} by what? Say “top 5 {} by …”.",
                reader.collection.name,
                sentence::noun(&reader.collection.name, None)
            )
        })?;
        reader.query.sort.push(super::super::query::Sort { field: field.name.clone(), descending: true });
    }
    Ok(())
}

fn show<'a>(world: &World<'a>, at: usize, query: Query) -> Result<Plan<'a>, Question> {
    let arguments = query.list();
    let words = query.conditions.words();
    let offset = arguments.get("offset").and_then(serde_json::Value::as_u64).unwrap_or(0);
    world.act(at, OperationKind::List, arguments, query.claimed, |collection, name| Then::List {
        collection,
        name,
        words,
        order: query.order,
        offset,
    })
}
