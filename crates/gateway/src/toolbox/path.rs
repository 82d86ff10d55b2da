use std::time::Duration;

use access::{Denied, Effect};
use connector::{Content, Context, Error, ErrorKind, Operation, Outcome, Result};
use serde_json::Value;

use super::{Refused, Toolbox};
use crate::projection::Known;
use crate::{Door, Reply, audit, content, links};

/// Why a call did not end in an outcome.
pub(super) enum Stop {
    Refused(Refused),
    Denied(Denied),
    Failed(Error),
    /// The resource of this number is not what its catalog says.
    Outdated(Error, usize),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Missed {
    /// It never became a call.
    Refused(Refused),
    /// It was tried and failed.
    Failed(Box<Reply>),
}

/// The one path of all calls: a line in the audit, a turn, a bound on time, a permit, the connector.
impl Toolbox {
    pub(super) fn open<'a>(&'a self, tool: &'a str, arguments: &Value, request_id: &'a str) -> audit::Entry<'a> {
        let whose = (self.caller.id().as_str(), self.caller.issuer());
        audit::Entry::open(&self.inner.audit, whose, self.door.as_str(), cut(tool), arguments, request_id)
    }

    /// Does `work` when it is this caller's turn, within the time that a call may take.
    pub(super) async fn in_turn<T>(&self, work: impl Future<Output = Result<T, Stop>>) -> Result<T, Stop> {
        let timeout = Duration::from_millis(self.inner.options.timeout_ms);
        let work = async {
            let _turn = self.inner.limits.turn(&self.caller).await?;
            work.await
        };
        match tokio::time::timeout(timeout, work).await {
            Ok(done) => done,
            Err(_) => {
                let after_s = timeout.as_secs_f64();
                let sentence =
                    format!("This took longer than {after_s} s and was stopped. Ask for less, or narrow the filters.");
                Err(Error::new(ErrorKind::Timeout, sentence).into())
            }
        }
    }

    pub(super) async fn execute(
        &self,
        resource: usize,
        effect: Effect,
        operation: Operation,
        context: &Context,
        audit: &mut audit::Entry<'_>,
    ) -> Result<Outcome, Stop> {
        let known = self.projection.resources.get(resource).ok_or_else(gone)?;
        let connector = self.inner.resources.get(&known.name).ok_or_else(gone)?;
        let target = operation.target();
        audit.reached(&known.name, &target, effect);
        let permit =
            self.inner.policy.permit(&self.caller, &known.name, target, effect).map_err(|denied| match denied {
                Denied::Scope { scopes } => Stop::Refused(Refused::InsufficientScope { scopes }),
                other => Stop::Denied(other),
            })?;
        audit.begin().await?;
        connector.execute(permit, operation, context).await.map_err(|error| match error.is_catalog_stale() {
            true => Stop::Outdated(error, resource),
            false => error.into(),
        })
    }

    /// Ends a call: its line is left, and where that cannot be done its answer is kept back.
    pub(super) async fn close<T>(
        &self,
        ended: Result<T, Stop>,
        tool: &str,
        request_id: &str,
        entry: audit::Entry<'_>,
        outcome: impl FnOnce(&T) -> &'static str,
    ) -> Result<T, Missed> {
        let failed = |reply| Missed::Failed(Box::new(reply));
        let (answer, outcome) = match ended {
            Ok(done) => {
                let outcome = outcome(&done);
                (Ok(done), outcome)
            }
            Err(Stop::Refused(refused)) => {
                let outcome = refused.code();
                (Err(Missed::Refused(refused)), outcome)
            }
            Err(Stop::Denied(denied)) => {
                let reply = Reply::denied(&denied, request_id);
                let outcome = reply.code.unwrap_or("permission_denied");
                (Err(failed(reply)), outcome)
            }
            Err(Stop::Failed(error) | Stop::Outdated(error, _)) => {
                if matches!(error.kind(), ErrorKind::Internal | ErrorKind::Unavailable) {
                    tracing::error!(request_id, tool, ?error, "a call failed");
                }
                (Err(failed(Reply::failure(&error, request_id))), error.kind().code())
            }
        };
        match entry.close(outcome).await {
            false if answer.is_ok() => Err(failed(Reply::failure(&unkept(), request_id))),
            _ => answer,
        }
    }

    /// What a resource made for a model, as this door passes it on.
    pub(super) fn passed(&self, known: &Known, content: Content) -> Result<Content> {
        let mut content = content::checked(content, self.inner.options.result_bytes_max)?;
        if self.reads_documents() {
            content.blocks.iter_mut().for_each(|block| links::mark_block(known, block));
        }
        Ok(content)
    }

    /// Whether clients of this door can read documents by address.
    pub(super) fn reads_documents(&self) -> bool {
        matches!(self.door, Door::Mcp | Door::Stdio)
    }
}

fn unkept() -> Error {
    Error::new(ErrorKind::Unavailable, "This call cannot be recorded right now, so its answer is not given. Try again.")
}

pub(super) fn gone() -> Error {
    Error::internal("the projection and the resources do not fit together")
}

/// A name, cut to a sensible length.
pub(super) fn cut(name: &str) -> &str {
    const NAME_BYTES_MAX: usize = 128;
    &name[..name.floor_char_boundary(NAME_BYTES_MAX)]
}
