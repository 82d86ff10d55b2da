//! From actions to what callers are offered.

use std::sync::Arc;

use connector::{Catalog, Hidden, Schema};
use indexmap::IndexMap;
use serde_json::json;
use upstream::Identity;

use crate::Config;
use crate::action::{Action, Body};
use crate::inputs::Inputs;
use crate::model::Model;
use crate::select;
use crate::ties::Tied;
use crate::words;

/// The longest description of a whole API, in characters.
const DESCRIPTION_CHARS_MAX: usize = 400;
/// How many of one reason are named one by one.
const HIDDEN_OF_ONE_REASON_MAX: usize = 10;

/// An action that is offered, and whose its calls are.
#[derive(Debug)]
pub(crate) struct Offered {
    pub(crate) action: Action,
    pub(crate) tied: Tied,
}

/// What is offered of a schema, and the rest with its reasons.
pub(crate) fn catalog(
    model: &Arc<Model>,
    identity: &Identity,
    offered: &[Arc<Offered>],
    hidden: Vec<Hidden>,
    config: &Config,
) -> Catalog {
    let about = model.schema.schema_definition.description.as_deref();
    let bytes_max = config.input_bytes_max();
    let actions = offered.iter().map(|it| {
        let (identity, own) = it.tied.own(identity);
        connector::Action {
            name: it.action.name.clone(),
            description: it.action.description.clone(),
            input: input(model, it, bytes_max),
            output: None,
            effect: it.action.effect,
            idempotent: !it.action.is_mutation,
            identity,
            own,
            ownership: it.tied.tie.ownership.clone(),
            shown: None,
        }
    });
    Catalog {
        description: about.map(|text| words::clean(text, DESCRIPTION_CHARS_MAX)),
        actions: actions.collect(),
        hidden: summarised(hidden),
        ..Catalog::default()
    }
}

/// The arguments' schema, made when it is asked for.
fn input(model: &Arc<Model>, offered: &Arc<Offered>, bytes_max: usize) -> Schema {
    let (model, offered) = (model.clone(), offered.clone());
    Schema::made(move || {
        let hides = |of: Option<&str>, name: &str| offered.tied.hides(of, name);
        let choose = match &offered.action.body {
            Body::Field { answer: Some(answer), choose, .. } if !choose.is_empty() => {
                let text = format!(
                    "What to answer with instead of the usual, as dotted paths: `id`, `author.name`. {}",
                    select::hint(&model, answer)
                );
                let schema = json!({"type": "array", "items": {"type": "string"}, "minItems": 1,
                    "maxItems": model.bounds.fields_max, "description": text});
                Some((choose.as_str(), schema))
            }
            _ => None,
        };
        Inputs::new(&model, &hides, bytes_max).schema(&offered.action.arguments, choose)
    })
}

/// Thousands that are closed for one reason are one line.
fn summarised(hidden: Vec<Hidden>) -> Vec<Hidden> {
    let mut by_reason: IndexMap<(String, String), Vec<Hidden>> = IndexMap::new();
    for one in hidden {
        by_reason.entry((one.reason.clone(), one.open_with.clone())).or_default().push(one);
    }
    let mut all = Vec::new();
    for ((reason, open_with), mut same) in by_reason {
        let more = same.len().saturating_sub(HIDDEN_OF_ONE_REASON_MAX);
        same.truncate(HIDDEN_OF_ONE_REASON_MAX);
        all.extend(same);
        if more > 0 {
            all.push(Hidden { name: format!("and {more} more"), reason, open_with });
        }
    }
    all
}
