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

/// Something that was done for a user who was found out otherwise than by a token.
#[derive(Clone, Copy, Debug)]
pub struct Done<'a> {
    /// Their id.
    pub user: &'a str,
    /// Whose users' ids these are.
    pub issuer: &'a str,
    /// What it is called in the audit: `connections.finish`.
    pub name: &'a str,
    /// With which resource.
    pub resource: &'a str,
    /// What it did.
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
        let mut entry = audit::Entry::open(
            &inner.audit,
            (caller.id().as_str(), caller.issuer()),
            door.as_str(),
            name,
            &Value::Null,
            request_id,
        );
        let done = self.in_turn(caller, async {
            let not_found = || Error::not_found("the resources that you can use");
            inner.policy.allows(caller, resource, Effect::Read).map_err(|_| not_found())?;
            entry.reached(resource, &Target::Action(name.to_owned()), effect);
            entry.begin().await?;
            work.await
        });
        let done = done.await;
        let outcome = done.as_ref().err().map_or("ok", |error| error.kind().code());
        if let Err(error) = &done
            && matches!(error.kind(), ErrorKind::Internal | ErrorKind::Unavailable)
        {
            tracing::error!(request_id, name, ?error, "an errand failed");
        }
        if !entry.close(outcome).await && done.is_ok() {
            return Err(unrecorded());
        }
        done
    }

    /// Does something under the limits of a call that tells only what is the caller's own, and leaves no line.
    ///
    /// # Errors
    /// Those of `work`, and those of a call: too many, too slow.
    pub async fn in_turn<T>(&self, caller: &Caller, work: impl Future<Output = Result<T>>) -> Result<T> {
        let timeout = Duration::from_millis(self.inner.options.timeout_ms);
        let done = tokio::time::timeout(timeout, async {
            let _turn = self.inner.limits.turn(caller).await?;
            work.await
        });
        done.await.unwrap_or_else(|_| {
            Err(Error::new(
                ErrorKind::Timeout,
                "This took too long and was stopped. Look what came of it, then try again.",
            ))
        })
    }

    /// Leaves a line about what was done for a user without a call of theirs: in a browser that brings no token.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] where an answer depends on the line and it cannot be kept.
    pub async fn record(&self, done: Done<'_>) -> Result<()> {
        let Done { user, issuer, name, resource, effect, request_id } = done;
        let door = Door::Http.as_str();
        let audit = &self.inner.audit;
        let mut entry = audit::Entry::open(audit, (user, issuer), door, name, &Value::Null, request_id);
        entry.reached(resource, &Target::Action(name.to_owned()), effect);
        if entry.close("ok").await { Ok(()) } else { Err(unrecorded()) }
    }
}

fn unrecorded() -> Error {
    let sentence = "This cannot be recorded right now, so its answer is not given. Try again.";
    Error::new(ErrorKind::Unavailable, sentence)
}
