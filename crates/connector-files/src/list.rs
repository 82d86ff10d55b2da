use std::ops::ControlFlow;

use connector::{Context, Error, List, Outcome, Result, Start};

use crate::config::Config;
use crate::entry::{Entry, Kind, LISTED};
use crate::filter::{Matcher, fields, needs_stat};
use crate::glob::Glob;
use crate::home::{Home, Scope};
use crate::options::Options;
use crate::page::Page;
use crate::sort::Key;

/// A page of what matches, in order.
pub(crate) fn list(home: &dyn Home, list: &List, config: &Config, context: &Context) -> Result<Outcome> {
    let glob = Options(&list.options).text("glob")?.map(Glob::parse).transpose()?;
    let scope = scope(list, glob.as_ref(), config)?;
    let matcher = list.filter.as_ref().map(Matcher::new).transpose()?;
    let shown = shown(list.fields.as_deref())?;
    let by_path = list.sort.first().is_none_or(|term| term.field == "path" && !term.descending);
    let found = if by_path && home.walks_in_order(&scope) {
        in_order(home, scope, list, matcher.as_ref(), config)?
    } else {
        all(home, &scope, list, matcher.as_ref(), config)?
    };
    let mut notices = found.notices;
    if !found.folders && list.filter.as_ref().is_some_and(|filter| fields(filter).contains(&"kind")) {
        notices.push("Folders are shown only when `folders` is true.".into());
    }
    let mut page = Page::new(context.result_bytes_max);
    let (mut taken, mut next) = (0, None);
    let rest = found.keyed.len();
    for (key, mut entry) in found.keyed.into_iter().take(list.limit as usize) {
        // What vanished since it was seen is left out of the page.
        if !stat(&mut entry, home, &shown)? {
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
    let has_more = rest > taken || found.cut;
    Ok(Outcome {
        data: Some(page.into_json()?),
        count: found.count,
        has_more: Some(has_more),
        next: if rest > taken { next } else { found.next },
        notices,
        ..Outcome::default()
    })
}

/// What may go on the page and after it.
struct Found {
    keyed: Vec<(Key, Entry)>,
    count: Option<u64>,
    cut: bool,
    /// Where looking ended, where the next page can start there.
    next: Option<String>,
    folders: bool,
    notices: Vec<String>,
}

/// Looks at everything and puts it in order.
fn all(home: &dyn Home, scope: &Scope<'_>, list: &List, matcher: Option<&Matcher>, config: &Config) -> Result<Found> {
    let mut keyed = Vec::new();
    let walked = home.walk(scope, &mut |entry| {
        if matcher.is_none_or(|matcher| matcher.matches(&entry)) {
            keyed.push((Key::of(&entry, &list.sort), entry));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let count = keyed.len() as u64;
    keyed.sort_by(|(a, _), (b, _)| a.order(b, &list.sort));
    let skip = match &list.start {
        Start::Offset(offset) => usize::try_from(*offset).unwrap_or(usize::MAX).min(keyed.len()),
        Start::After(text) => {
            let after = Key::parse(text, &list.sort)?;
            keyed.partition_point(|(key, _)| key.order(&after, &list.sort).is_le())
        }
    };
    keyed.drain(..skip);
    Ok(Found {
        keyed,
        count: (!walked.cut).then_some(count),
        cut: walked.cut,
        next: None,
        folders: scope.folders,
        notices: walked.notices(config.entries_max, config.depth_max),
    })
}

/// Looks only as far as the page needs.
fn in_order(
    home: &dyn Home,
    mut scope: Scope<'_>,
    list: &List,
    matcher: Option<&Matcher>,
    config: &Config,
) -> Result<Found> {
    let mut skip = match &list.start {
        Start::Offset(offset) => *offset,
        Start::After(text) => {
            scope.after = Key::parse(text, &list.sort)?.path().map(str::to_owned);
            0
        }
    };
    let (mut keyed, mut count, mut last, mut enough) = (Vec::new(), 0_u64, None, false);
    let walked = home.walk(&scope, &mut |entry| {
        let key = Key::of(&entry, &list.sort);
        let matches = matcher.is_none_or(|matcher| matcher.matches(&entry));
        if matches {
            count += 1;
        }
        last = Some(key.to_text());
        if matches && skip > 0 {
            skip -= 1;
        } else if matches {
            keyed.push((key, entry));
        }
        enough = keyed.len() > list.limit as usize;
        Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    let whole = !enough && !walked.cut && scope.after.is_none();
    let mut notices = walked.notices(config.entries_max, config.depth_max);
    if walked.cut {
        notices = vec![format!("{} files were looked at for this page. Go on with the cursor.", config.entries_max)];
    }
    Ok(Found {
        keyed,
        count: whole.then_some(count),
        cut: walked.cut,
        next: last.filter(|_| walked.cut),
        folders: scope.folders,
        notices,
    })
}

fn scope<'a>(list: &List, glob: Option<&'a Glob>, config: &Config) -> Result<Scope<'a>> {
    let options = Options(&list.options);
    let recursive = options.flag("recursive")?.unwrap_or(true);
    let filtered = list.filter.as_ref().map(fields).unwrap_or_default();
    let sorted = list.sort.iter().map(|term| term.field.as_str());
    Ok(Scope {
        folder: options.folder("folder", config.depth_max)?,
        recursive,
        folders: options.flag("folders")?.unwrap_or(!recursive),
        glob,
        stat: needs_stat(filtered.iter().copied().chain(sorted)),
        entries_max: config.entries_max,
        after: None,
    })
}

fn shown(fields: Option<&[String]>) -> Result<Vec<&str>> {
    let Some(fields) = fields else { return Ok(LISTED.to_vec()) };
    match fields.iter().find(|field| !LISTED.contains(&field.as_str())) {
        Some(field) => Err(Error::invalid(format!("`{field}` is not listed. Use get to see it."))),
        None => Ok(fields.iter().map(String::as_str).collect()),
    }
}

/// Reads what the page shows and the walk did not give. `false` where the entry has vanished.
fn stat(entry: &mut Entry, home: &dyn Home, shown: &[&str]) -> Result<bool> {
    let known = entry
        .stat
        .as_ref()
        .is_some_and(|stat| entry.kind == Kind::Folder || !shown.contains(&"version") || stat.version().is_some());
    if known || !needs_stat(shown.iter().copied()) {
        return Ok(true);
    }
    match home.look(&entry.place) {
        Ok(found) => entry.stat = found.stat,
        Err(error) if error.kind().retryable() => return Err(error),
        Err(_) => return Ok(false),
    }
    Ok(true)
}
