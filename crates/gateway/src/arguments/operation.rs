use connector::{
    Batch, Collection, Create, Delete, Error, Get, Identifier, Operation, OperationKind, Result, Start, Update,
};
use serde_json::{Map, Value};

use super::{Query, aggregate, batch, list, read_list};
use crate::Options;

/// An operation from arguments that are valid by the tool's schema. A list here starts at its `offset`; a cursor
/// is opened by the toolbox, which knows the caller.
pub(crate) fn read(
    kind: OperationKind,
    arguments: &Map<String, Value>,
    collection: &Collection,
    options: &Options,
    start: Option<Start>,
) -> Result<Operation> {
    let name = || collection.name.clone();
    let own = own(kind, arguments, collection);
    if let Some(change) = batch::read(kind, arguments, collection, options.filters())? {
        return Ok(Operation::Batch(Batch { collection: name(), change, options: own }));
    }
    Ok(match kind {
        OperationKind::List => {
            let default = collection.page_default.unwrap_or(options.rows_default);
            let offset = arguments.get("offset").and_then(Value::as_u64).unwrap_or(0);
            let start = start.unwrap_or(Start::Offset(offset));
            let limit = list::limit(arguments, default, options);
            Operation::List(read_list(&Query::of(arguments), limit, start, collection, own, options.filters())?)
        }
        OperationKind::Get => Operation::Get(Get {
            collection: name(),
            identifier: identifier(arguments, collection)?,
            fields: list::fields(arguments, collection)?,
            options: own,
        }),
        OperationKind::Create => Operation::Create(Create { collection: name(), data: data(arguments)?, options: own }),
        OperationKind::Update => Operation::Update(Update {
            collection: name(),
            identifier: identifier(arguments, collection)?,
            data: data(arguments)?,
            options: own,
        }),
        OperationKind::Delete => Operation::Delete(Delete {
            collection: name(),
            identifier: identifier(arguments, collection)?,
            options: own,
        }),
        OperationKind::Aggregate => Operation::Aggregate(aggregate::read(arguments, collection, options)?),
    })
}

pub(super) fn identifier(arguments: &Map<String, Value>, collection: &Collection) -> Result<Identifier> {
    let given = arguments.get("identifier").ok_or_else(|| Error::invalid("`identifier` is missing."))?;
    Identifier::parse(given, collection)
}

pub(super) fn data(arguments: &Map<String, Value>) -> Result<Map<String, Value>> {
    match arguments.get("data") {
        Some(Value::Object(data)) => Ok(data.clone()),
        _ => Err(Error::invalid("`data` must be an object of values by field.")),
    }
}

/// What the collection's own parameters say.
fn own(kind: OperationKind, arguments: &Map<String, Value>, collection: &Collection) -> Map<String, Value> {
    let parameters = collection.parameters.get(&kind).into_iter().flatten();
    parameters.filter_map(|parameter| Some((parameter.name.clone(), arguments.get(&parameter.name)?.clone()))).collect()
}
