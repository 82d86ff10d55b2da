use connector::Outcome;
use http::uri::PathAndQuery;
use prost_reflect::DynamicMessage;
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout_at};
use tonic::Status;
use tonic::client::Grpc;
use tonic::transport::Channel;

use super::codec::DynamicCodec;
use super::{Call, Failed};
use crate::message;

/// One message for one message.
pub(super) async fn ask(
    call: &Call<'_>,
    client: &mut Grpc<Channel>,
    request: tonic::Request<DynamicMessage>,
    path: PathAndQuery,
    codec: DynamicCodec,
    deadline: Instant,
) -> Result<Outcome, Failed> {
    let exchange = async {
        client.ready().await.map_err(|error| Status::from_error(error.into()))?;
        client.unary(request, path, codec).await
    };
    let answer = timeout_at(deadline, exchange).await.map_err(|_| Failed::Late)??;
    let text = message::write(answer.get_ref())?;
    let bytes_max = call.context.result_bytes_max;
    if text.get().len() <= bytes_max {
        return Ok(Outcome { data: Some(text), ..Outcome::default() });
    }
    // What was done is done: as much of the answer as fits is told.
    let cut = connector::cut(text.get(), bytes_max).and_then(|text| RawValue::from_string(text).ok());
    let notice = format!(
        "The answer is larger than {bytes_max} bytes: the rest of it is missing. Ask for less, by a filter or a smaller page."
    );
    Ok(Outcome { data: cut, has_more: Some(true), notices: vec![notice], ..Outcome::default() })
}
