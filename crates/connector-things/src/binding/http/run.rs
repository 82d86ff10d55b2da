//! Actions that go on (WoT Profile, HTTP Basic Profile, section 6.2.2.2 ff.): where they are asked for, and how they are
//! coming along.

use connector::{Error, ErrorKind, Result};
use http::StatusCode;
use serde_json::Value;
use upstream::Response;
use url::Url;

use super::answer::{self, refused};
use crate::binding::{At, Run, Status};

/// The address of an action that goes on: on the device's own origin and nowhere else.
pub(super) fn of(at: &At, location: &str) -> Result<Run> {
    let elsewhere = || {
        let message = "The device says that the action goes on elsewhere, which is not followed. Whether it is done is not \
                       known: look before you try again.";
        Error::new(ErrorKind::Unsupported, message)
    };
    let base = Url::parse(&at.form.href).map_err(|_| elsewhere())?;
    let url = base.join(location).map_err(|_| elsewhere())?;
    let is_home = url.origin() == base.origin() && url.username().is_empty() && url.password().is_none();
    if is_home { Ok(Run(url.into())) } else { Err(elsewhere()) }
}

/// The address that a body names where no header does: `{"href": "/actions/fade/1"}`.
pub(super) fn named(response: &Response, at: &At) -> Result<Option<Run>> {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    body.get("href").and_then(Value::as_str).map(|href| of(at, href)).transpose()
}

/// How it is coming along: an `ActionStatus`, or 202 while it goes on and the output when it is done.
pub(super) fn status(response: &Response, at: &At) -> Result<Status> {
    if matches!(response.status.as_u16(), 404 | 410) {
        return Ok(Status::Unknown);
    }
    if let Some(error) = refused(response) {
        return Err(error);
    }
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let word = ["status", "state"].iter().find_map(|key| body.get(*key)?.as_str()).unwrap_or_default();
    let part = body.get("progress").and_then(Value::as_f64);
    let part = part.map(|part| if part > 1.0 { part / 100.0 } else { part }).filter(|part| (0.0..=1.0).contains(part));
    Ok(match word.to_ascii_lowercase().as_str() {
        "pending" | "running" | "queued" | "in_progress" => Status::Running { part },
        "completed" | "succeeded" | "done" | "finished" => {
            Status::Completed(["output", "result"].iter().find_map(|key| body.get(*key)).cloned())
        }
        "failed" | "error" | "cancelled" | "canceled" => Status::Failed(why(&body)),
        _ if response.status == StatusCode::ACCEPTED => Status::Running { part },
        _ => Status::Completed(answer::output(response, at).unwrap_or_default()),
    })
}

fn why(body: &Value) -> String {
    let error = body.get("error").unwrap_or(body);
    let said = ["detail", "title", "message"].iter().find_map(|key| error.get(*key)?.as_str());
    said.or(error.as_str()).unwrap_or("it does not say why").to_owned()
}
