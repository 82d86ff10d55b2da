//! MySQL's and MariaDB's error numbers: <https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html>,
//! <https://mariadb.com/kb/en/mariadb-error-code-reference/>.

use connector::{Error, ErrorKind};
use sqlx::mysql::MySqlDatabaseError;

use super::{BUSY, Doing, SLOW, changed, named, not_allowed, required, taken};
use crate::catalog::Offered;

pub(super) fn number(error: &sqlx::Error) -> Option<u16> {
    error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number)
}

pub(super) fn reading(number: u16, error: sqlx::Error) -> Error {
    let (kind, message) = match number {
        1969 | 3024 | 1317 => (ErrorKind::Timeout, SLOW),
        1020 | 1205 | 1213 => (ErrorKind::Unavailable, BUSY),
        1044 | 1142 | 1143 | 1227 | 1370 => {
            (ErrorKind::PermissionDenied, "The database does not allow this to the user it is opened with.")
        }
        1290 | 1792 | 1836 => (ErrorKind::PermissionDenied, "The database may only be read."),
        1054 | 1146 | 1356 => return changed(error),
        1153 | 1301 => (ErrorKind::LimitExceeded, "A value is too large for the database."),
        1690 => (ErrorKind::LimitExceeded, "The sum is too large for a 64-bit number."),
        1038 | 1041 | 1104 | 1390 | 1436 => {
            (ErrorKind::LimitExceeded, "This is too much for the database at once. Ask for less.")
        }
        1267 | 1271 | 1305 => (ErrorKind::Unsupported, "The database cannot compare values of this field like that."),
        // Connections refused, lost, or ended by the server.
        1040 | 1053 | 1077 | 1152 | 1158..=1161 | 1203 | 1226 | 1927 | 3169 => return Error::unavailable(error),
        _ => return Error::internal(error),
    };
    Error::new(kind, message).with_source(error)
}

pub(super) fn writing(offered: &Offered<'_>, doing: Doing, number: u16, error: sqlx::Error) -> Error {
    let message = error.as_database_error().map(|error| error.message().to_owned()).unwrap_or_default();
    let table = offered.table();
    let referred = "Other items still refer to this one. Delete or change those first.";
    let said = match number {
        1062 | 1586 => taken(offered, unique(&message).and_then(|name| named(&table.unique, name))),
        1217 | 1451 => Error::new(ErrorKind::Conflict, referred),
        1216 | 1452 if doing == Doing::Deleting => Error::new(ErrorKind::Conflict, referred),
        1216 | 1452 => {
            match table.foreign.iter().find(|key| Some(key.name.as_str()) == quoted(&message, "CONSTRAINT ")) {
                Some(key) => super::reference(offered, key),
                None => Error::invalid("A value refers to an item that does not exist."),
            }
        }
        1048 | 1364 => required(offered, quoted(&message, "olumn ").or_else(|| quoted(&message, "ield "))),
        3819 | 4025 => {
            let name = quoted(&message, "onstraint ").or_else(|| quoted(&message, "CONSTRAINT "));
            let columns = name.and_then(|name| {
                let own = name.strip_prefix(&table.name).and_then(|rest| rest.strip_prefix('.'));
                named(&table.checks, name).or_else(|| named(&table.checks, own?))
            });
            not_allowed(offered, columns)
        }
        1369 => not_allowed(offered, None),
        1644 => Error::invalid(format!("A rule of {} refuses this.", offered.collection.name)),
        // 1242 no shape (see where shapes are bound), 1264 out of range, 1265 truncated, 1292 and 1366 incorrect, 1406 too long, 1416 no geometry
        1242 | 1264 | 1265 | 1292 | 1366 | 1406 | 1411 | 1416 | 1525 | 3140 => {
            let column = quoted(&message, "olumn ").and_then(|name| table.column(name));
            match column.filter(|at| offered.collection.field(&offered.column(*at).name).is_some()) {
                Some(at) => {
                    let described = offered.column(at);
                    Error::invalid(format!("`{}` needs {}.", described.name, crate::operation::needed(described)))
                }
                None => {
                    Error::invalid("A value does not fit the type of its field, or is too long or too large for it.")
                }
            }
        }
        _ => return reading(number, error),
    };
    said.with_source(error)
}

/// The index in `Duplicate entry 'x' for key 'orders.number'`. The entry, which comes first, may hold anything.
fn unique(message: &str) -> Option<&str> {
    let (_, name) = message.rsplit_once(" for key '")?;
    let name = name.strip_suffix('\'')?;
    Some(name.rsplit_once('.').map_or(name, |(_, name)| name))
}

/// The last name of the path that follows `before`: `x` in "column `shop`.`orders`.`x`" and in "column 'x'".
fn quoted<'a>(message: &'a str, before: &str) -> Option<&'a str> {
    let (_, rest) = message.rsplit_once(before)?;
    let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '`'))?;
    let mut rest = &rest[1..];
    loop {
        let (name, after) = rest.split_once(quote)?;
        match after.strip_prefix('.').and_then(|after| after.strip_prefix(quote)) {
            Some(next) => rest = next,
            None => return Some(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_what_servers_say() {
        assert_eq!(unique("Duplicate entry 'a' for key 'b' for key 'orders.number'"), Some("number"));
        assert_eq!(unique("Duplicate entry 'A-1' for key 'PRIMARY'"), Some("PRIMARY"));
        assert_eq!(quoted("Data too long for column 'x' at row 1", "olumn "), Some("x"));
        assert_eq!(quoted("Incorrect integer value: 'a' for column `p`.`t`.`x` at row 1", "olumn "), Some("x"));
        assert_eq!(quoted("CONSTRAINT `CONSTRAINT_1` failed for `p`.`t`", "CONSTRAINT "), Some("CONSTRAINT_1"));
        let foreign = "Cannot add or update a child row: a foreign key constraint fails (`p`.`t`, CONSTRAINT `t_ibfk_1` \
                       FOREIGN KEY (`a`) REFERENCES `u` (`id`))";
        assert_eq!(quoted(foreign, "CONSTRAINT "), Some("t_ibfk_1"));
    }
}
