use access::Effect;
use connector::{Action, Hidden, Shown};
use serde_json::{Map, Value};

use super::schema::checked;
use crate::Config;
use crate::read::{line, lines};
use crate::ties::{Tied, Whose};

/// The longest name (2026-07-28, server/tools, "Tool Names").
const NAME_LETTERS_MAX: usize = 128;

/// A tool as it is offered, and what calls of it need.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) tied: Tied,
    /// Its schema, as the server gives it.
    pub(crate) input: Map<String, Value>,
    pub(crate) effect: Effect,
}

/// A tool as an action, or why it is not offered.
pub(super) fn action(tool: &Map<String, Value>, config: &Config, whose: &Whose) -> Result<(Action, Tool), Hidden> {
    let name = text(tool, "name").unwrap_or_default();
    let hidden = |reason: String| Hidden {
        name: line(name),
        reason,
        open_with: "none: its server has to describe it by the protocol's rules".to_owned(),
    };
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/');
    if name.is_empty() || name.len() > NAME_LETTERS_MAX || !name.chars().all(is_name) {
        return Err(hidden("its name is not one of the protocol's".into()));
    }
    let Some(Value::Object(input)) = tool.get("inputSchema") else {
        return Err(hidden("it has no input schema".into()));
    };
    if input.get("type").and_then(Value::as_str) != Some("object") {
        return Err(hidden("its input schema is not of an object".into()));
    }
    let mut shown_input = checked(input, "input").map_err(hidden)?;
    let output = match tool.get("outputSchema") {
        Some(Value::Object(output)) => Some(checked(output, "output").map_err(hidden)?),
        _ => None,
    };
    let annotations = tool.get("annotations").and_then(Value::as_object).cloned().unwrap_or_default();
    let hint = |key: &str| annotations.get(key).and_then(Value::as_bool);
    let effect = config.effects.get(name).copied().unwrap_or(match (hint("readOnlyHint"), hint("destructiveHint")) {
        (Some(true), _) => Effect::Read,
        (_, Some(false)) => Effect::Write,
        _ => Effect::Destroy,
    });
    let tied = Tied::new(whose, name, effect, input)?;
    tied.hide(&whose.identity, &mut shown_input);
    let (identity, own) = tied.may_name(&whose.identity);
    let shown = Shown {
        title: text(tool, "title").or_else(|| text(&annotations, "title")).map(line),
        icons: icons(tool),
        open_world: hint("openWorldHint"),
        meta: tool.get("_meta").and_then(Value::as_object).cloned().unwrap_or_default(),
    };
    let action = Action {
        name: name.to_owned(),
        description: text(tool, "description").map(lines).filter(|text| !text.is_empty()),
        input: shown_input.into(),
        output: output.map(Into::into),
        effect,
        idempotent: effect == Effect::Read || hint("idempotentHint") == Some(true),
        identity,
        own,
        ownership: tied.ownership.clone(),
        shown: Some(Box::new(shown)),
    };
    Ok((action, Tool { tied, input: input.clone(), effect }))
}

pub(super) fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

/// Pictures that a client may load: over TLS, or written out (2026-07-28, basic/index, "Icons").
pub(super) fn icons(object: &Map<String, Value>) -> Vec<Value> {
    const ICONS_MAX: usize = 16;
    const BYTES_MAX: usize = 64 << 10;
    let all = object.get("icons").and_then(Value::as_array).into_iter().flatten();
    let fit = all.filter(|icon| {
        let source = icon.get("src").and_then(Value::as_str).unwrap_or_default();
        (source.starts_with("https://") || source.starts_with("data:image/")) && source.len() <= BYTES_MAX
    });
    fit.take(ICONS_MAX).cloned().collect()
}
