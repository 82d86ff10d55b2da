use access::Denied;
use connector::{Answers, Context, Error, Invoke, Operation, OperationKind, Result, Start};
use serde_json::{Map, Value};

use super::path::{Missed, Stop, cut, gone};
use super::{Refused, Request, Toolbox};
use crate::arguments::{self, Query};
use crate::audit;
use crate::cursor::Page;
use crate::projection::{Entry, Place, Route, Universal};
use crate::round;
use crate::{Given, Reply};

impl Toolbox {
    /// Calls one tool as this caller. Every call leaves one line in the audit, also when its future is dropped.
    pub async fn call(&self, request: Request<'_>) -> Result<Reply, Refused> {
        self.round(request, None).await
    }

    /// Goes on with a call that asked back: the same tool and the same arguments, with what its user answered.
    pub async fn go_on(&self, request: Request<'_>, given: Given) -> Result<Reply, Refused> {
        self.round(request, Some(given)).await
    }

    async fn round(&self, request: Request<'_>, given: Option<Given>) -> Result<Reply, Refused> {
        let Request { tool, arguments, context } = request;
        let mut entry = self.open(tool, &arguments, &context.request_id);
        let ended = self.run(tool, arguments, given, &context, &mut entry).await;
        match self.close(ended, tool, &context.request_id, entry, Reply::outcome).await {
            Ok(reply) => Ok(reply),
            Err(Missed::Refused(refused)) => Err(refused),
            Err(Missed::Failed(reply)) => Ok(*reply),
        }
    }

    async fn run(
        &self,
        tool: &str,
        arguments: Value,
        given: Option<Given>,
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
        // Only what was made for models asks back, so only its arguments are remembered.
        let can_ask = given.is_some() || entry.tool.native.is_some() || self.asks_within(&entry);
        let place = can_ask.then(|| round::place("tools/call", tool, &arguments));
        let answers = match (given, &place) {
            (Some(given), Some(place)) => {
                let opened = self.inner.open_round(given, &self.caller, place);
                Some(opened.ok_or(Stop::Refused(Refused::StaleState))?)
            }
            _ => None,
        };
        let reply = self.in_turn(async {
            let again = arguments.clone();
            match self.act(&entry, arguments, answers.clone(), context, audit).await {
                Err(Stop::Outdated(error, at)) => match self.renewed_for(at).await {
                    Some(toolbox) => {
                        let entry = toolbox.projection.named(tool).filter(|entry| toolbox.may(entry).is_ok());
                        let entry = entry.ok_or_else(unknown)?;
                        toolbox.act(&entry, again, answers, context, audit).await
                    }
                    None => Err(error.into()),
                },
                ended => ended,
            }
        });
        self.sealed(reply.await?, place.as_deref(), &context.request_id)
    }

    /// A universal tool can reach what asks back, where there is any.
    fn asks_within(&self, entry: &Entry) -> bool {
        matches!(entry.route, Route::Universal(Universal::Invoke)) && self.projection.offers.made_for_models
    }

    /// What a resource asks back, ready to go through the client.
    fn sealed(&self, mut reply: Reply, place: Option<&str>, request_id: &str) -> Result<Reply, Stop> {
        if let Some(asked) = &mut reply.asked {
            if let Some(state) = asked.state.take() {
                let place = place.ok_or_else(gone)?;
                asked.state = Some(self.inner.seal_round(state, &self.caller, place)?);
            }
            reply.request_id = Some(request_id.to_owned());
        }
        Ok(reply)
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
        answers: Option<Answers>,
        context: &Context,
        audit: &mut audit::Entry<'_>,
    ) -> Result<Reply, Stop> {
        let arguments = match entry.route {
            // The names are the action's own, and mean what its schema says.
            Route::Invoke { .. } => arguments::object(arguments)?,
            Route::Operation { .. } | Route::Universal(_) => arguments::tidy(arguments)?,
        };
        let Route::Universal(universal) = entry.route else {
            return self.act_typed(entry, arguments, answers, context, audit).await;
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
        let mut reply = self.act_typed(&typed, arguments, answers, context, audit).await?;
        // Whoever called a universal tool was told its schema, not the action's.
        reply.as_is = false;
        Ok(reply)
    }

    async fn act_typed(
        &self,
        entry: &Entry,
        mut arguments: Map<String, Value>,
        answers: Option<Answers>,
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
                let operation = Operation::Invoke(Invoke { action: action.name.clone(), input: arguments, answers });
                let outcome = self.execute(place.resource(), action.effect, operation, context, audit).await?;
                let known = self.projection.resources.get(place.resource()).ok_or_else(gone)?;
                Ok(Reply::of_action(outcome, action.shown.is_some(), |content| self.passed(known, content))?)
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
        let outcome = self.execute(place.resource(), kind.effect(), operation, context, audit).await?;
        let next = match (&outcome.next, kind) {
            (Some(position), OperationKind::List) => {
                let page = Page { query: query.arguments.into(), position: position.clone() };
                Some(self.inner.sealer.seal(&page, &self.caller, &bound_to)?)
            }
            _ => None,
        };
        Ok(Reply::of(outcome, next))
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
