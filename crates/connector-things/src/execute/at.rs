use std::sync::Arc;

use connector::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use super::{Call, value};
use crate::binding::{At, Binding};
use crate::fill::{Values, fill, open};
use crate::td::{Form, Op, Thing};

/// What an affordance says of itself, as far as reaching it goes.
pub(super) struct Reached<'a> {
    pub(super) thing: &'a Arc<Thing>,
    pub(super) name: &'a str,
    pub(super) forms: &'a [Form],
    pub(super) variables: &'a [(String, Value)],
    pub(super) schema: Value,
    pub(super) output: Value,
}

impl Call<'_> {
    /// Where one affordance is reached as this caller, and by whom it is spoken to. Nothing is sent yet.
    pub(super) async fn at(&self, reached: &Reached<'_>, op: Op) -> Result<(Arc<dyn Binding>, At)> {
        let found = reached.forms.iter().find(|form| form.ops.contains(&op));
        let form = found.ok_or_else(|| Error::new(ErrorKind::Unsupported, "The device has no way to do this."))?;
        let given = self.given(reached, form)?;
        let filled = self.fill(form, &given)?;
        let confirm = match op {
            Op::Write => {
                let tells = |op: Op| reached.forms.iter().find(|form| form.ops.contains(&op));
                tells(Op::Observe).or_else(|| tells(Op::Read)).map(|form| self.fill(form, &given)).transpose()?
            }
            _ => None,
        };
        let binding = self.things.bindings.of(&filled.scheme());
        let binding = binding.ok_or_else(|| Error::internal("a form that nobody speaks"))?.clone();
        let (scheme, credential) = self.things.credential(reached.thing, &filled, Some(self.caller)).await?;
        if !scheme.is_none() && credential.is_none() {
            let message =
                "The device wants to know who calls, and there is no credential for it. Ask this server's operator.";
            return Err(Error::new(ErrorKind::PermissionDenied, message));
        }
        let at = At {
            thing: reached.thing.clone(),
            name: reached.name.to_owned(),
            op,
            form: filled,
            confirm,
            schema: reached.schema.clone(),
            output: reached.output.clone(),
            scheme,
            credential,
            timeout: self.things.timeout(),
            answer_bytes_max: self.things.config.limits.answer_bytes_max,
        };
        Ok((binding, at))
    }

    fn fill(&self, form: &Form, given: &Map<String, Value>) -> Result<Form> {
        let binds = self.things.identity.binds();
        fill(form, &Values { binds, caller: Some(self.caller), given })
    }

    /// The variables that the form has, each checked by its schema; others are refused.
    fn given(&self, reached: &Reached<'_>, form: &Form) -> Result<Map<String, Value>> {
        let given = self.variables();
        let names = open(form, self.things.identity.binds());
        for (name, value) in &given {
            if !names.contains(name) {
                return Err(super::unknown("variable", name, names.iter().cloned()));
            }
            let known = reached.variables.iter().find(|(own, _)| own == name).map(|(_, schema)| schema.clone());
            value::check(value, &known.unwrap_or_else(|| json!({})), &format!("the variable `{name}`"), None)?;
        }
        Ok(given)
    }
}
