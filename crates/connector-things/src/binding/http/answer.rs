use connector::{Error, ErrorKind, Result};
use http::header::CONTENT_TYPE;
use serde_json::Value;
use upstream::Response;

use crate::binding::{At, Reading};
use crate::payload;

/// What a status outside 2xx means. A device that answers is there, whatever it says: only what stands before it may
/// say that it is away.
pub(super) fn refused(response: &Response) -> Option<Error> {
    let error = response.error()?;
    let status = response.status.as_u16();
    let kind = match (status, error.kind()) {
        (502..=504, _) => return Some(error),
        // Of the thing itself the caller knows that it is there.
        (404 | 410, _) => {
            let message = format!("The device has nothing at the address that its description says ({status}).");
            return Some(Error::new(ErrorKind::Unsupported, message));
        }
        (_, ErrorKind::Unavailable | ErrorKind::Timeout) => ErrorKind::Unsupported,
        (_, kind) => kind,
    };
    let message = error.message().replace("The upstream", "The device").replace("the upstream", "the device");
    Some(Error::new(kind, message).with_source(error))
}

/// The value of a property.
pub(super) fn reading(response: &Response, at: &At) -> Result<Reading> {
    if let Some(error) = refused(response) {
        return Err(error);
    }
    body(response, at, &at.schema).map(Reading::now)
}

/// What an action gave; nothing where it gave nothing.
pub(super) fn output(response: &Response, at: &At) -> Result<Option<Value>> {
    if response.body.is_empty() {
        return Ok(None);
    }
    body(response, at, &at.output).map(Some)
}

fn body(response: &Response, at: &At, schema: &Value) -> Result<Value> {
    if response.cut {
        let message = format!("What the device answered is larger than {} bytes.", at.answer_bytes_max);
        return Err(Error::new(ErrorKind::LimitExceeded, message));
    }
    let kind = response.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    payload::decode(&response.body, kind.unwrap_or(&at.form.content_type), schema)
}
