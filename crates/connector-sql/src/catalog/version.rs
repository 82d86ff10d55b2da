//! How the versions of an item are told apart.

use connector::{Collection, Field, OperationKind, Parameter};
use serde_json::json;

use crate::TableConfig;
use crate::schema::Table;

/// The field that holds an item's version.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    /// Its name, which no column has.
    pub(crate) name: String,
    /// The column that it is taken from; none where the whole row tells.
    pub(crate) column: Option<usize>,
}

/// Adds the field, after those of columns, where items can be changed. `get` shows it; `list` where it is asked for.
pub(super) fn add(table: &Table, collection: &mut Collection, settings: &TableConfig) -> Option<Version> {
    let changes = [OperationKind::Update, OperationKind::Delete];
    if !changes.iter().any(|kind| collection.operations.contains(kind)) {
        return None;
    }
    let mut name = "_version".to_owned();
    while table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&name)) {
        name.push('_');
    }
    let column = settings.version.as_ref().and_then(|wanted| table.column(wanted));
    if let Some(field) =
        settings.version.as_ref().and_then(|name| collection.fields.iter_mut().find(|it| it.name == *name))
    {
        field.updatable = false;
    }
    let mut field = Field::new(&name, json!({"type": "string"}));
    field.description = Some("Changes whenever the item does; see `if_version`.".into());
    (field.listed, field.filterable, field.sortable) = (false, false, false);
    (field.creatable, field.updatable) = (false, false);
    collection.fields.push(field);
    Some(Version { name, column })
}

/// The `if_version` argument.
pub(super) fn parameter() -> Parameter {
    Parameter {
        name: "if_version".into(),
        description:
            "Only if the item's `_version` is still this one; otherwise nothing happens and the answer is conflict."
                .into(),
        schema: json!({"type": "string"}),
        required: false,
    }
}
