mod sorted;
mod source;

use connector::{Context, List, Outcome, Result, Start};

use super::execute::Run;
use super::matcher::Matcher;
use super::next::Next;
use super::page::Page;
use super::place::Place;
use sorted::sorted_here;
use source::Source;

/// Pages of the API that one page of ours may take.
const PAGES_MAX: usize = 10;

/// A page of what matches. The API's own pages are read one after the other until ours is full; the place where it
/// ended names the API's page and how much of it was shown.
pub(super) async fn list(run: &Run<'_>, list: &List) -> Result<Outcome> {
    let matcher = list.filter.as_ref().map(|filter| Matcher::new(filter, &run.rest.collection)).transpose()?;
    let source = Source::new(run, list)?;
    match list.sort.is_empty() {
        true => in_the_apis_order(&source, list, matcher.as_ref(), run.context).await,
        false => sorted_here(&source, list, matcher.as_ref(), run.context).await,
    }
}

const SAME_AGAIN: &str =
    "The API names the same page again as the next one, so this list ends here; there may be more.";

async fn in_the_apis_order(
    source: &Source<'_>,
    list: &List,
    matcher: Option<&Matcher>,
    context: &Context,
) -> Result<Outcome> {
    let mut place = Place::read(&list.start)?;
    if matcher.is_none() {
        jump(source, &mut place);
    }
    let mut page = Page::new(context.result_bytes_max);
    let (mut looked_at, mut count, mut notices) = (0, None, Vec::new());
    let is_first = place.pairs.is_empty();
    if is_first {
        place.pairs = source.first();
    }
    for _ in 0..PAGES_MAX {
        let came = source.read(&place.pairs).await?;
        place.pairs = came.sent.clone();
        if matcher.is_none() {
            count = count.or(came.total);
        }
        looked_at += came.items.len();
        let of_page = came.items.len();
        for (at, item) in came.items.into_iter().enumerate().skip(place.skip) {
            let is_wanted = matcher.is_none_or(|matcher| matcher.matches(&item));
            let here = Place { skip: at, ..place.clone() };
            if !is_wanted {
                continue;
            }
            if place.offset > 0 {
                place.offset -= 1;
                continue;
            }
            if page.len() >= list.limit as usize {
                return done(page, count, Some(here), notices);
            }
            if !page.add(source.run.rest.show(item, list.fields.as_deref()))? {
                notices.push("The answer grew too large, so this page is shorter. Go on with the cursor.".into());
                return done(page, count, Some(here), notices);
            }
        }
        let (pairs, is_sure) = match came.next {
            Next::End => return ended(page, count, is_first, list, notices),
            Next::There(pairs) => (pairs, true),
            Next::Perhaps(pairs) => (pairs, false),
        };
        if of_page == 0 && !is_sure {
            return ended(page, count, is_first, list, notices);
        }
        if pairs == place.pairs {
            notices.push(SAME_AGAIN.into());
            return done(page, count, None, notices);
        }
        place = Place { pairs, skip: 0, offset: place.offset };
        if is_sure && matcher.is_none() && page.len() >= list.limit as usize {
            return done(page, count, Some(place), notices);
        }
    }
    notices.push(format!("{looked_at} items were looked at for this page. Go on with the cursor."));
    done(page, count, Some(place), notices)
}

/// An API that counts by items is asked for the right ones at once.
fn jump(source: &Source<'_>, place: &mut Place) {
    let paging = &source.run.rest.list.paging;
    if let (Some(offset), true, true) = (&paging.offset, place.offset > 0, place.pairs.is_empty()) {
        place.pairs = source.first();
        place.pairs.push((offset.clone(), place.offset.to_string()));
        place.offset = 0;
    }
}

fn done(page: Page, count: Option<u64>, rest: Option<Place>, notices: Vec<String>) -> Result<Outcome> {
    Ok(Outcome {
        // A total that is smaller than what was seen is none.
        count: count.filter(|count| *count >= page.len() as u64),
        has_more: Some(rest.is_some()),
        next: rest.map(|place| place.to_text()).transpose()?,
        data: Some(page.into_json()?),
        notices,
        ..Outcome::default()
    })
}

fn ended(page: Page, count: Option<u64>, whole: bool, list: &List, notices: Vec<String>) -> Result<Outcome> {
    let from_start = whole && list.start == Start::Offset(0);
    let counted = from_start.then_some(page.len() as u64);
    done(page, counted.or(count), None, notices)
}
