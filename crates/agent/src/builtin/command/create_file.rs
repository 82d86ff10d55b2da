use connector::OperationKind;
use serde_json::{Map, Value};

use super::super::cursor::Cursor;
use super::super::nouns::World;
use super::super::plan::{Plan, Then};
use super::super::reader::Question;
use super::super::sentence;
use super::super::words::{Kind, Token};

/// What stands between a file's name and its text.
const WITH: &str = "\
    with the content|with the contents|with the text|with content|with contents|with text|with body|\
    that says|which says|saying|containing|that contains|with|content|text|and write|and content|and text";

/// `create a note called ideas with buy more lamps`.
pub(super) fn plan<'a>(world: &World<'a>, at: usize, mut cursor: Cursor<'_>, noun: &str) -> Result<Plan<'a>, Question> {
    let how = "Say “create a note called ideas with …” or “create file notes/ideas.md with …”.";
    let named = cursor.eat_any("called|named|titled|at|in|path").is_some();
    while cursor.peek().is_some_and(|token| token.is_mark("=") || token.is_mark(":")) {
        cursor.skip(1);
    }
    let start = cursor;
    while !cursor.is_empty()
        && !cursor.starts_with(WITH)
        && !cursor.peek().is_some_and(|token| token.kind == Kind::Mark)
    {
        cursor.skip(1);
    }
    let count = start.tokens.len() - cursor.tokens.len();
    let path = match &start.tokens[..count] {
        [] => return Err(format!("Nothing was created: what should it be called? {how}")),
        [only] => only.text.clone(),
        several if named && several.iter().all(|token| token.kind == Kind::Word) => {
            start.tokens_until(&cursor).to_owned()
        }
        several => {
            let said = sentence::quote(&several.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" "));
            return Err(format!(
                "Nothing was created: I did not understand {said}. {how} Put a name of several words in quotes."
            ));
        }
    };
    let content = content(&mut cursor).ok_or_else(|| format!("Nothing was created: what should {path} hold? {how}"))?;
    let mut data = Map::new();
    data.insert("path".into(), with_extension(path, noun).into());
    data.insert("content".into(), content);
    let mut arguments = Map::new();
    arguments.insert("data".into(), data.into());
    world.act(at, OperationKind::Create, arguments, false, |collection, name| Then::Created { collection, name })
}

/// Everything after `with`, as it was written; quotes around all of it are taken off.
fn content(cursor: &mut Cursor<'_>) -> Option<Value> {
    while cursor.peek().is_some_and(|token| token.is_mark(",") || token.is_mark(";")) {
        cursor.skip(1);
    }
    let introduced = cursor.eat_any(WITH).is_some() || cursor.peek().is_some_and(|token| token.is_mark(":"));
    while cursor.peek().is_some_and(|token| token.is_mark("=") || token.is_mark(":")) {
        cursor.skip(1);
    }
    if !introduced {
        return None;
    }
    match cursor.tokens {
        [] => None,
        [Token { kind: Kind::Quoted, text, .. }] => Some(text.clone().into()),
        _ => Some(cursor.rest().into()),
    }
}

/// A note without an extension is Markdown; a file is called what it was called.
fn with_extension(path: String, noun: &str) -> String {
    let own = path.rsplit('/').next().unwrap_or_default();
    let written = ["note", "notes", "memo", "memos", "document", "documents", "doc", "docs"].contains(&noun);
    if written && !own.contains('.') { format!("{path}.md") } else { path }
}
