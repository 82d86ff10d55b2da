use std::path::Path;
use std::sync::Arc;

use access::{Caller, Effect};
use bellhop_connector_mcp::{Config, Mcp};
use connector::{Connector, Content, Context, Invoke, Operation, Outcome, Result};
use serde_json::{Map, Value, json};
use upstream::NoSources;

pub(crate) fn config(value: Value, base: &Path) -> Config {
    let mut config: Config = serde_json::from_value(value).expect("the configuration is good");
    config.base = base.to_owned();
    config
}

pub(crate) async fn open(value: Value, base: &Path) -> Result<Arc<Mcp>> {
    Ok(Arc::new(Mcp::connect("peer", config(value, base), &NoSources).await?))
}

/// Does something as this caller, with the effect that the catalog says.
pub(crate) async fn run(mcp: &Mcp, caller: &Caller, operation: Operation, context: &Context) -> Result<Outcome> {
    let effect = match &operation {
        Operation::Invoke(it) => mcp.catalog().action(&it.action).map_or(Effect::Destroy, |action| action.effect),
        _ => Effect::Read,
    };
    let permit = testkit::permit(caller, "peer", &operation, effect);
    mcp.execute(permit, operation, context).await
}

pub(crate) fn call(tool: &str, input: Value) -> Operation {
    let Value::Object(input) = input else { panic!("an input is an object") };
    Operation::Invoke(Invoke { action: tool.to_owned(), input, answers: None })
}

/// A tool's answer.
pub(crate) async fn called(mcp: &Mcp, caller: &Caller, tool: &str, input: Value) -> Result<Content> {
    let outcome = run(mcp, caller, call(tool, input), &testkit::context()).await?;
    Ok(outcome.content.unwrap_or_else(|| panic!("{tool} gives content, not {:?}", outcome.asked)))
}

pub(crate) fn data(outcome: &Outcome) -> Value {
    serde_json::from_str(outcome.data.as_ref().expect("there is data").get()).expect("data is JSON")
}

pub(crate) fn text(words: &str) -> Value {
    json!({"type": "text", "text": words})
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}
