use connector::{Context, Error, ErrorKind, List, Outcome, Result};

use super::source::Source;
use super::{PAGES_MAX, done};
use crate::collection::matcher::Matcher;
use crate::collection::next::Next;
use crate::collection::order;
use crate::collection::page::Page;
use crate::collection::place::Place;

/// Everything that matches, put in order here; refused where that is more than is read for one call.
pub(super) async fn sorted_here(
    source: &Source<'_>,
    list: &List,
    matcher: Option<&Matcher>,
    context: &Context,
) -> Result<Outcome> {
    let place = Place::read(&list.start)?;
    let (mut all, mut pairs, mut looked_at, mut pages) = (Vec::new(), source.first(), 0, 0);
    loop {
        if pages == PAGES_MAX {
            return Err(Error::new(
                ErrorKind::LimitExceeded,
                format!(
                    "{} has more than {looked_at} items, too many to sort. Leave `sort` out, or narrow it by `filters`.",
                    source.run.rest.collection.name
                ),
            ));
        }
        pages += 1;
        let came = source.read(&pairs).await?;
        looked_at += came.items.len();
        let is_empty = came.items.is_empty();
        all.extend(came.items.into_iter().filter(|item| matcher.is_none_or(|matcher| matcher.matches(item))));
        pairs = match came.next {
            Next::There(next) if next != came.sent => next,
            Next::Perhaps(next) if next != came.sent && !is_empty => next,
            _ => break,
        };
    }
    all.sort_by(|a, b| order::by(&list.sort, a, b));
    let count = all.len();
    let skip = usize::try_from(place.offset).unwrap_or(usize::MAX);
    let mut page = Page::new(context.result_bytes_max);
    let mut notices = Vec::new();
    for item in all.into_iter().skip(skip).take(list.limit as usize) {
        if !page.add(source.run.rest.show(item, list.fields.as_deref()))? {
            notices.push("The answer grew too large, so this page is shorter. Go on with the cursor.".into());
            break;
        }
    }
    let end = skip.saturating_add(page.len());
    let rest = (end < count).then(|| Place { offset: end as u64, ..Place::default() });
    done(page, Some(count as u64), rest, notices)
}
