use access::{Caller, Effect};
use connector::{Error, ErrorKind, Invoke, Outcome, Result};
use sea_query::Value as Bound;
use serde_json::{Map, Value};

use super::page::Page;
use super::{Work, raw};
use crate::action::{self, Answer, Ready, Slot, Source, Written};
use crate::error;
use crate::pool::{Cell, Purpose, Session};
use crate::schema::{Engine, Kind};
use crate::sql::{Statement, plain, show};

pub(crate) async fn invoke(work: Work<'_>, ready: &Ready, invoke: Invoke) -> Result<Outcome> {
    let statement = bound(work.pool.engine(), ready, work.caller, invoke.input)?;
    let purpose = if ready.effect == Effect::Read { Purpose::Read } else { Purpose::Write };
    let mut session = work.pool.session(purpose).await.map_err(error::reading)?;
    match answered(&work, ready, &mut session, &statement).await {
        Ok(outcome) => {
            session.finish().await.map_err(error::invoking)?;
            Ok(outcome)
        }
        Err(error) => {
            session.undo().await;
            Err(error)
        }
    }
}

async fn answered(work: &Work<'_>, ready: &Ready, session: &mut Session, statement: &Statement) -> Result<Outcome> {
    let done = Outcome::default();
    match &ready.answer {
        Answer::Done => {
            session.execute(statement).await.map_err(error::invoking)?;
            return Ok(done);
        }
        Answer::Changed => {
            let changed = session.execute(statement).await.map_err(error::invoking)?;
            return Outcome::of(&serde_json::json!({ "changed": changed }));
        }
        Answer::Single => {
            let rows = session.query(statement).await.map_err(error::invoking)?;
            let json = rows.into_iter().next().and_then(|row| row.into_iter().next()?.text());
            let json = json.unwrap_or_else(|| "null".into());
            if json.len() > work.context.result_bytes_max {
                return Err(too_large(work));
            }
            return Ok(Outcome { data: Some(raw(json)?), ..done });
        }
        Answer::Json | Answer::Cells(_) => {}
    }
    let mut page = Page::new(ready.rows_max as usize, work.context.result_bytes_max);
    let take = |row: Vec<Cell>| {
        let row = match &ready.answer {
            Answer::Cells(columns) => vec![Cell::Text(show::cells(columns, row))],
            _ => row,
        };
        page.take(row) && !page.more
    };
    session.each(statement, take).await.map_err(error::invoking)?;
    if page.cut && page.rows == 0 {
        return Err(too_large(work));
    }
    let (rows, bytes_max) = (page.rows, work.context.result_bytes_max);
    let mut outcome = Outcome { has_more: Some(page.more || page.cut), ..done };
    if page.cut {
        outcome.notices.push(format!(
            "Only the first {rows} rows are here: more would pass the {bytes_max} bytes that an answer may have. Narrow \
             the arguments to see others."
        ));
    } else if page.more {
        outcome.notices.push(format!(
            "Only the first {rows} rows are here, the most that one answer has. Narrow the arguments to see others."
        ));
    } else {
        outcome.count = Some(rows as u64);
    }
    outcome.data = Some(raw(page.finish())?);
    Ok(outcome)
}

fn too_large(work: &Work<'_>) -> Error {
    Error::new(
        ErrorKind::LimitExceeded,
        format!(
            "One row is larger than the {} bytes that an answer may have, so nothing was done.",
            work.context.result_bytes_max
        ),
    )
}

/// The statement with the values of this call.
fn bound(engine: Engine, ready: &Ready, caller: &Caller, mut input: Map<String, Value>) -> Result<Statement> {
    let mut values = Vec::with_capacity(ready.slots.len());
    let mut present = Vec::with_capacity(ready.slots.len());
    for (at, slot) in ready.slots.iter().enumerate() {
        let value = match &slot.source {
            Source::Argument { name, settings, default, required } => {
                let value = match (input.remove(name), default) {
                    (Some(value), _) => value,
                    (None, Some(default)) => default.clone(),
                    (None, None) if *required => return Err(Error::invalid(format!("`{name}` is missing."))),
                    // What a function's argument is then, the function itself says.
                    (None, None) if matches!(ready.statement, Written::Function { .. }) => continue,
                    (None, None) => Value::Null,
                };
                if let Some(settings) = settings
                    && !action::fits(settings, &value)
                {
                    return Err(Error::invalid(format!("`{name}` needs {}.", action::needed(settings))));
                }
                plain::value(engine, &slot.column, name, &value)?
            }
            Source::CallerId => plain::caller(engine, &slot.column, caller.id().as_str()).ok_or_else(|| {
                let message = "Your user id is not of the type that this works with, so nothing of it can be yours.";
                Error::new(ErrorKind::PermissionDenied, message)
            })?,
            Source::Claim(claim) => of_claim(engine, slot, caller.claim(claim)).ok_or_else(|| {
                let message =
                    format!("This needs the claim `{claim}`, which your sign-in does not carry as it must be.");
                Error::new(ErrorKind::PermissionDenied, message)
            })?,
        };
        present.push(at);
        values.push(value);
    }
    if let Some(name) = input.keys().next() {
        return Err(Error::invalid(format!("`{name}` is not an argument of this.")));
    }
    let sql = match &ready.statement {
        Written::Query(sql) => sql.clone(),
        Written::Function { before, after } => format!("{before}{}{after}", action::arguments(&ready.slots, &present)),
    };
    Ok(Statement::bound(sql, values))
}

/// A claim as a bound value: one text or number, or a list of them. An absent one is none.
fn of_claim(engine: Engine, slot: &Slot, claim: Option<&Value>) -> Option<Bound> {
    match claim? {
        Value::String(text) => plain::caller(engine, &slot.column, text),
        Value::Number(number) => plain::caller(engine, &slot.column, &number.to_string()),
        list @ Value::Array(values) if values.iter().all(|value| value.is_string() || value.is_number()) => {
            match (engine, &slot.column.kind) {
                (Engine::Postgres, Kind::Array(_)) => plain::value(engine, &slot.column, "", list).ok(),
                (Engine::Postgres, _) => None,
                (Engine::Sqlite | Engine::MySql, _) => Some(Bound::from(list.to_string())),
            }
        }
        _ => None,
    }
}
