use std::time::Duration;

use access::Denied;
use connector::{Context, Error, ErrorKind, Invoke, Operation, OperationKind, Outcome, Result, Start};
use serde_json::{Map, Value};

use super::{Refused, Request, Toolbox};
use crate::Reply;
use crate::arguments::{self, Query};
use crate::audit;
use crate::cursor::Page;
use crate::projection::{Entry, Place, Route, Universal};

/// Why a call did not end in an outcome.
enum Stop {
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

impl Toolbox {
    /// Calls one tool as this caller. Every call leaves one line in the audit, also when its future is dropped.
    pub async fn call(&self, request: Request<'_>) -> Result<Reply, Refused> {
        let Request { tool, arguments, context } = request;
        let request_id = context.request_id.clone();
        let whose = (self.caller.id().as_str(), self.caller.issuer());
        let mut entry =
            audit::Entry::open(&self.inner.audit, whose, self.door.as_str(), cut(tool), &arguments, &request_id);
        let ended = self.run(tool, arguments, &context, &mut entry).await;
        let (answer, outcome) = match ended {
            Ok(reply) => (Ok(reply), "ok"),
            Err(Stop::Refused(refused)) => {
                let outcome = refused.code();
                (Err(refused), outcome)
            }
            Err(Stop::Denied(denied)) => {
                let reply = Reply::denied(&denied, &request_id);
                let outcome = reply.code.unwrap_or("permission_denied");
                (Ok(reply), outcome)
            }
            Err(Stop::Failed(error) | Stop::Outdated(error, _)) => {
                if matches!(error.kind(), ErrorKind::Internal | ErrorKind::Unavailable) {
                    tracing::error!(request_id, tool, ?error, "a call failed");
                }
                (Ok(Reply::failure(&error, &request_id)), error.kind().code())
            }
        };
        let kept = entry.close(outcome).await;
        if !kept && matches!(&answer, Ok(reply) if reply.success) {
            return Ok(Reply::failure(&unkept(), &request_id));
        }
        answer
    }

    async fn run(
        &self,
        tool: &str,
        arguments: Value,
        context: &Context,
        audit: &mut audit::Entry<'_>,
    ) -> Result<Reply, Stop> {
        let unknown = || Stop::Refused(Refused::UnknownTool { name: cut(tool).to_owned() });
        let entry = self.projection.named(tool).ok_or_else(unknown)?;
        match self.may(&entry) {
            Ok(()) => {}
            Err(Denied::Scope { scopes }) => return Err(Stop::Refused(Refused::InsufficientScope { scopes })),
            Err(Denied::Role | Denied::ReadOnly | Denied::Unknown) => return Err(unknown()),
        }
        let timeout = Duration::from_millis(self.inner.options.timeout_ms);
        let work = async {
            let _turn = self.inner.limits.turn(&self.caller).await?;
            let again = arguments.clone();
            match self.act(&entry, arguments, context, audit).await {
                Err(Stop::Outdated(error, at)) => match self.renewed_for(at).await {
                    Some(toolbox) => {
                        let entry = toolbox.projection.named(tool).filter(|entry| toolbox.may(entry).is_ok());
                        let entry = entry.ok_or_else(unknown)?;
                        toolbox.act(&entry, again, context, audit).await
                    }
                    None => Err(error.into()),
                },
                ended => ended,
            }
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

    /// The same toolbox over what the resource of this number is now, if it is another than before.
    async fn renewed_for(&self, resource: usize) -> Option<Self> {
        let known = self.projection.resources.get(resource)?;
        let renewed = self.inner.renew(&known.name, &known.catalog).await;
        renewed.then(|| self.renewed())
    }

    async fn act(
        &self,
        entry: &Entry,
        arguments: Value,
        context: &Context,
        audit: &mut audit::Entry<'_>,
    ) -> Result<Reply, Stop> {
        let arguments = match entry.route {
            // The names are the action's own, and mean what its schema says.
            Route::Invoke { .. } => arguments::object(arguments)?,
            Route::Operation { .. } | Route::Universal(_) => arguments::tidy(arguments)?,
        };
        let Route::Universal(universal) = entry.route else {
            return self.act_typed(entry, arguments, context, audit).await;
        };
        let mut arguments = arguments;
        let declared = properties(entry);
        arguments::refuse_others(&mut arguments, &self.caller, &[], &|name| declared.contains_key(name))?;
        let arguments = arguments::validate(&entry.validator, arguments, &entry.tool.input_schema)?;
        let (typed, arguments) = match universal {
            Universal::Describe => return Ok(Reply::of(self.describe(&arguments)?, None)),
            Universal::Operation(kind) => self.resolve_operation(kind, arguments)?,
            Universal::Invoke => self.resolve_action(arguments)?,
        };
        self.act_typed(&typed, arguments, context, audit).await
    }

    async fn act_typed(
        &self,
        entry: &Entry,
        mut arguments: Map<String, Value>,
        context: &Context,
        audit: &mut audit::Entry<'_>,
    ) -> Result<Reply, Stop> {
        match entry.route {
            Route::Operation { place, kind } => {
                self.refuse_others(place, entry, &mut arguments)?;
                let arguments = arguments::validate(&entry.validator, arguments, &entry.tool.input_schema)?;
                arguments::validate_each(&entry.validator, &arguments, &entry.tool.input_schema)?;
                self.operate(place, kind, arguments, context, audit).await
            }
            Route::Invoke { place } => {
                let action = self.projection.action(place).ok_or_else(gone)?;
                let declared = properties(entry);
                arguments::refuse_others(&mut arguments, &self.caller, &action.identity, &|name| {
                    declared.contains_key(name)
                })?;
                arguments::refuse_others_values(&mut arguments, &self.caller, &action.own, &|name| {
                    declared.contains_key(name)
                })?;
                let arguments = arguments::validate(&entry.validator, arguments, &entry.tool.input_schema)?;
                let operation =
                    Operation::Invoke(Invoke { action: action.name.clone(), input: arguments, answers: None });
                let outcome = self.execute(place, operation, context, audit).await?;
                Ok(Reply::of(outcome, None))
            }
            Route::Universal(_) => Err(gone().into()),
        }
    }

    async fn operate(
        &self,
        place: Place,
        kind: OperationKind,
        arguments: Map<String, Value>,
        context: &Context,
        audit: &mut audit::Entry<'_>,
    ) -> Result<Reply, Stop> {
        let collection = self.projection.collection(place).ok_or_else(gone)?;
        let bound_to = self
            .projection
            .resources
            .get(place.resource())
            .map_or_else(String::new, |known| format!("{}/{}", known.name, collection.name));
        let mut query = Query::of(&arguments);
        let mut start = None;
        if let Some(cursor) = arguments.get("cursor").and_then(Value::as_str) {
            if arguments.contains_key("offset") {
                return Err(Error::invalid("Give `cursor` or `offset`, not both.").into());
            }
            let page = self.inner.sealer.open(cursor, &self.caller, &bound_to)?;
            query = query.resume(page.query)?;
            start = Some(Start::After(page.position));
        }
        let mut asked = query.arguments.clone();
        asked.extend(arguments.into_iter().filter(|(name, _)| matches!(&**name, "limit" | "offset")));
        let operation = arguments::read(kind, &asked, collection, &self.inner.options, start)?;
        let outcome = self.execute(place, operation, context, audit).await?;
        let next = match (&outcome.next, kind) {
            (Some(position), OperationKind::List) => {
                let page = Page { query: query.arguments.into(), position: position.clone() };
                Some(self.inner.sealer.seal(&page, &self.caller, &bound_to)?)
            }
            _ => None,
        };
        Ok(Reply::of(outcome, next))
    }

    async fn execute(
        &self,
        place: Place,
        operation: Operation,
        context: &Context,
        audit: &mut audit::Entry<'_>,
    ) -> Result<Outcome, Stop> {
        let known = self.projection.resources.get(place.resource()).ok_or_else(gone)?;
        let connector = self.inner.resources.get(&known.name).ok_or_else(gone)?;
        let effect = operation.kind().map_or_else(|| self.effect_of_action(place), OperationKind::effect);
        let target = operation.target();
        audit.reached(&known.name, &target, effect);
        let permit =
            self.inner.policy.permit(&self.caller, &known.name, target, effect).map_err(|denied| match denied {
                Denied::Scope { scopes } => Stop::Refused(Refused::InsufficientScope { scopes }),
                other => Stop::Denied(other),
            })?;
        audit.begin().await?;
        connector.execute(permit, operation, context).await.map_err(|error| match error.is_catalog_stale() {
            true => Stop::Outdated(error, place.resource()),
            false => error.into(),
        })
    }

    /// Refuses any argument that names another user, wherever arguments can name one.
    fn refuse_others(&self, place: Place, entry: &Entry, arguments: &mut Map<String, Value>) -> Result<()> {
        let collection = self.projection.collection(place).ok_or_else(gone)?;
        let (caller, identity) = (&self.caller, collection.identity.as_slice());
        let declared = properties(entry);
        arguments::refuse_others(arguments, caller, identity, &|name| declared.contains_key(name))?;
        let is_field = |name: &str| collection.field(name).is_some();
        for name in ["data", "identifier", "identifiers"] {
            if let Some(given) = arguments.get_mut(name) {
                arguments::refuse_others_within(given, caller, identity, &is_field)?;
            }
        }
        if let Some(items) = arguments.get_mut("items") {
            let is_part = |name: &str| matches!(name, "identifier" | "data" | "if_version");
            arguments::refuse_others_within(items, caller, identity, &is_part)?;
            for item in items.as_array_mut().into_iter().flatten() {
                for name in ["data", "identifier"] {
                    if let Some(given) = item.get_mut(name) {
                        arguments::refuse_others_within(given, caller, identity, &is_field)?;
                    }
                }
            }
        }
        if let Some(filters) = arguments.get_mut("filters") {
            arguments::refuse_others_in_filters(filters, caller, identity, &is_field, 0)?;
        }
        Ok(())
    }
}

fn properties(entry: &Entry) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    entry.tool.input_schema.get("properties").and_then(Value::as_object).unwrap_or(&NONE)
}

fn unkept() -> Error {
    Error::new(ErrorKind::Unavailable, "This call cannot be recorded right now, so its answer is not given. Try again.")
}

fn gone() -> Error {
    Error::internal("the projection and the resources do not fit together")
}

fn cut(name: &str) -> &str {
    const NAME_BYTES_MAX: usize = 128;
    let mut end = name.len().min(NAME_BYTES_MAX);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}
