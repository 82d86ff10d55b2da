//! Single rows by their key.

use connector::{Error, Identifier, Result};
use sea_query::{Expr, ExprTrait};
use serde_json::{Map, Value};

use super::{bind, column, mysql, show};
use crate::catalog::Offered;
use crate::pool::Cell;
use crate::schema::{Engine, Kind};

/// Holds for the row that `identifier` names. A value that cannot be a key is the key of nothing.
pub(crate) fn named(offered: &Offered<'_>, alias: &str, identifier: &Identifier) -> Result<Expr> {
    let mut all = super::always();
    for (name, value) in identifier.parts() {
        let missing = || Error::not_found(&offered.collection.name);
        let position = offered.collection.key.iter().position(|key| key == name).ok_or_else(missing)?;
        let described = offered.column(*offered.offer.key.get(position).ok_or_else(missing)?);
        let engine = offered.snapshot.engine();
        let held = || column(Some(alias), &described.name);
        let equal = bind::equal(engine, described, held(), value).map_err(|_| missing());
        // SQLite's columns hold what they hold: text in a BLOB column is shown as it is, and named so.
        let text = value.as_str().filter(|_| engine == Engine::Sqlite && described.kind == Kind::Bytes);
        all = all.and(match text.map(|text| held().eq(Expr::val(text))) {
            Some(as_text) => equal.map_or_else(|_| as_text.clone(), |equal| equal.or(as_text.clone())),
            None => equal?,
        });
    }
    Ok(all)
}

/// Holds for the row whose whole primary key the database gave as `cells`.
pub(crate) fn given(offered: &Offered<'_>, alias: &str, cells: &[Cell]) -> Expr {
    let table = offered.table();
    table.key.iter().zip(cells).fold(super::always(), |all, (at, cell)| {
        let described = &table.columns[*at];
        let engine = offered.snapshot.engine();
        let held = column(Some(alias), &described.name);
        let held = if engine == Engine::MySql { mysql::comparable(described, held) } else { held };
        all.and(held.eq(bind::cell(engine, described, cell)))
    })
}

/// The identifier's values as JSON texts, to be read by [`identifier`].
pub(crate) fn shown(offered: &Offered<'_>, alias: Option<&str>) -> Vec<Expr> {
    let engine = offered.snapshot.engine();
    offered.offer.key.iter().map(|at| show::json(engine, show::value(engine, offered.column(*at), alias))).collect()
}

/// The `id` of an answer: a scalar, or an object for a key of several fields.
pub(crate) fn identifier(offered: &Offered<'_>, cells: Vec<Cell>) -> Option<Value> {
    let mut values = offered.collection.key.iter().cloned().zip(
        cells
            .into_iter()
            .map(|cell| cell.text().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null)),
    );
    match offered.collection.key.len() {
        0 => None,
        1 => values.next().map(|(_, value)| value),
        _ => Some(Value::Object(values.collect::<Map<_, _>>())),
    }
}
