use connector::{Context, Error, ErrorKind, Operation, Outcome, Result};
use http::StatusCode;
use serde_json::{Map, Value};
use upstream::Response;

use super::{Call, Calls, Rest, create, delete, get, list, update};
use crate::api::{self, Api};

/// The most bytes of one answer of the API that a collection reads. Beyond what a caller is shown: an item may have
/// much that is not asked for.
pub(super) const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// One operation on a collection, by the operations of the API.
pub(super) struct Run<'a> {
    pub(super) api: &'a Api,
    pub(super) rest: &'a Rest,
    pub(super) calls: &'a dyn Calls,
    pub(super) context: &'a Context,
}

/// Carries out `operation`, which is one on this collection.
pub(crate) async fn execute(
    api: &Api,
    rest: &Rest,
    calls: &dyn Calls,
    operation: &Operation,
    context: &Context,
) -> Result<Outcome> {
    let run = Run { api, rest, calls, context };
    match operation {
        Operation::List(list) => list::list(&run, list).await,
        Operation::Get(get) => get::get(&run, get).await,
        Operation::Create(create) => create::create(&run, create).await,
        Operation::Update(update) => update::update(&run, update).await,
        Operation::Delete(delete) => delete::delete(&run, delete).await,
        Operation::Aggregate(_) | Operation::Batch(_) | Operation::Invoke(_) => Err(run.cannot()),
        Operation::Recite(_) | Operation::Read(_) | Operation::Complete(_) => Err(operation.foreign()),
    }
}

impl<'a> Run<'a> {
    /// What this collection was not offered with.
    pub(super) fn cannot(&self) -> Error {
        let name = &self.rest.collection.name;
        Error::new(ErrorKind::Unsupported, format!("This cannot be done with {name}: the API has no operation for it."))
    }

    pub(super) fn operation(&self, number: usize) -> Result<&'a api::Operation> {
        self.api.operations.get(number).ok_or_else(|| Error::internal("a collection of another document"))
    }

    /// A call with nothing but its input.
    pub(super) fn call(&self, operation: &'a api::Operation, input: Map<String, Value>) -> Call<'a> {
        Call {
            operation,
            input,
            query: Vec::new(),
            headers: http::HeaderMap::new(),
            answer_bytes_max: ANSWER_BYTES_MAX,
        }
    }

    /// Sends a call that changes one item. That it is not there and that it is another's are the same: one that this
    /// user may not change is there for them only if they may see it.
    pub(super) async fn change(&self, call: Call<'a>, id: &Value, options: &Map<String, Value>) -> Result<Response> {
        let response = self.calls.send(call).await?;
        let missing = || Error::not_found(&self.rest.collection.name);
        match response.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => return Err(missing()),
            StatusCode::FORBIDDEN if self.rest.get.is_some() && self.cannot_see(id, options).await => {
                return Err(missing());
            }
            _ => {}
        }
        response.error().map_or(Ok(response), Err)
    }

    async fn cannot_see(&self, id: &Value, options: &Map<String, Value>) -> bool {
        get::fetch(self, id, options).await.is_err_and(|seen| seen.kind() == ErrorKind::NotFound)
    }

    /// The item in an answer that has one.
    pub(super) fn item(&self, response: &Response, envelope: Option<&str>) -> Result<Option<Map<String, Value>>> {
        if response.body.is_empty() {
            return Ok(None);
        }
        let Value::Object(mut whole) = json(response)? else { return Ok(None) };
        Ok(match envelope.and_then(|name| whole.get_mut(name)).map(Value::take) {
            Some(Value::Object(item)) => Some(item),
            _ => Some(whole),
        })
    }
}

/// The answer's body as JSON.
pub(super) fn json(response: &Response) -> Result<Value> {
    if response.cut {
        return Err(Error::new(
            ErrorKind::LimitExceeded,
            format!("The API's answer is larger than {ANSWER_BYTES_MAX} bytes. Ask for less at once."),
        ));
    }
    serde_json::from_slice(&response.body).map_err(|error| {
        Error::new(ErrorKind::Unavailable, "The API's answer is not the JSON that its document describes.")
            .with_source(error)
    })
}
