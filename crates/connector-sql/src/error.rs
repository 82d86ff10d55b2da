//! From the drivers' errors to sentences. What the drivers say goes to the log only.

use connector::{Error, ErrorKind};

use crate::catalog::Offered;
use crate::schema::{Assigned, Constraint, Table};

mod mysql;

/// Opening the first connection failed. Whoever reads this starts the program, so it names the server.
pub(crate) fn connecting(kind: &str, host: &str, port: u16, error: sqlx::Error) -> Error {
    let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
    let reason = match (&error, code.as_str()) {
        _ if mysql::number(&error) == Some(1049) => "the database that `url` names does not exist there".to_owned(),
        _ if mysql::number(&error) == Some(1044) => "the user in `url` may not use the database".to_owned(),
        (_, "08004") => "it has too many connections already".to_owned(),
        (_, "28P01" | "28000") => "it refuses the user or password in `url`".to_owned(),
        (_, "3D000") => "the database that `url` names does not exist there".to_owned(),
        (_, "53300") => "it has too many connections already".to_owned(),
        (sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut, _) => "nothing answers there".to_owned(),
        (sqlx::Error::Tls(_), _) => {
            "no TLS connection can be made; see `sslmode` (MySQL: `ssl-mode`) in the address".to_owned()
        }
        _ => "it refuses the connection".to_owned(),
    };
    let message = format!("{kind} at {host}:{port} cannot be used: {reason}.");
    Error::new(ErrorKind::Unavailable, message).with_source(error)
}

/// Reading the database's own catalog failed.
pub(crate) fn introspecting(error: sqlx::Error) -> Error {
    match reading(error) {
        error if error.kind() == ErrorKind::Internal => {
            Error::new(ErrorKind::Unavailable, "The database does not let its tables be described.").with_source(error)
        }
        error => error,
    }
}

const BUSY: &str = "The database is busy. Try again in a moment.";
const SLOW: &str = "The query took too long and was stopped. Narrow it down with filters.";

/// Anything that is nobody's argument's fault.
pub(crate) fn reading(error: sqlx::Error) -> Error {
    use sqlx::Error as Driver;
    if let Some(number) = mysql::number(&error) {
        return mysql::reading(number, error);
    }
    let code = match &error {
        Driver::PoolTimedOut | Driver::PoolClosed | Driver::Io(_) | Driver::Tls(_) | Driver::WorkerCrashed => {
            return Error::unavailable(error);
        }
        Driver::Database(database) => database.code().unwrap_or_default().into_owned(),
        _ => return Error::internal(error),
    };
    let (kind, message) = match code.as_str() {
        // SQLite's primary codes are the lowest byte: https://sqlite.org/rescode.html
        _ if primary(&code).is_some_and(|code| matches!(code, 5 | 6)) => (ErrorKind::Unavailable, BUSY),
        _ if primary(&code) == Some(9) => (ErrorKind::Timeout, SLOW),
        _ if primary(&code).is_some_and(|code| matches!(code, 10 | 13 | 14)) => return Error::unavailable(error),
        _ if primary(&code) == Some(8) => (ErrorKind::PermissionDenied, "The database may only be read."),
        _ if primary(&code) == Some(18) => (ErrorKind::LimitExceeded, "A value is too large for the database."),
        _ if primary(&code) == Some(1) && overflow(&error) => {
            (ErrorKind::LimitExceeded, "The sum is too large for a 64-bit number.")
        }
        // https://www.postgresql.org/docs/current/errcodes-appendix.html
        "57014" => (ErrorKind::Timeout, SLOW),
        "40001" | "40P01" | "55P03" => (ErrorKind::Unavailable, BUSY),
        "42501" => (ErrorKind::PermissionDenied, "The database does not allow this to the user it is opened with."),
        "25006" => (ErrorKind::PermissionDenied, "The database may only be read."),
        // A statement that was prepared before a column changed its type.
        "0A000"
            if error.as_database_error().is_some_and(|error| error.message().starts_with("cached plan must not")) =>
        {
            return changed(error);
        }
        "0A000" | "42883" => (ErrorKind::Unsupported, "The database cannot compare values of this field like that."),
        "42P01" | "42703" => return changed(error),
        _ if error.as_database_error().is_some_and(|error| error.message().starts_with("no such ")) => {
            return changed(error);
        }
        "54000" | "54001" => (ErrorKind::LimitExceeded, "This is too much for the database at once. Ask for less."),
        code if ["08", "53", "57"].iter().any(|class| code.len() == 5 && code.starts_with(class)) => {
            return Error::unavailable(error);
        }
        _ => return Error::internal(error),
    };
    Error::new(kind, message).with_source(error)
}

/// A table or column has gone since the database was looked at.
fn changed(error: sqlx::Error) -> Error {
    let message = "The database is not what it was when it was looked at. Try again in a moment.";
    Error::new(ErrorKind::Unavailable, message).with_source(error).with_stale_catalog()
}

fn overflow(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.message().contains("integer overflow"))
}

fn primary(code: &str) -> Option<u32> {
    // SQLSTATEs have five characters, SQLite's codes at most four digits.
    (code.len() < 5).then(|| code.parse::<u32>().ok()).flatten().map(|code| code & 0xff)
}

/// What a write tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    Setting,
    Deleting,
}

/// A write that the database refused.
pub(crate) fn writing(offered: &Offered<'_>, doing: Doing, error: sqlx::Error) -> Error {
    if let Some(number) = mysql::number(&error) {
        return mysql::writing(offered, doing, number, error);
    }
    let Some(database) = error.as_database_error() else { return reading(error) };
    let code = database.code().unwrap_or_default();
    let table = offered.table();
    let said = match &*code {
        "23505" | "23P01" => taken(offered, database.constraint().and_then(|name| named(&table.unique, name))),
        "1555" | "2067" | "2579" => taken(offered, sqlite_columns(table, database.message()).as_deref()),
        "23503" | "787" | "1811" if doing == Doing::Deleting => {
            Error::new(ErrorKind::Conflict, "Other items still refer to this one. Delete or change those first.")
        }
        "23503" => match table.foreign.iter().find(|key| Some(key.name.as_str()) == database.constraint()) {
            Some(key) => reference(offered, key),
            None => {
                Error::new(ErrorKind::Conflict, "Other items still refer to this one. Delete or change those first.")
            }
        },
        "787" => Error::invalid("A value refers to an item that does not exist."),
        "23502" => {
            let column =
                database.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().and_then(|error| error.column());
            required(offered, column)
        }
        "1299" => {
            let columns = sqlite_columns(table, database.message());
            required(offered, columns.and_then(|columns| table.names(&columns).first().copied()))
        }
        "23514" | "275" | "44000" => {
            let columns = database.constraint().and_then(|name| named(&table.checks, name));
            not_allowed(offered, columns)
        }
        "3091" | "20" => Error::invalid("A value does not have the type of its field."),
        "P0001" | "1043" => Error::invalid(format!("A rule of {} refuses this.", offered.collection.name)),
        code if code.len() == 5 && code.starts_with("22") => {
            Error::invalid("A value does not fit the type of its field, or is too long or too large for it.")
        }
        _ => return reading(error),
    };
    said.with_source(error)
}

/// A reference to what is missing or not the caller's: the same words for both.
pub(crate) fn reference(offered: &Offered<'_>, key: &crate::schema::ForeignKey) -> Error {
    let parent = &offered.snapshot.schema.tables[key.table];
    let names = offered.table().names(&key.columns).join("` and `");
    let verb = if key.columns.len() == 1 { "does" } else { "do" };
    Error::invalid(format!("`{names}` {verb} not name an item of {} that you can refer to.", parent.label))
}

fn taken(offered: &Offered<'_>, columns: Option<&[usize]>) -> Error {
    let names = shown(offered, columns);
    let name = &offered.collection.name;
    Error::new(
        ErrorKind::Conflict,
        match names {
            Some(names) => format!("There is already an item in {name} with this `{names}`. Choose another value."),
            None => format!("An item in {name} with these values exists already."),
        },
    )
}

fn required(offered: &Offered<'_>, column: Option<&str>) -> Error {
    match column.filter(|column| offered.collection.field(column).is_some()) {
        Some(column) => Error::invalid(format!("`{column}` must have a value.")),
        None => Error::invalid("A field that must have a value has none."),
    }
}

fn not_allowed(offered: &Offered<'_>, columns: Option<&[usize]>) -> Error {
    let name = &offered.collection.name;
    Error::invalid(match shown(offered, columns) {
        Some(names) => format!("The rules of {name} do not allow this value of `{names}`."),
        None => format!("The rules of {name} do not allow these values."),
    })
}

/// Names of the columns that the caller gave values to, if all of them may be shown.
fn shown(offered: &Offered<'_>, columns: Option<&[usize]>) -> Option<String> {
    let owner = |column: &usize| offered.owned().bond(*column).is_some_and(|bond| !bond.field);
    let counted = |column: &usize| offered.column(*column).assigned != Assigned::Caller;
    let columns: Vec<usize> = columns?.iter().copied().filter(|column| !owner(column) && !counted(column)).collect();
    let names = offered.table().names(&columns);
    let visible = !names.is_empty() && names.iter().all(|name| offered.collection.field(name).is_some());
    visible.then(|| names.join("` and `"))
}

fn named<'a>(constraints: &'a [Constraint], name: &str) -> Option<&'a [usize]> {
    constraints.iter().find(|constraint| constraint.name == name).map(|constraint| &*constraint.columns)
}

/// The columns in `UNIQUE constraint failed: orders.number, orders.year`, if they are the table's.
fn sqlite_columns(table: &Table, message: &str) -> Option<Vec<usize>> {
    let (_, list) = message.split_once("constraint failed: ")?;
    list.split(", ")
        .map(|part| table.column(part.strip_prefix(&table.name)?.strip_prefix('.')?))
        .collect::<Option<Vec<usize>>>()
}

/// A declared statement that the database refused. Which rule it was stays in the log: the statement is the operator's.
pub(crate) fn invoking(error: sqlx::Error) -> Error {
    let Some(database) = error.as_database_error() else { return reading(error) };
    let code = database.code().unwrap_or_default();
    let said = match &*code {
        _ if is_misfit(&error) => {
            Error::invalid("A value does not fit the type of its argument, or is too large for it.")
        }
        "23505" | "23P01" | "1555" | "2067" | "2579" => {
            Error::new(ErrorKind::Conflict, "An item with these values exists already.")
        }
        "23503" | "787" | "1811" => Error::new(
            ErrorKind::Conflict,
            "This refers to an item that does not exist, or that others still refer to.",
        ),
        "23502" | "23514" | "44000" | "1299" | "275" | "3091" | "20" | "P0001" | "1043" => {
            Error::invalid("The rules of the database do not allow this.")
        }
        _ => return reading(error),
    };
    said.with_source(error)
}

/// Whether MySQL kept a row because others refer to it.
pub(crate) fn is_referred_to(error: &sqlx::Error) -> bool {
    matches!(mysql::number(error), Some(1217 | 1451))
}

/// Whether PostgreSQL could not read a value as its type (class 22, data exception).
pub(crate) fn is_misfit(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default();
    code.len() == 5 && code.starts_with("22") && mysql::number(error).is_none()
}
