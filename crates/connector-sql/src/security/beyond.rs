use connector::Result;

use crate::error;
use crate::pool::{Cell, Pool};
use crate::schema::{OnDelete, Schema};
use crate::sql::Statement;

/// Tables of which the user of the address sees every row.
const SEEN: &str = "SELECT n.nspname::text, c.relname::text FROM pg_catalog.pg_class c \
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p') AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') \
     AND NOT row_security_active(c.oid)";

/// What a delete would take along is looked at as the user of the address, because policies hide other users' rows
/// from the role and cascades do not stop at policies. Where that user cannot look, nothing that cascades is deleted.
pub(crate) async fn look(pool: &Pool, schema: &mut Schema) -> Result<()> {
    let rows = pool.query(&Statement::fixed(SEEN, &[])).await.map_err(error::introspecting)?;
    let seen: Vec<Vec<String>> = rows.into_iter().map(|row| row.into_iter().filter_map(Cell::text).collect()).collect();
    let unseen = |at: usize| {
        let table = &schema.tables[at];
        let (schema, name) = (table.schema.as_deref(), table.name.as_str());
        !seen.iter().any(|seen| matches!(seen.as_slice(), [of, named] if schema == Some(of) && name == named))
    };
    let children = schema.tables.iter().enumerate().filter(|(child, _)| unseen(*child));
    let cascading = |key: &&crate::schema::ForeignKey| key.declared && key.on_delete != OnDelete::Refuse;
    let parents: Vec<usize> =
        children.flat_map(|(_, table)| table.foreign.iter().filter(cascading).map(|key| key.table)).collect();
    for parent in parents {
        schema.tables[parent].cascades_unseen = true;
    }
    Ok(())
}
