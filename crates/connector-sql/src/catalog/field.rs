use connector::{Field, Reference};
use serde_json::{Map, Value, json};

use super::View;
use crate::ownership::Tie;
use crate::schema::{Assigned, Bounds, Column, Engine, ForeignKey, Form, Kind, Table};
use crate::{TableConfig, names};

/// How one column is shown, if it is.
pub(super) fn field(view: &View<'_>, at: usize, column: usize, settings: &TableConfig) -> Option<Field> {
    let table = &view.schema.tables[at];
    let described = &table.columns[column];
    let owned = &view.owners.tables[at];
    let bond = owned.bond(column);
    // One of several that a caller has is told apart by the caller.
    let chosen = bond.is_some_and(|bond| bond.field);
    let key = table.key.contains(&column);
    if is_secret(view, described, settings) || (bond.is_some() && !chosen && table.key != [column]) {
        return None;
    }
    let mut field = Field::new(&described.name, schema(&described.kind, described, view.schema.engine));
    field.description = settings.fields.get(&described.name).or(described.comment.as_ref()).cloned();
    field.nullable = described.nullable && !key;
    field.listed = described.kind != Kind::Bytes;
    field.filterable = !matches!(described.kind, Kind::Bytes | Kind::Json | Kind::Array(_));
    field.sortable = described.ordered && field.filterable;
    let astray = |key: &ForeignKey| key.columns.contains(&column) && view.leads_astray(key);
    let settable = described.assigned == Assigned::Caller
        && (bond.is_none() || chosen && table.key != [column])
        && table.form == Form::Table
        && !settings.read_only_columns.contains(&described.name)
        && (chosen || !table.foreign.iter().any(astray));
    field.creatable = settable;
    field.updatable = settable && !key && bond.is_none() && !view.is_referred_to(at, column);
    match &owned.tie {
        // Without a parent the row would be nobody's.
        Tie::Parent(foreign) if table.foreign[*foreign].columns.contains(&column) => {
            field.nullable = false;
            field.required = settable;
        }
        Tie::Member(key) if key.columns.contains(&column) => field.nullable = false,
        _ => {}
    }
    field.required |= settable && !field.nullable && !described.has_default;
    if chosen {
        // Who has but one need not say which.
        (field.nullable, field.required) = (false, false);
    }
    field.references = reference(view, table, column);
    Some(field)
}

/// Whether a column is never shown and never used.
pub(super) fn is_secret(view: &View<'_>, column: &Column, settings: &TableConfig) -> bool {
    settings.hide.contains(&column.name)
        || names::is_credential(column, &view.config.credential_columns)
            && !settings.not_credentials.contains(&column.name)
}

/// What a column points at; of several foreign keys the narrowest one says.
fn reference(view: &View<'_>, table: &Table, column: usize) -> Option<Reference> {
    let keys = table.foreign.iter().filter(|key| key.columns.contains(&column) && !view.leads_astray(key));
    let key = keys.min_by_key(|key| key.columns.len())?;
    let parent = &view.schema.tables[key.table];
    let target = key.columns.iter().position(|at| *at == column).and_then(|at| key.targets.get(at))?;
    super::hidden::table(view, key.table)
        .is_none()
        .then(|| Reference { collection: parent.label.clone(), field: parent.columns[*target].name.clone() })
}

/// A number of a type whose values go from `low` to `high`, within bounds.
fn number(kind: &str, low: Option<f64>, high: Option<f64>, bounds: &Bounds) -> Value {
    let mut schema = Map::from_iter([("type".to_owned(), json!(kind))]);
    let mut bound =
        |of_type: Option<f64>, checked: Option<(f64, bool)>, names: [&str; 2], tighter: fn(f64, f64) -> bool| {
            let checked = checked.filter(|(number, _)| of_type.is_none_or(|of_type| tighter(*number, of_type)));
            let Some((number, open)) = checked.or_else(|| of_type.map(|of_type| (of_type, false))) else { return };
            schema.insert(names[usize::from(open)].to_owned(), exact(number));
        };
    bound(low, bounds.low, ["minimum", "exclusiveMinimum"], |number, than| number > than);
    bound(high, bounds.high, ["maximum", "exclusiveMaximum"], |number, than| number < than);
    Value::Object(schema)
}

/// Whole numbers are written without a fraction.
fn exact(number: f64) -> Value {
    let digits = number.to_string();
    digits.parse::<i64>().map_or_else(|_| json!(number), |whole| json!(whole))
}

/// JSON Schema of a column's values.
pub(crate) fn schema(kind: &Kind, column: &Column, engine: Engine) -> Value {
    let text = |format: &str| json!({"type": "string", "format": format});
    match kind {
        // The bounds of small types are told; larger values come as text, see the crate's documentation.
        Kind::Integer { bits } => {
            let range = (Column { kind: kind.clone(), ..column.clone() }).whole_numbers();
            let (low, high) = match range {
                Some((least, most)) if *bits < 64 => (Some(least as f64), Some(most as f64)),
                Some((0, _)) => (Some(0.0), None),
                _ => (None, None),
            };
            number("integer", low, high, &column.bounds)
        }
        Kind::Decimal { .. } | Kind::Float => number("number", None, None, &column.bounds),
        Kind::Text => {
            let mut schema = Map::from_iter([("type".to_owned(), json!("string"))]);
            let declared = column.max_length.filter(|_| engine != Engine::Sqlite && column.choices.is_empty());
            if let Some(length) = declared.into_iter().chain(column.bounds.length_max).min() {
                schema.insert("maxLength".into(), json!(length));
            }
            if let Some(length) = column.bounds.length_min {
                schema.insert("minLength".into(), json!(length));
            }
            if !column.choices.is_empty() {
                schema.insert("enum".into(), json!(column.choices));
            }
            Value::Object(schema)
        }
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Uuid => text("uuid"),
        // Neither engine insists on RFC 3339: `2026-01-31 09:30` is taken too, and SQLite keeps what it is given.
        Kind::Timestamp | Kind::TimestampTz => text("date-time"),
        Kind::Date => text("date"),
        Kind::Time => text("time"),
        Kind::Json => json!({"type": ["object", "array", "string", "number", "boolean"]}),
        Kind::Bytes => json!({"type": "string", "contentEncoding": "base16"}),
        Kind::Enum(values) => json!({"type": "string", "enum": &**values}),
        Kind::Array(element) => {
            let column = Column::default();
            json!({"type": "array", "items": schema(element, &column, engine)})
        }
        Kind::Other if engine == Engine::Sqlite => json!({"type": ["string", "number", "boolean"]}),
        Kind::Other => json!({"type": "string"}),
    }
}
