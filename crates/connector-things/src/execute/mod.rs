//! One operation for one caller.

mod at;
mod get;
mod history;
mod invoke;
mod list;
mod matcher;
mod read;
mod value;
mod write;

use access::Caller;
use connector::{Context, Error, ErrorKind, Operation, Outcome, Result};
use serde_json::{Map, Value};

use crate::{Things, catalog};

/// Carries it out. What is not the caller's does not exist.
pub(crate) async fn execute(
    things: &Things,
    caller: &Caller,
    operation: Operation,
    context: &Context,
) -> Result<Outcome> {
    match operation {
        Operation::List(list) => list::list(things, caller, &list, context).await,
        Operation::Get(get) => get::get(things, caller, &get, context).await,
        Operation::Invoke(invoke) => {
            let call = Call { things, caller, input: &invoke.input, context };
            match invoke.action.as_str() {
                catalog::READ => read::read(&call).await,
                catalog::WRITE => write::write(&call).await,
                catalog::INVOKE_SAFE => invoke::invoke(&call, true).await,
                catalog::INVOKE => invoke::invoke(&call, false).await,
                catalog::HISTORY => history::history(&call).await,
                _ => Err(Error::not_found("the actions")),
            }
        }
        other => Err(other.foreign()),
    }
}

/// One invocation.
pub(crate) struct Call<'a> {
    things: &'a Things,
    caller: &'a Caller,
    input: &'a Map<String, Value>,
    context: &'a Context,
}

impl Call<'_> {
    /// An input that is text.
    fn text(&self, name: &str) -> Option<&str> {
        self.input.get(name).and_then(Value::as_str)
    }

    /// An input that the schema requires.
    fn required(&self, name: &str) -> Result<&str> {
        self.text(name).ok_or_else(|| Error::invalid(format!("`{name}` is missing, or is not a text.")))
    }

    /// The variables that the caller gives.
    fn variables(&self) -> Map<String, Value> {
        self.input.get("variables").and_then(Value::as_object).cloned().unwrap_or_default()
    }

    /// An answer that fits.
    fn outcome(&self, data: &Value) -> Result<Outcome> {
        let outcome = Outcome::of(data)?;
        let bytes = outcome.data.as_ref().map_or(0, |data| data.get().len());
        if bytes > self.context.result_bytes_max {
            let message = "What the device answered is larger than one answer may be.";
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        Ok(outcome)
    }
}

/// A name that the thing does not have, and those that it has.
fn unknown(sort: &str, name: &str, known: impl Iterator<Item = String>) -> Error {
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(80).collect();
    let known: Vec<_> = known.take(50).collect();
    let has = if known.is_empty() { format!("It has no {sort}.") } else { format!("It has: {}.", known.join(", ")) };
    Error::invalid(format!("`{name}` is no {sort} of this thing. {has}"))
}
