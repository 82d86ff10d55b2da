//! Several items in one transaction.

use std::sync::atomic::{AtomicUsize, Ordering};

use connector::{Amendment, Batch, Change, Context, Error, ErrorKind, Identifier, Outcome, Result};
use serde_json::{Map, Value};

use super::write::{Failed, atomically, given};
use super::{Work, bulk, create, delete, raw, update, upsert};
use crate::catalog::Offered;
use crate::error::Doing;
use crate::pool::{Cell, Row};

pub(crate) async fn batch(work: Work<'_>, batch: Batch) -> Result<Outcome> {
    let offered = work.snapshot.offer(&batch.collection)?;
    let abilities = &offered.collection.abilities;
    let length = match &batch.change {
        Change::Create(items) => items.len(),
        Change::Update(items) => items.len(),
        Change::Delete(items) => items.len(),
        Change::UpdateMatching { .. } | Change::DeleteMatching(_) => {
            let kind = batch.change.kind();
            if !abilities.bulk.contains(&kind) {
                let name = &offered.collection.name;
                let message = format!("{name} cannot be changed by `filters`. Name items by `identifier`.");
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
            1
        }
    };
    if length == 0 || length > abilities.batch_max.max(1) as usize {
        let max = abilities.batch_max.max(1);
        return Err(Error::new(ErrorKind::LimitExceeded, format!("One call takes 1 to {max} items. Split them up.")));
    }
    match batch.change {
        Change::Create(items) => create_all(&work, &offered, &items, upsert::is_asked(&batch.options)).await,
        Change::Update(items) => update_all(&work, &offered, &items).await,
        Change::Delete(identifiers) => delete_all(&work, &offered, &identifiers).await,
        Change::UpdateMatching { matching, data } => bulk::update(&work, &offered, &matching, &data).await,
        Change::DeleteMatching(matching) => bulk::delete(&work, &offered, &matching).await,
    }
}

async fn create_all(
    work: &Work<'_>,
    offered: &Offered<'_>,
    items: &[Map<String, Value>],
    upsert: bool,
) -> Result<Outcome> {
    let prepare =
        |(at, data)| create::prepare(work, offered, data, upsert).map_err(|error| at_place(error, "data", at));
    let new = items.iter().enumerate().map(prepare).collect::<Result<Vec<_>>>()?;
    let mut made = write_all(work, offered, &new).await;
    if upsert::again(upsert, &made) {
        made = write_all(work, offered, &new).await;
    }
    let made = made?;
    let were_there = made.iter().filter(|made| made.was_there).count();
    let (count, mut json) = (made.len(), Joined::new(work.context));
    for made in made {
        json.push(made.row.into_iter().next().and_then(Cell::text));
    }
    let mut outcome = json.outcome(count)?;
    if were_there > 0 {
        outcome.notices.push(format!("{were_there} of {count} items were there already and were changed."));
    }
    Ok(outcome)
}

async fn write_all(work: &Work<'_>, offered: &Offered<'_>, new: &[create::New<'_>]) -> Result<Vec<create::Made>> {
    let place = Place::new("data");
    let values = || place.of(new).map(|new| given(&new.values)).unwrap_or_default();
    atomically(work, offered, Doing::Setting, values, async |session| {
        let mut made = Vec::with_capacity(new.len());
        for (at, new) in new.iter().enumerate() {
            place.reach(at);
            made.push(create::run(session, work, offered, new).await?);
        }
        place.leave();
        Ok::<_, Failed>(made)
    })
    .await
    .map_err(|error| place.name(error))
}

async fn update_all(work: &Work<'_>, offered: &Offered<'_>, items: &[Amendment]) -> Result<Outcome> {
    let mut amended = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let prepared = update::prepare(work, offered, &item.identifier, &item.data, item.if_version.as_deref());
        amended.push(prepared.map_err(|error| at_place(error, "items", at))?);
    }
    let place = Place::new("items");
    let values = || place.of(&amended).map(|amended| given(&amended.values)).unwrap_or_default();
    let rows = atomically(work, offered, Doing::Setting, values, async |session| {
        let mut rows = Vec::with_capacity(amended.len());
        for (at, amended) in amended.iter().enumerate() {
            place.reach(at);
            rows.push(update::run(session, work, offered, amended).await?);
        }
        place.leave();
        Ok::<_, Failed>(rows)
    })
    .await
    .map_err(|error| place.name(error))?;
    let (count, mut json) = (rows.len(), Joined::new(work.context));
    for (row, item) in rows.into_iter().zip(items) {
        json.push(Some(update::shown(offered, row, item.if_version.is_some()).0));
    }
    json.outcome(count)
}

async fn delete_all(work: &Work<'_>, offered: &Offered<'_>, identifiers: &[Identifier]) -> Result<Outcome> {
    let mut finds = Vec::with_capacity(identifiers.len());
    for (at, identifier) in identifiers.iter().enumerate() {
        let find = delete::prepare(work, offered, identifier, false);
        finds.push(find.map_err(|error| at_place(error, "identifiers", at))?);
    }
    let place = Place::new("identifiers");
    let count = atomically(work, offered, Doing::Deleting, Vec::new, async |session| {
        let mut rows: Vec<Row> = Vec::with_capacity(finds.len());
        for (at, find) in finds.iter().enumerate() {
            place.reach(at);
            let cells = update::found(session, offered, find).await?;
            delete::alone(session, work, offered, &cells).await?;
            if !rows.contains(&cells) {
                rows.push(cells);
            }
        }
        place.leave();
        delete::remove(session, work, offered, &rows).await?;
        Ok::<_, Failed>(rows.len())
    })
    .await
    .map_err(|error| place.name(error))?;
    Ok(Outcome { count: Some(count as u64), ..Outcome::default() })
}

/// The item that is being worked on, for what is said when it fails.
struct Place {
    list: &'static str,
    at: AtomicUsize,
}

impl Place {
    const NOWHERE: usize = usize::MAX;

    fn new(list: &'static str) -> Self {
        Self { list, at: AtomicUsize::new(Self::NOWHERE) }
    }

    fn reach(&self, at: usize) {
        self.at.store(at, Ordering::Relaxed);
    }

    /// What fails from now on is no single item's fault.
    fn leave(&self) {
        self.reach(Self::NOWHERE);
    }

    fn of<'a, T>(&self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.at.load(Ordering::Relaxed))
    }

    fn name(&self, error: Error) -> Error {
        match self.at.load(Ordering::Relaxed) {
            Self::NOWHERE => error,
            at => at_place(error, self.list, at),
        }
    }
}

fn at_place(error: Error, list: &str, at: usize) -> Error {
    // What is nobody's argument's fault says nothing of arguments.
    match error.kind() {
        ErrorKind::Unavailable | ErrorKind::Timeout | ErrorKind::Internal => error,
        kind => Error::new(kind, format!("`{list}[{at}]`: {}", error.message())).with_source(error),
    }
}

/// Items joined to one JSON array, which is left out where it would be too large: what was done is done.
struct Joined {
    json: String,
    bytes_max: usize,
    cut: bool,
}

impl Joined {
    fn new(context: &Context) -> Self {
        Self { json: String::from("["), bytes_max: context.result_bytes_max, cut: false }
    }

    fn push(&mut self, item: Option<String>) {
        let item = item.unwrap_or_else(|| "null".into());
        self.cut |= self.json.len() + item.len() + 2 > self.bytes_max;
        if !self.cut {
            if self.json.len() > 1 {
                self.json.push(',');
            }
            self.json.push_str(&item);
        }
    }

    fn outcome(mut self, count: usize) -> Result<Outcome> {
        self.json.push(']');
        let mut outcome = Outcome { count: Some(count as u64), ..Outcome::default() };
        if self.cut {
            let max = self.bytes_max;
            let words = format!("All was done. The items are not shown: they would pass the {max} bytes of an answer.");
            outcome.notices.push(words);
        } else {
            outcome.data = Some(raw(self.json)?);
        }
        Ok(outcome)
    }
}
