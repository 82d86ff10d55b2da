use connector::{Delete, Outcome, Result};

use super::execute::Run;
use super::get::single;

/// Removes one item.
pub(super) async fn delete(run: &Run<'_>, delete: &Delete) -> Result<Outcome> {
    let operation = run.operation(run.rest.delete.ok_or_else(|| run.cannot())?)?;
    let id = single(run, &delete.identifier)?;
    let input = run.rest.input_of(operation, &delete.options, id);
    run.change(run.call(operation, input), id, &delete.options).await?;
    Ok(Outcome { id: Some(id.clone()), ..Outcome::default() })
}
