use std::sync::Arc;

use connector::{Catalog, Hidden, Result};
use indexmap::IndexMap;
use upstream::Bind;

use crate::binding::{Binding, Bindings};
use crate::owner::{OwnerMap, Owners};
use crate::td::{Form, Op, Thing};
use crate::{Config, catalog, fill, read};

/// What the descriptions and the map of owners said when they were last read.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) things: IndexMap<String, Arc<Thing>>,
    pub(crate) owners: OwnerMap,
    pub(crate) catalog: Arc<Catalog>,
}

impl Snapshot {
    /// Reads everything. Things that are as they were stay the same.
    pub(crate) async fn read(
        config: &Config,
        owners: &Owners,
        binds: &[Bind],
        bindings: &Bindings,
        before: Option<&Self>,
    ) -> Result<Self> {
        let check = |form: &Form, op: Op| check(bindings, form, op);
        let found = read::read(config, &check).await?;
        let map = OwnerMap::read(config).await?;
        let mut hidden = found.hidden;
        let mut things = IndexMap::new();
        for mut thing in found.things {
            hidden.extend(thing.left_out.iter().map(|why| read::hidden(&thing.id, why)));
            tie(&mut thing, binds);
            if !owners.opens(&thing, &map) {
                hidden.push(closed(&thing));
                continue;
            }
            let known = before.and_then(|before| before.things.get(&thing.id)).filter(|known| ***known == thing);
            let thing = known.cloned().unwrap_or_else(|| Arc::new(thing));
            things.insert(thing.id.clone(), thing);
        }
        let catalog = Arc::new(catalog::catalog(config, owners, &map, hidden));
        Ok(Self { things, owners: map, catalog })
    }
}

fn check(bindings: &Bindings, form: &Form, op: Op) -> Result<(), String> {
    if fill::is_loose(form) {
        return Err("a variable stands in the host of a form's address".to_owned());
    }
    if !crate::payload::is_spoken(&form.content_type) {
        let kind = form.content_type.chars().filter(|letter| letter.is_ascii_graphic()).take(60).collect::<String>();
        return Err(format!("values as {kind} are not spoken"));
    }
    let scheme = form.scheme();
    let binding: &Arc<dyn Binding> =
        bindings.of(&scheme).ok_or_else(|| format!("addresses with {scheme}: are not spoken"))?;
    binding.check(form, op)
}

/// Where a form names the caller, the thing is each caller's own, and forms that do not are none of theirs.
fn tie(thing: &mut Thing, binds: &[Bind]) {
    let is_own = |form: &Form| fill::is_own(form, binds);
    let forms = thing.properties.values().flat_map(|it| &it.forms);
    let forms = forms.chain(thing.actions.values().flat_map(|it| &it.forms));
    let mut forms = forms.chain(thing.events.values().flat_map(|it| &it.forms));
    thing.own = forms.any(|form| fill::has_caller(form, binds));
    if !thing.own {
        return;
    }
    let mut left_out = Vec::new();
    let mut note =
        |sort: &str, name: &str| left_out.push(format!("{sort} {name}: its address does not name the caller"));
    thing.properties.retain(|name, it| {
        keep(&mut it.forms, is_own) || {
            note("property", name);
            false
        }
    });
    thing.actions.retain(|name, it| {
        keep(&mut it.forms, is_own) || {
            note("action", name);
            false
        }
    });
    thing.events.retain(|name, it| {
        keep(&mut it.forms, is_own) || {
            note("event", name);
            false
        }
    });
    thing.left_out.extend(left_out);
}

fn keep(forms: &mut Vec<Form>, is_own: impl Fn(&Form) -> bool) -> bool {
    forms.retain(is_own);
    !forms.is_empty()
}

fn closed(thing: &Thing) -> Hidden {
    Hidden {
        name: thing.id.clone(),
        reason: "nothing says whose it is".to_owned(),
        open_with: format!(
            "owners = {{ {} = \"USER\" }}  # or owner_claim, owner_query, shared_things",
            serde_json::Value::from(thing.id.as_str())
        ),
    }
}
