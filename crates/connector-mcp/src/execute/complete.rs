use connector::{Complete, Completed, Error, Outcome, Result};
use serde_json::{Map, Value, json};

use super::Calls;
use crate::catalog::Offered;
use crate::wire::{Ask, Failure};

/// The most ends that are passed on (2026-07-28, server/utilities/completion).
const VALUES_MAX: usize = 100;

/// Asks how an argument could go on.
pub(crate) async fn complete(calls: &Calls<'_>, offered: &Offered, complete: &Complete) -> Result<Outcome> {
    let (of, tied) = match &complete.of {
        Completed::Prompt(name) => {
            (json!({"type": "ref/prompt", "name": name}), offered.prompts.get(name).map(|prompt| &prompt.tied))
        }
        Completed::Template(uri) => (json!({"type": "ref/resource", "uri": uri}), offered.documents.as_ref()),
    };
    let tied = tied.ok_or_else(|| Error::not_found("the server's prompts"))?;
    if tied.sets(&complete.argument) {
        return Err(upstream::another(&complete.argument));
    }
    let mut params = Map::new();
    params.insert("ref".into(), of);
    params.insert("argument".into(), json!({"name": complete.argument, "value": complete.value}));
    // What ties the prompt ties its completions: the caller's own values go with them, and anybody else's are refused.
    let none = Map::new();
    let input = match &complete.of {
        Completed::Prompt(name) => offered.prompts.get(name).map_or(&none, |prompt| &prompt.input),
        Completed::Template(_) => &none,
    };
    let mut settled = complete.settled.clone();
    tied.fill(&calls.whose.identity, calls.caller, input, &mut settled)?;
    if !settled.is_empty() {
        params.insert("context".into(), json!({"arguments": settled}));
    }
    let result = match calls.ask(&tied.tie, Ask::look("completion/complete", params)).await? {
        Ok(result) => result,
        // A server need not know any ends.
        Err(Failure::Said(said)) if said.code == -32601 => Map::new(),
        Err(failure) => return Err(failure.into_error("the server's prompts")),
    };
    let found = result.get("completion").cloned().unwrap_or_default();
    let values = found.get("values").and_then(Value::as_array).into_iter().flatten();
    let values: Vec<&str> = values.filter_map(Value::as_str).take(VALUES_MAX).collect();
    let mut data = json!({"values": values});
    if let Some(data) = data.as_object_mut() {
        let total = found.get("total").filter(|total| total.is_u64());
        data.extend(total.map(|total| ("total".to_owned(), total.clone())));
        let more = found.get("hasMore").filter(|more| more.is_boolean());
        data.extend(more.map(|more| ("hasMore".to_owned(), more.clone())));
    }
    Outcome::of(&data)
}
