use std::time::Duration;

use access::{Caller, Effect, Target};
use connector::{Error, ErrorKind, Result};
use serde_json::Value;

use crate::{Door, Gateway, audit};

/// Something that a caller does with a resource and that is no tool: setting a credential, connecting an account.
#[derive(Clone, Copy, Debug)]
pub struct Errand<'a> {
    /// Who.
    pub caller: &'a Caller,
    /// Where it comes in.
    pub door: Door,
    /// What it is called in the audit: `credentials.set`.
    pub name: &'a str,
    /// With which resource.
    pub resource: &'a str,
    /// What it does.
    pub effect: Effect,
    /// Names the request.
    pub request_id: &'a str,
}

impl Gateway {
    /// Does it under the same limits as a call, with one line in the audit that holds nothing of what was sent. A
    /// resource that the caller may not read does not exist.
    ///
    /// # Errors
    /// Those of `work`, and those of a call: too many, too slow, not to be recorded.
    pub async fn run<T>(&self, errand: Errand<'_>, work: impl Future<Output = Result<T>>) -> Result<T> {
        let Errand { caller, door, name, resource, effect, request_id } = errand;
        let inner = &self.inner;
        let mut entry = audit::Entry::open(&inner.audit, caller, door.as_str(), name, &Value::Null, request_id);
        let timeout = Duration::from_millis(inner.options.timeout_ms);
        let done = tokio::time::timeout(timeout, async {
            let _turn = inner.limits.turn(caller).await?;
            let not_found = || Error::not_found("the resources that you can use");
            inner.policy.allows(caller, resource, Effect::Read).map_err(|_| not_found())?;
            entry.reached(resource, &Target::Action(name.to_owned()), effect);
            entry.begin().await?;
            work.await
        });
        let done = done.await.unwrap_or_else(|_| {
            Err(Error::new(
                ErrorKind::Timeout,
                "This took too long and was stopped. Look what came of it, then try again.",
            ))
        });
        let outcome = done.as_ref().err().map_or("ok", |error| error.kind().code());
        if let Err(error) = &done
            && matches!(error.kind(), ErrorKind::Internal | ErrorKind::Unavailable)
        {
            tracing::error!(request_id, name, ?error, "an errand failed");
        }
        if !entry.close(outcome).await && done.is_ok() {
            let sentence = "This cannot be recorded right now, so its answer is not given. Try again.";
            return Err(Error::new(ErrorKind::Unavailable, sentence));
        }
        done
    }
}
