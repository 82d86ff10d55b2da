use connector::OperationKind;

use super::super::cursor::Cursor;
use super::super::nouns::World;
use super::super::reader::Question;
use super::get::identifier;
use super::update::how;

/// `complete task 1`: a verb that would change an item, but that nothing here is called by.
pub(super) fn question(world: &World<'_>, cursor: Cursor<'_>) -> Option<Question> {
    const VERBS: &str = "\
        complete|finish|close|reopen|cancel|archive|publish|approve|reject|pay|ship|send|assign|buy|refund|\
        return|start|stop|resolve|check off|tick off|do|block|enable|disable|activate";
    let mut here = cursor;
    here.eat_any(VERBS)?;
    here.skip_all("the|my");
    let found = world.at(&here).filter(|found| found.exact && !found.plural)?;
    let [at] = found.collections.as_slice() else { return None };
    here.skip(found.len);
    let offered = world.collections.get(*at)?;
    let singular = identifier(&mut here, offered.collection, true).is_some();
    if !singular || !world.can(*at, OperationKind::Update) {
        return None;
    }
    Some(format!("I do not know what “{}” does here. {}", cursor.word(0), how(offered.collection)))
}
