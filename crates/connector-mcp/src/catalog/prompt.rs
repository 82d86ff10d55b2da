use access::Effect;
use connector::{Hidden, Prompt, PromptArgument};
use serde_json::{Map, Value, json};

use super::action::{icons, text};
use crate::read::{line, lines};
use crate::ties::{Tied, Whose};

/// A prompt as it is called.
#[derive(Debug)]
pub(crate) struct Recited {
    pub(crate) tied: Tied,
    /// Its arguments as a schema.
    pub(crate) input: Map<String, Value>,
}

/// A prompt as it is offered, or why it is not.
pub(super) fn prompt(prompt: &Map<String, Value>, whose: &Whose) -> Result<(Prompt, Recited), Hidden> {
    let name = text(prompt, "name").unwrap_or_default();
    if name.is_empty() || line(name) != name {
        return Err(Hidden {
            name: line(name),
            reason: "its name cannot be shown".into(),
            open_with: "none: its server has to name it".into(),
        });
    }
    let all = prompt.get("arguments").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    let all: Vec<_> = all.filter(|argument| text(argument, "name").is_some()).collect();
    let properties: Map<String, Value> = all
        .iter()
        .map(|argument| (text(argument, "name").unwrap_or_default().to_owned(), json!({"type": "string"})))
        .collect();
    let input = Map::from_iter([("type".to_owned(), json!("object")), ("properties".to_owned(), properties.into())]);
    let tied = Tied::new(whose, name, Effect::Read, &input)?;
    let arguments = all.into_iter().map(|argument| PromptArgument {
        name: text(argument, "name").unwrap_or_default().to_owned(),
        title: text(argument, "title").map(line),
        description: text(argument, "description").map(lines),
        required: argument.get("required") == Some(&Value::Bool(true)),
    });
    let shown = Prompt {
        name: name.to_owned(),
        title: text(prompt, "title").map(line),
        description: text(prompt, "description").map(lines),
        arguments: arguments.filter(|argument| !tied.sets(&argument.name)).collect(),
        icons: icons(prompt),
        meta: prompt.get("_meta").and_then(Value::as_object).cloned().unwrap_or_default(),
        identity: tied.may_name(&whose.identity).0,
    };
    Ok((shown, Recited { tied, input }))
}
