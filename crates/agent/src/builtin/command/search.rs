use access::Effect;
use serde_json::{Map, Value};

use super::super::cursor::Cursor;
use super::super::fields;
use super::super::nouns::World;
use super::super::plan::{Act, Plan, Then};
use super::super::reader::Question;
use super::super::words::Kind;
use super::verbs;

/// `find notes containing invoice`: what files hold cannot be filtered by, but a resource may search in it. None
/// where that is not what is asked for.
pub(super) fn plan<'a>(world: &World<'a>, mut cursor: Cursor<'_>, claimed: bool) -> Result<Option<Plan<'a>>, Question> {
    verbs::skip_asking(&mut cursor);
    cursor.skip_all("my|the|all|any");
    let Some(found) = world.at(&cursor).filter(|found| found.exact) else { return Ok(None) };
    let [at] = found.collections.as_slice() else { return Ok(None) };
    let Some(offered) = world.collections.get(*at).filter(|offered| fields::is_files(offered.collection)) else {
        return Ok(None);
    };
    cursor.skip(found.len);
    cursor.skip_all("that|which");
    if cursor.eat_any("containing|contain|mentioning|mention|about|with the text").is_none() {
        return Ok(None);
    }
    let text = match cursor.tokens {
        [] => return Ok(None),
        [only] if only.kind != Kind::Mark => only.text.clone(),
        _ => cursor.tokens_until(&Cursor::new(cursor.source, &[])).to_owned(),
    };
    let search = world.actions.iter().find(|action| {
        action.resource == offered.resource && action.action.effect == Effect::Read && action.action.name == "search"
    });
    let Some(search) = search else { return Ok(None) };
    let schema = search.action.input.get();
    let required = schema.get("required").and_then(Value::as_array).map(Vec::as_slice);
    let Some([Value::String(name)]) = required else { return Ok(None) };
    let input = Map::from_iter([(name.clone(), Value::from(text))]);
    let call = world.toolbox.call_for_action(search, input);
    Ok(call.map(|(tool, arguments)| {
        Plan::Act(Box::new(Act { tool, arguments, then: Then::Invoked { name: search.name.clone() }, claimed }))
    }))
}
