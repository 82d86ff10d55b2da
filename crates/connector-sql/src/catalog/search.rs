//! By what the texts of a collection are searched.

use connector::{Collection, Parameter};
use serde_json::json;

use crate::schema::{Kind, Schema, Search};

/// The longest search text, in characters. PostgreSQL takes words of up to 2046 bytes.
pub(crate) const SEARCH_CHARS_MAX: usize = 400;

/// The database's own means where there are any that look at nothing hidden, else the texts that are shown.
pub(super) fn means(schema: &Schema, at: usize, collection: &Collection, fields: &[usize]) -> Option<Search> {
    let table = &schema.tables[at];
    let shown = |columns: &[usize]| columns.iter().all(|column| fields.contains(column));
    let own = schema.searches.get(&at).into_iter().flatten().find(|search| match search {
        Search::Column { column, .. } => shown(&[*column]),
        Search::Expression { columns, .. }
        | Search::Table { columns, .. }
        | Search::Index(columns)
        | Search::Texts(columns) => shown(columns),
    });
    if let Some(own) = own {
        return Some(own.clone());
    }
    let is_text = |column: &usize| {
        let described = &table.columns[*column];
        let field = collection.field(&described.name);
        described.kind == Kind::Text
            && described.choices.is_empty()
            && field.is_some_and(|field| field.filterable && field.listed)
            && !table.foreign.iter().any(|key| key.columns.contains(column))
    };
    let texts: Vec<usize> = fields.iter().copied().filter(is_text).collect();
    (!texts.is_empty()).then_some(Search::Texts(texts))
}

/// The `search` argument.
pub(super) fn parameter() -> Parameter {
    Parameter {
        name: "search".into(),
        description: "Words to look for in the texts of items.".into(),
        schema: json!({"type": "string", "minLength": 1, "maxLength": SEARCH_CHARS_MAX}),
        required: false,
    }
}
