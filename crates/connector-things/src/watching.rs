//! Which devices are watched, and how.

use std::sync::Arc;
use std::time::Duration;

use access::Caller;
use connector::Result;
use futures::FutureExt;
use serde_json::{Map, Value, json};

use crate::Things;
use crate::binding::At;
use crate::device::{Device, Sort, Watched, begin};
use crate::fill::{Values, fill};
use crate::td::{Form, Op, Thing};

impl Things {
    /// Keeps a device's history from now on, as this caller.
    pub(crate) async fn watch(&self, device: &Arc<Device>, caller: Option<&Caller>) {
        if self.config.history.items_max == 0 || device.is_watched() {
            return;
        }
        let watched = self.watched(&device.thing, caller).await;
        if !watched.is_empty() {
            device.watch(|| begin(watched, &device.state, &self.watches));
        }
    }

    /// The same where nobody calls: nothing is watched that wants a user's own credential.
    pub(crate) fn watch_without_caller(&self, device: &Arc<Device>) {
        // Without a caller nobody is asked for a credential, so it is done at once.
        let _ = self.watch(device, None).now_or_never();
    }

    async fn watched(&self, thing: &Arc<Thing>, caller: Option<&Caller>) -> Vec<Watched> {
        let mut watched = Vec::new();
        for (name, property) in &thing.properties {
            let observed = property.forms.iter().find(|form| form.ops.contains(&Op::Observe));
            let every = self.config.poll_s.map(|seconds| Duration::from_secs(seconds.max(1)));
            let read = property.forms.iter().find(|form| form.ops.contains(&Op::Read)).filter(|_| every.is_some());
            let found = observed.map(|form| (form, Op::Observe, None)).or(read.map(|form| (form, Op::Read, every)));
            let Some((form, op, every)) = found else { continue };
            let schema = property.schema.clone();
            if let Ok(at) = self.unattended(thing, name, op, form, schema, caller).await {
                watched.extend(self.one(at, Sort::Property, every));
            }
        }
        for (name, event) in &thing.events {
            let Some(form) = event.forms.iter().find(|form| form.ops.contains(&Op::Subscribe)) else { continue };
            let schema = event.data.clone().unwrap_or_else(|| json!({}));
            if let Ok(at) = self.unattended(thing, name, Op::Subscribe, form, schema, caller).await {
                watched.extend(self.one(at, Sort::Event, None));
            }
        }
        watched
    }

    fn one(&self, at: At, sort: Sort, every: Option<Duration>) -> Option<Watched> {
        let binding = self.bindings.of(&at.form.scheme())?.clone();
        Some(Watched { binding, at, sort, every })
    }

    /// Where something is watched without anybody's arguments.
    async fn unattended(
        &self,
        thing: &Arc<Thing>,
        name: &str,
        op: Op,
        form: &Form,
        schema: Value,
        caller: Option<&Caller>,
    ) -> Result<At> {
        let binds = self.identity.binds();
        let given = Map::new();
        let form = fill(form, &Values { binds, caller, given: &given })?;
        let (scheme, credential) = self.credential(thing, &form, caller).await?;
        if !scheme.is_none() && credential.is_none() {
            return Err(connector::Error::unavailable("it wants a credential, and there is none"));
        }
        Ok(At {
            thing: thing.clone(),
            name: name.to_owned(),
            op,
            form,
            confirm: None,
            schema,
            output: json!({}),
            scheme,
            credential,
            timeout: self.timeout(),
            answer_bytes_max: self.config.limits.answer_bytes_max,
        })
    }
}
