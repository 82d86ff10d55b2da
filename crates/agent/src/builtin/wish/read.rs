use super::super::command::is_path;
use super::super::cursor::Cursor;
use super::super::nouns::World;
use super::super::words::{Kind, Token};
use super::{Verb, Wish};

/// Most words of a name.
const NAME_TOKENS_MAX: usize = 8;
/// Words around a name that are no part of it.
const AROUND: [&str; 12] =
    ["the", "my", "a", "an", "setting", "settings", "preference", "preferences", "device", "called", "named", "s"];

/// The wish that is said, if one is.
pub(super) fn wish(world: &World<'_>, cursor: Cursor<'_>) -> Option<Wish> {
    if world.settings().is_none() && world.things().is_empty() {
        return None;
    }
    // What the catalog names is read as it always was.
    let path = matches!(cursor.tokens, [.., last] if is_path(last) && world.files().is_some());
    if path || world.names_other(&cursor) {
        return None;
    }
    let wish = turn(cursor).or_else(|| past(cursor)).or_else(|| set(cursor)).or_else(|| reset(cursor));
    wish.or_else(|| ask(cursor))
}

/// Any words that may name a device and what it can do.
pub(super) fn deed(cursor: Cursor<'_>) -> Option<Wish> {
    let name = name(cursor.tokens)?;
    (name.len() > 1).then(|| Wish::new(Verb::Do, name))
}

/// `turn on the desk lamp`, `switch the fan off`
fn turn(mut cursor: Cursor<'_>) -> Option<Wish> {
    cursor.eat_any("turn|switch|put|power")?;
    let state = |word: &str| match word {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    };
    let (on, tokens) = match (state(cursor.word(0)), cursor.tokens.split_last()) {
        (Some(on), _) => (on, &cursor.tokens[1..]),
        (None, Some((last, before))) => (state(&last.lower)?, before),
        (None, None) => return None,
    };
    Some(Wish::new(Verb::Turn(on), name(tokens)?))
}

/// `set my theme to dark`, `change the thermostat's target from 20 to 21`
fn set(mut cursor: Cursor<'_>) -> Option<Wish> {
    cursor.eat_any("set|change|switch|adjust|update|turn|dim|put")?;
    cursor.eat_any("up|down");
    let joins = |token: &Token| token.lower == "to" || token.is_mark("=") || token.is_mark(":");
    let at = cursor.tokens.iter().position(joins)?;
    let before = &cursor.tokens[..at];
    let from = before.iter().rposition(|token| token.lower == "from").filter(|from| from + 2 == at);
    let name = name(&before[..from.unwrap_or(at)])?;
    cursor.skip(at + 1);
    let (text, quoted) = match cursor.tokens {
        [] => return None,
        [only] if only.kind == Kind::Mark => return None,
        [only] => (only.text.clone(), only.kind == Kind::Quoted),
        _ => (cursor.tokens_until(&Cursor::new(cursor.source, &[])).to_owned(), false),
    };
    Some(Wish::new(Verb::Set { text, quoted }, name))
}

/// `reset my theme`, `delete my theme setting`
fn reset(mut cursor: Cursor<'_>) -> Option<Wish> {
    let sure = cursor.eat_any("reset|unset").is_some();
    if !sure {
        cursor.eat_any("delete|remove|clear|forget")?;
        let last = cursor.tokens.last()?;
        let first = cursor.tokens.iter().find(|token| !["the", "my"].contains(&token.lower.as_str()))?;
        let setting = |token: &Token| ["setting", "preference"].contains(&token.lower.as_str());
        if !setting(last) && !setting(first) {
            return None;
        }
    }
    let end = cursor.tokens.iter().position(|token| token.lower == "to").unwrap_or(cursor.tokens.len());
    let after = cursor.tokens.get(end + 1..).unwrap_or_default();
    // `reset my language to fr` is no reset.
    let is_default =
        |token: &Token| ["the", "its", "my", "default", "defaults", "value"].contains(&token.lower.as_str());
    after.iter().all(is_default).then_some(())?;
    Some(Wish::new(Verb::Reset, name(&cursor.tokens[..end])?))
}

/// `what is my theme`, `show the temperature of the thermostat`, `is the desk lamp on`
fn ask(mut cursor: Cursor<'_>) -> Option<Wish> {
    let whether = cursor.eat_any("is|are").is_some();
    if !whether {
        cursor.eat_any("what is|what's|what’s|whats|what are|show me|show|get me|get|read|tell me|how|check|which")?;
        cursor.eat_any("is|are|does");
    }
    let mut tokens = cursor.tokens;
    if whether {
        let (last, before) = tokens.split_last()?;
        ["on", "off", "open", "closed", "locked", "online"].contains(&last.lower.as_str()).then_some(())?;
        tokens = before;
    }
    while let Some((last, before)) = tokens.split_last()
        && ["now", "currently", "right", "set", "to"].contains(&last.lower.as_str())
    {
        tokens = before;
    }
    Some(Wish::new(Verb::Ask, name(tokens)?))
}

/// `what was the temperature in the last hour`, `history of the temperature`
fn past(mut cursor: Cursor<'_>) -> Option<Wish> {
    cursor.eat_any("show me|show|get|list|tell me|what's|what is");
    cursor.skip_all("the|my");
    let history = cursor.eat_any("history of|past values of|recent values of|values of|readings of").is_some();
    let was = cursor.eat_any("what was|what were|how was|how did|what has|was").is_some();
    let span = (0..cursor.tokens.len()).find_map(|at| {
        let mut here = cursor;
        here.skip(at);
        here.eat_any("in|over|during|within|for|of|from");
        here.skip_all("the");
        here.eat_any("last|past")?;
        Some((at, seconds(&mut here).filter(|_| here.is_empty())?))
    });
    if !history && !was && span.is_none() {
        return None;
    }
    let (end, seconds) = span.map_or((cursor.tokens.len(), None), |(at, seconds)| (at, Some(seconds)));
    let mut tokens = &cursor.tokens[..end];
    while let Some((last, before)) = tokens.split_last()
        && ["been", "change", "be", "like"].contains(&last.lower.as_str())
    {
        tokens = before;
    }
    Some(Wish::new(Verb::Past(seconds), name(tokens)?))
}

/// `hour`, `30 minutes`, `2 days`
fn seconds(cursor: &mut Cursor<'_>) -> Option<i64> {
    let count = i64::try_from(cursor.number().unwrap_or(1)).ok()?;
    let units = [
        ("second|seconds", 1),
        ("minute|minutes", 60),
        ("hour|hours", 3600),
        ("day|days", 86_400),
        ("week|weeks", 604_800),
    ];
    let (_, each) = units.into_iter().find(|(words, _)| cursor.eat_any(words).is_some())?;
    count.checked_mul(each)
}

/// The words of a name, without those around it. None where they cannot be one.
fn name(tokens: &[Token]) -> Option<Vec<String>> {
    let plain = |token: &&Token| {
        !AROUND.contains(&token.lower.as_str()) && !["of", "in", "for", "on"].contains(&token.lower.as_str())
    };
    let words: Vec<String> = tokens
        .iter()
        .filter(plain)
        .map(|token| token.text.trim_end_matches("'s").trim_end_matches("’s").to_owned())
        .collect();
    let marks = tokens.iter().any(|token| token.kind == Kind::Mark);
    (!marks && !words.is_empty() && words.len() <= NAME_TOKENS_MAX).then_some(words)
}
