use std::sync::Arc;

use access::{Caller, Effect, Target};
use connector::{Context, Error, ErrorKind, Invoke, Operation, Outcome, Ownership, Result};
use serde_json::{Map, Value};

use crate::Gateway;
use crate::audit::Entry;

/// What the audit calls this door: the house itself asked, on a user's behalf.
const DOOR: &str = "lookup";
/// The most bytes of an answer.
const RESULT_BYTES_MAX: usize = 64 * 1024;

impl Gateway {
    /// Keeps actions from being tools. They are there for [`lookup`](Self::lookup) alone: what they answer is for this
    /// server and not for a model. To be said before the gateway is shared.
    #[must_use]
    pub fn reserving(mut self, actions: impl IntoIterator<Item = (String, String)>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.reserved.extend(actions);
        }
        self
    }

    /// Invokes a reserved action as this caller, by a permit and with a line in the audit like any call. It is a part
    /// of a call that has its turn already, so it takes none.
    pub async fn lookup(&self, caller: &Caller, resource: &str, action: &str, request_id: &str) -> Result<Outcome> {
        let inner = &*self.inner;
        let missing = || Error::internal(format!("{resource}.{action} is not a reserved action"));
        let reserved = inner.reserved.iter().any(|(known, name)| known == resource && name == action);
        let connector = inner.resources.get(resource).filter(|_| reserved).ok_or_else(missing)?;
        let catalog = connector.catalog();
        let Some(described) = catalog.action(action) else {
            return Err(Error::unavailable(format!("{resource}.{action} is not there")));
        };
        // One answer for all users would be one user's secret in another's hand.
        if !matches!(described.ownership, Ownership::Owned { .. }) || described.effect != Effect::Read {
            return Err(Error::internal(format!("{resource}.{action} does not answer each user with their own")));
        }
        let mut entry =
            Entry::open(&inner.audit, (caller.id().as_str(), caller.issuer()), DOOR, action, &Value::Null, request_id);
        let target = Target::Action(action.to_owned());
        entry.reached(resource, &target, Effect::Read);
        let permit = inner.policy.permit(caller, resource, target, Effect::Read);
        let ended = match permit {
            Err(denied) => Err(Error::new(ErrorKind::PermissionDenied, format!("{denied}."))),
            Ok(permit) => {
                let operation =
                    Operation::Invoke(Invoke { action: action.to_owned(), input: Map::new(), answers: None });
                let context = Context::new(request_id, RESULT_BYTES_MAX);
                connector.execute(permit, operation, &context).await
            }
        };
        let kept = entry.close(ended.as_ref().map_or_else(|error| error.kind().code(), |_| "ok")).await;
        if !kept && ended.is_ok() {
            return Err(Error::new(
                ErrorKind::Unavailable,
                "This call cannot be recorded right now, so it is not made. Try again.",
            ));
        }
        ended
    }
}
