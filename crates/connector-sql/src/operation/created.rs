//! The key of a new row in MySQL, whose INSERT returns nothing: it is known before, or counted by the server.

use sea_query::{Expr, Query};
use serde_json::Value;

use super::Work;
use super::create::{insert, not_yours};
use super::write::{Failed, Values, first};
use crate::catalog::Offered;
use crate::pool::{Cell, Row, Session};
use crate::schema::{Assigned, Column, Engine, KeyDefault, Kind};
use crate::sql::{Build, Statement, mysql};

/// Where a column of the key has its value from.
enum From {
    Known(Cell),
    Default,
    Counter,
}

/// Inserts a row and gives its whole primary key.
pub(super) async fn key(
    work: &Work<'_>,
    offered: &Offered<'_>,
    session: &mut Session,
    values: &Values<'_>,
) -> Result<Row, Failed> {
    let described = offered.table();
    let mut sources = Vec::with_capacity(described.key.len());
    for at in &described.key {
        sources.push(source(work, offered, values, *at)?);
    }
    let asked: Vec<usize> = described
        .key
        .iter()
        .zip(&sources)
        .filter_map(|(at, source)| matches!(source, From::Default).then_some(*at))
        .collect();
    let mut defaults = match defaults(offered, &asked) {
        Some(statement) => first(session, &statement).await?.unwrap_or_default(),
        None => Row::new(),
    }
    .into_iter();
    let mut told = Vec::new();
    for (at, source) in described.key.iter().zip(&mut sources) {
        if matches!(source, From::Default) {
            let cell = defaults.next().unwrap_or(Cell::Null);
            told.push((*at, mysql::bind::cell(&described.columns[*at], &cell)));
            *source = From::Known(cell);
        }
    }
    let statement = insert(&work.scope(), offered, values, told)?;
    let counted = session.insert(&statement).await?;
    let cell = |source| match source {
        From::Known(cell) => cell,
        From::Default | From::Counter => Cell::Text(counted.to_string()),
    };
    Ok(sources.into_iter().map(cell).collect())
}

fn source(work: &Work<'_>, offered: &Offered<'_>, values: &Values<'_>, at: usize) -> Result<From, Failed> {
    let described = offered.column(at);
    if let Some((_, value)) = values.iter().find(|(column, _)| *column == at) {
        let spelled = mysql::bind::spell(described, value);
        return Ok(From::Known(Cell::Text(spelled.ok_or_else(|| not_yours(offered))?)));
    }
    if let Some(bond) = offered.owned().bond(at) {
        let own = bond.holds.values(work.caller);
        let spelled = own.first().and_then(|own| spelled_id(described, own));
        return Ok(From::Known(Cell::Text(spelled.ok_or_else(|| not_yours(offered))?)));
    }
    Ok(match &described.mysql.key_default {
        _ if described.assigned == Assigned::Counter => From::Counter,
        KeyDefault::Constant(text) => {
            let spelled = mysql::bind::spell(described, &Value::from(text.as_str()));
            From::Known(Cell::Text(spelled.ok_or_else(|| not_yours(offered))?))
        }
        _ => From::Default,
    })
}

fn spelled_id(described: &Column, id: &str) -> Option<String> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    match described.kind {
        Kind::Bytes if described.mysql.length == Some(16) && described.mysql.name == "binary" => {
            Some(id.replace('-', ""))
        }
        Kind::Bytes => Some(hex(id.as_bytes())),
        _ => mysql::bind::spell(described, &Value::from(id)),
    }
}

/// Values that only the server makes.
fn defaults(offered: &Offered<'_>, columns: &[usize]) -> Option<Statement> {
    if columns.is_empty() {
        return None;
    }
    let mut select = Query::select();
    for at in columns {
        select.expr(match offered.column(*at).mysql.key_default {
            KeyDefault::Uuid => Expr::cust("CAST(UUID() AS CHAR)"),
            KeyDefault::UuidBytes => Expr::cust("LOWER(HEX(UUID_TO_BIN(UUID())))"),
            KeyDefault::Constant(_) | KeyDefault::None => Expr::null(),
        });
    }
    Some(select.statement(Engine::MySql))
}
