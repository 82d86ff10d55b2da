use connector::{Error, ErrorKind, Result};

use super::RowSecurity;
use crate::error;
use crate::pool::{Cell, Pool, Purpose};
use crate::sql::Statement;

const ROLE: &str = "SELECT CASE WHEN rolsuper OR rolbypassrls THEN 'above' ELSE 'below' END \
     FROM pg_catalog.pg_roles WHERE rolname = $1";

/// Whether policies hold for the role, and the connection may become it.
pub(crate) async fn check(pool: &Pool, security: &RowSecurity) -> Result<()> {
    let role = &security.role;
    let found = pool.query(&Statement::fixed(ROLE, &[role])).await.map_err(error::introspecting)?;
    let quoted = role.replace('"', "\"\"");
    match found.into_iter().next().and_then(|row| row.into_iter().next()).and_then(Cell::text).as_deref() {
        Some("below") => {}
        Some(_) => {
            return Err(Error::invalid(format!(
                "`role` names `{role}`, and row security does not hold for it, because it is a superuser or has \
                 BYPASSRLS. Name another, such as authenticated."
            )));
        }
        None => {
            return Err(Error::invalid(format!(
                "`role` names `{role}`, and the database has no such role. Name another, or make it: \
                 CREATE ROLE \"{quoted}\" NOLOGIN."
            )));
        }
    }
    let settings = security.settings(None)?;
    let tried = match pool.connections(Some(&settings)).session(Purpose::Write).await {
        Ok(session) => {
            session.undo().await;
            return Ok(());
        }
        Err(tried) => tried,
    };
    // https://www.postgresql.org/docs/current/errcodes-appendix.html: insufficient_privilege
    if tried.as_database_error().and_then(|error| error.code()).as_deref() == Some("42501") {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            format!(
                "The user of `url` may not become `{role}`, which `role` names. In the database: GRANT \"{quoted}\" TO \
                 the user of `url`."
            ),
        )
        .with_source(tried));
    }
    Err(error::introspecting(tried))
}
