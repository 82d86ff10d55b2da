use connector::{Collection, Field, OperationKind};
use serde_json::{Map, Value, json};

use super::super::cursor::Cursor;
use super::super::nouns::World;
use super::super::operator::Operator;
use super::super::plan::{Plan, Then};
use super::super::reader::{Question, Reader};
use super::super::{fields, sentence};
use super::list::{around, reader};
use super::{unsure, verbs};

const COUNT: &str = "\
    how many|count of|count|number of|total number of|total count of|how much|amount of|tally|\
    total amount of";
/// Words and functions; those without `sure` mean a figure only where a field is named with them.
const FIGURES: [(&str, &str, bool); 18] = [
    ("sum up", "sum", true),
    ("sum", "sum", true),
    ("add up", "sum", true),
    ("total up", "sum", true),
    ("total", "sum", true),
    ("average", "avg", true),
    ("avg", "avg", true),
    ("mean", "avg", true),
    ("minimum", "min", true),
    ("min", "min", true),
    ("maximum", "max", true),
    ("max", "max", true),
    ("lowest", "min", false),
    ("smallest", "min", false),
    ("highest", "max", false),
    ("largest", "max", false),
    ("biggest", "max", false),
    ("greatest", "max", false),
];

/// `how many open tasks do I have`, `average total of orders by status`. None where no figure is asked for.
pub(super) fn plan<'a>(world: &World<'a>, mut cursor: Cursor<'_>, claimed: bool) -> Result<Option<Plan<'a>>, Question> {
    verbs::skip_asking(&mut cursor);
    cursor.skip_all("the|my|a");
    if cursor.eat_any(COUNT).is_some() {
        return count(world, cursor, claimed).map(Some);
    }
    let Some((word, function, sure)) = FIGURES.iter().find(|(word, _, _)| cursor.eat(word)).copied() else {
        return Ok(None);
    };
    // `total and status of my orders` names fields.
    if cursor.word(0) == "and" || cursor.peek().is_some_and(|token| token.is_mark(",")) {
        return Ok(None);
    }
    let with_of = cursor.starts_with("of|for|in|over");
    cursor.skip_all("of|for|the|my|all|over|in");
    let Some(found) = world.find(&cursor) else {
        return if sure { Err(unsure::no_collection(world, cursor.tokens)) } else { Ok(None) };
    };
    let at = match world.pick(&found, OperationKind::Aggregate) {
        Ok(at) => at,
        Err(question) => return if sure { Err(question) } else { Ok(None) },
    };
    let (mut before, mut after) = around(&cursor, &found, 0);
    let collection = world.collections[at].collection;
    let mut field = named(&mut before, collection);
    if field.is_some() {
        before.skip_all("of|for|in|over|from|across|on");
    } else {
        let mut beyond = after;
        field = named(&mut beyond, collection).filter(|_| Operator::read(&mut beyond.to_owned()).is_none());
        if field.is_some() {
            after = beyond;
        }
    }
    let field = match field {
        Some(field) => field,
        None if !sure => return Ok(None),
        None => unnamed(collection, word, with_of)?,
    };
    let mut reader = reader(world, at, &found);
    reader.query.claimed = claimed;
    reader.grouping = true;
    reader.cursor = before;
    reader.before()?;
    reader.cursor = after;
    reader.after()?;
    let metrics = json!([{"function": function, "field": field.name}]);
    figures(world, at, reader, metrics).map(Some)
}

/// The field that a figure is made of.
fn named<'c>(cursor: &mut Cursor<'_>, collection: &'c Collection) -> Option<&'c Field> {
    let mut here = *cursor;
    here.skip_all("the|my|of");
    let (field, len) = fields::meant(&here, collection, |field| field.sortable)?;
    here.skip(len);
    *cursor = here;
    Some(field)
}

/// `total of my orders` is the sum of `total`; `total orders` may be something else.
fn unnamed<'c>(collection: &'c Collection, word: &str, with_of: bool) -> Result<&'c Field, Question> {
    let own = collection.fields.iter().find(|field| field.sortable && field.name.eq_ignore_ascii_case(word));
    let plural = sentence::noun(&collection.name, None);
    let amounts: Vec<_> = collection.fields.iter().filter(|f| f.sortable && fields::is_amount(f, collection)).collect();
    let field = own.filter(|field| field.is_numeric()).or(match amounts.as_slice() {
        [only] => Some(*only),
        _ => None,
    });
    match field {
        Some(field) if with_of || word != "total" => Ok(field),
        Some(field) => Err(format!("Did you mean “how many {plural}” or “sum of {} of {plural}”?", field.name)),
        None if amounts.is_empty() => Err(format!("{plural} have no numbers to reckon with.")),
        None => {
            let names: Vec<_> = amounts.iter().map(|field| field.name.as_str()).collect();
            Err(format!("The {word} of which field of {plural}: {}?", sentence::either(&names)))
        }
    }
}

fn count<'a>(world: &World<'a>, mut cursor: Cursor<'_>, claimed: bool) -> Result<Plan<'a>, Question> {
    cursor.skip_all("of|the|my|all");
    let Some(found) = world.find(&cursor) else { return Err(unsure::no_collection(world, cursor.tokens)) };
    let able = found.collections.iter().any(|at| world.can(*at, OperationKind::Aggregate));
    let kind = if able { OperationKind::Aggregate } else { OperationKind::List };
    let at = world.pick(&found, kind)?;
    let (before, after) = around(&cursor, &found, 0);
    let mut reader = reader(world, at, &found);
    reader.query.claimed = claimed;
    reader.grouping = able;
    reader.cursor = before;
    reader.before()?;
    reader.cursor = after;
    reader.after()?;
    if able {
        return figures(world, at, reader, json!([{"function": "count"}]));
    }
    let mut arguments = reader.query.filters();
    arguments.insert("limit".into(), 1.into());
    let words = reader.query.conditions.words();
    let claimed = reader.query.claimed;
    world.act(at, kind, arguments, claimed, |collection, name| Then::Count { collection, name, words })
}

fn figures<'a>(world: &World<'a>, at: usize, reader: Reader<'a, '_>, metrics: Value) -> Result<Plan<'a>, Question> {
    let query = reader.query;
    let counting = metrics.pointer("/0/function") == Some(&json!("count"));
    if let Some(sort) = query.sort.iter().find(|sort| !query.group_by.contains(&sort.field)) {
        return Err(format!("A figure cannot be sorted by {}. Leave that out.", sort.field));
    }
    let mut arguments = Map::new();
    arguments.insert("metrics".into(), metrics);
    arguments.extend(query.filters());
    let grouped = !query.group_by.is_empty();
    if grouped {
        arguments.insert("group_by".into(), query.group_by.clone().into());
    }
    if let (true, Some(limit)) = (grouped, query.limit) {
        arguments.insert("limit".into(), limit.into());
    }
    let words = query.conditions.words();
    world.act(at, OperationKind::Aggregate, arguments, query.claimed, |collection, name| {
        if counting && !grouped {
            Then::Count { collection, name, words }
        } else {
            Then::Figures { collection, name, words }
        }
    })
}
