use connector::{Collection, Field, OperationKind};
use serde_json::Value;

use super::nouns::World;
use super::{fields, sentence};

/// Said where it matters that no language model is at work.
pub(crate) const BUILT_IN: &str = "I am the built-in model: I read plain commands, nothing more.";
/// Most collections that help names.
const NAMES_MAX: usize = 20;

/// What there is and how to ask for it.
pub(crate) fn help(world: &World<'_>) -> String {
    if world.collections.is_empty() && world.actions.is_empty() {
        return format!("{BUILT_IN} There is nothing here that you may use.");
    }
    let mut lines = vec![format!("{BUILT_IN} You can ask me about:")];
    for offered in world.collections.iter().take(NAMES_MAX) {
        let can: Vec<_> = offered.operations.iter().map(|kind| kind.as_str()).collect();
        let about = offered.collection.description.as_deref().map(first_sentence).unwrap_or_default();
        let about = if about.is_empty() { String::new() } else { format!(" – {about}") };
        lines.push(format!("- {} ({}){about}", offered.resource_type, can.join(", ")));
    }
    let more = world.collections.len().saturating_sub(NAMES_MAX);
    if more > 0 {
        lines.push(format!("- and {more} more"));
    }
    let actions: Vec<_> = world.actions.iter().take(NAMES_MAX).map(|offered| offered.name.as_str()).collect();
    if !actions.is_empty() {
        lines.push(format!("and carry out: {}.", actions.join(", ")));
    }
    lines.push(format!("For example: {}.", examples(world).join("; ")));
    lines.join("\n")
}

/// A few commands that work with this catalog.
pub(crate) fn examples(world: &World<'_>) -> Vec<String> {
    let mut said = Vec::new();
    let with = |kind: OperationKind| {
        world.collections.iter().filter(move |offered| offered.operations.contains(&kind)).map(|o| (o, o.collection))
    };
    let owned = |collection: &Collection| matches!(collection.ownership, connector::Ownership::Owned { .. });
    let timed =
        |collection: &Collection| collection.fields.iter().any(|field| fields::is_time(field) && field.sortable);
    let recent = with(OperationKind::List).find(|(_, c)| owned(c) && timed(c) && !fields::is_files(c));
    if let Some((offered, _)) = recent.or_else(|| with(OperationKind::List).next()) {
        said.push(format!("“show my last 3 {}”", sentence::noun(&offered.resource_type, None)));
    }
    let filtered =
        with(OperationKind::List).find(|(_, c)| !fields::is_files(c) && c.fields.iter().any(fields::has_values));
    if let Some((offered, collection)) = filtered {
        said.push(format!("“list {} with {}”", offered.resource_type, example_filter(collection)));
    }
    let mut counted = with(OperationKind::Aggregate).filter(|(o, c)| {
        o.operations.contains(&OperationKind::Create) && !c.name.contains('_') && !fields::is_files(c)
    });
    if let Some((offered, _)) = counted.next_back().or_else(|| with(OperationKind::Aggregate).next()) {
        said.push(format!("“how many {} do I have”", sentence::noun(&offered.resource_type, None)));
    }
    let made = || with(OperationKind::Create).filter(|(_, c)| !fields::is_files(c));
    if let Some((offered, collection)) = made().find(|(_, c)| fields::label(c).is_some()).or_else(|| made().next()) {
        let field = collection.fields.iter().filter(|f| f.creatable).min_by_key(|field| !field.required);
        if let Some(field) = field {
            said.push(format!("“create {} with {}=…”", sentence::noun(&offered.resource_type, Some(1)), field.name));
        }
    }
    if with(OperationKind::Create).any(|(_, c)| fields::is_files(c)) {
        said.push("“create a note called ideas with …”".into());
    }
    said
}

/// One filter that fits the collection: `status=open`.
pub(crate) fn example_filter(collection: &Collection) -> String {
    let usable = || collection.fields.iter().filter(|field| field.filterable);
    let first = |field: &Field| match field.schema.get("enum").and_then(|values| values.get(0)) {
        Some(Value::String(value)) => format!("{}={value}", field.name),
        Some(value) => format!("{}={value}", field.name),
        None if field.is_numeric() => format!("{} > 10", field.name),
        None => format!("{}=…", field.name),
    };
    let telling = usable()
        .find(|field| fields::has_values(field))
        .or_else(|| usable().find(|field| fields::is_amount(field, collection)))
        .or_else(|| usable().next());
    telling.map_or_else(|| "a field=value".into(), first)
}

/// The fields of one collection.
pub(crate) fn describe(world: &World<'_>, at: usize) -> String {
    let Some(offered) = world.collections.get(at) else { return help(world) };
    let collection = offered.collection;
    let can: Vec<_> = offered.operations.iter().map(|kind| kind.as_str()).collect();
    let mut lines = Vec::new();
    let about = collection.description.as_deref().map(first_sentence).filter(|text| !text.is_empty());
    lines.push(match about {
        Some(about) => format!("{}: {about} You can {}. Its fields:", offered.resource_type, can.join(", ")),
        None => format!("{}: you can {}. Its fields:", offered.resource_type, can.join(", ")),
    });
    lines.extend(collection.fields.iter().map(|field| format!("- {}", field_line(field, collection))));
    lines.join("\n")
}

fn field_line(field: &Field, collection: &Collection) -> String {
    let mut words = format!("{}: {}", field.name, super::values::kind(field));
    if collection.key.contains(&field.name) {
        words.push_str(", the key");
    }
    if field.required {
        words.push_str(", needed to create");
    }
    words
}

/// A catalog's own words: the first sentence, on one line, short.
fn first_sentence(text: &str) -> String {
    const CHARS_MAX: usize = 120;
    let flat: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    let flat = flat.join(" ");
    let end = flat.find(". ").map_or(flat.len(), |at| at + 1);
    flat[..end].chars().take(CHARS_MAX).collect()
}
