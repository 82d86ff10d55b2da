use connector::{Context, Error, List, Outcome, Result, Start};

use crate::blocking::Stop;
use crate::config::Config;
use crate::entry::{Entry, LISTED, Stat};
use crate::filter::{Matcher, fields, needs_stat};
use crate::glob::Glob;
use crate::home::Home;
use crate::options::Options;
use crate::page::Page;
use crate::sort::Key;
use crate::walk::{Scope, Walked, walk};

/// A page of what matches, in order.
pub(crate) fn list(
    home: Option<&Home>,
    list: &List,
    config: &Config,
    context: &Context,
    stop: &Stop,
) -> Result<Outcome> {
    let scope = scope(list, config)?;
    let matcher = list.filter.as_ref().map(Matcher::new).transpose()?;
    let shown = shown(list.fields.as_deref())?;
    let walked = match home {
        Some(home) => walk(home, &scope, config, stop)?,
        None if scope.folder.is_top() => Walked::default(),
        None => return Err(crate::error::missing()),
    };
    let mut notices = walked.notices(config);
    if !scope.folders && list.filter.as_ref().is_some_and(|filter| fields(filter).contains(&"kind")) {
        notices.push("Folders are shown only when `folders` is true.".into());
    }
    let mut entries = walked.entries;
    entries.retain(|entry| matcher.as_ref().is_none_or(|matcher| matcher.matches(entry)));
    let count = entries.len() as u64;
    let mut keyed: Vec<_> = entries.into_iter().map(|entry| (Key::of(&entry, &list.sort), entry)).collect();
    keyed.sort_by(|(a, _), (b, _)| a.order(b, &list.sort));
    let skip = match &list.start {
        Start::Offset(offset) => usize::try_from(*offset).unwrap_or(usize::MAX),
        Start::After(text) => {
            let after = Key::parse(text, &list.sort)?;
            keyed.partition_point(|(key, _)| key.order(&after, &list.sort).is_le())
        }
    };
    let rest = keyed.len().saturating_sub(skip);
    let mut page = Page::new(context.result_bytes_max);
    let mut taken = 0;
    let mut next = None;
    for (key, mut entry) in keyed.into_iter().skip(skip).take(list.limit as usize) {
        stop.check()?;
        // What vanished since it was seen is left out of the page.
        if !stat(&mut entry, home, &shown) {
            taken += 1;
            continue;
        }
        if !page.add(&entry.object(shown.iter().copied()).into())? {
            notices.push("The answer grew too large, so this page is shorter. Go on with the cursor.".into());
            break;
        }
        taken += 1;
        next = Some(key.to_text());
    }
    let has_more = rest > taken || walked.cut;
    Ok(Outcome {
        data: Some(page.into_json()?),
        count: (!walked.cut).then_some(count),
        has_more: Some(has_more),
        next: next.filter(|_| rest > taken),
        notices,
        ..Outcome::default()
    })
}

fn scope(list: &List, config: &Config) -> Result<Scope> {
    let options = Options(&list.options);
    let recursive = options.flag("recursive")?.unwrap_or(true);
    let filtered = list.filter.as_ref().map(fields).unwrap_or_default();
    let sorted = list.sort.iter().map(|term| term.field.as_str());
    Ok(Scope {
        folder: options.folder("folder", config.depth_max)?,
        recursive,
        folders: options.flag("folders")?.unwrap_or(!recursive),
        glob: options.text("glob")?.map(Glob::parse).transpose()?,
        stat: needs_stat(filtered.iter().copied().chain(sorted)),
    })
}

fn shown(fields: Option<&[String]>) -> Result<Vec<&str>> {
    let Some(fields) = fields else { return Ok(LISTED.to_vec()) };
    match fields.iter().find(|field| !LISTED.contains(&field.as_str())) {
        Some(field) => Err(Error::invalid(format!("`{field}` is not listed. Use get to see it."))),
        None => Ok(fields.iter().map(String::as_str).collect()),
    }
}

fn stat(entry: &mut Entry, home: Option<&Home>, shown: &[&str]) -> bool {
    if entry.stat.is_none() && needs_stat(shown.iter().copied()) {
        let found = home.and_then(|home| {
            let dir = home.folder(&entry.place.parent()).ok()?;
            crate::home::look(&dir, entry.place.name()).ok()
        });
        entry.stat = found.as_ref().map(Stat::of);
        return entry.stat.is_some();
    }
    true
}
