use std::sync::Arc;

use connector::{Action, Collection, OperationKind};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::{Entry, Place, Projection, Route, headers, schema, words};
use crate::{Native, Tool};

/// The tool of one operation of one collection, or of one action. None where its schema is not one, which is
/// then logged: a tool whose arguments cannot be checked is not offered.
pub(super) fn entry(projection: &Projection, name: &str, route: Route) -> Option<Arc<Entry>> {
    let (tool, place) = match route {
        Route::Operation { place, kind } => (operation(projection, name, place, kind)?, place),
        Route::Invoke { place } => (invoke(projection, name, place)?, place),
        Route::Universal(_) => return None,
    };
    match validator(&tool.input_schema) {
        Ok(validator) => Some(Arc::new(Entry { tool, route, validator })),
        Err(error) => {
            tracing::warn!(tool = name, ?place, %error, "a tool is left out: its input schema cannot be used");
            None
        }
    }
}

/// A validator that never fetches anything.
pub(super) fn validator(schema: &Map<String, Value>) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .offline()
        .build(&Value::Object(schema.clone()))
        .map_err(|error| error.to_string())
}

fn operation(projection: &Projection, name: &str, place: Place, kind: OperationKind) -> Option<Tool> {
    let collection = projection.collection(place)?;
    let data = match kind {
        OperationKind::List | OperationKind::Aggregate => json!({"type": "array", "items": {"type": "object"}}),
        OperationKind::Get | OperationKind::Create | OperationKind::Update | OperationKind::Delete => json!({}),
    };
    Some(Tool {
        name: name.to_owned(),
        title: format!("{} {}", capital(kind.as_str()), collection.name),
        description: description(collection, kind),
        input_schema: Arc::new(schema::arguments(collection, kind, projection.options())),
        output_schema: Arc::new(schema::answer(data)),
        effect: kind.effect(),
        idempotent: kind.idempotent(),
        native: None,
    })
}

fn description(collection: &Collection, kind: OperationKind) -> String {
    let (name, about, whose) =
        (&collection.name, words::sentence(collection.description.as_deref()), words::whose(collection));
    let key = collection.key.join(", ");
    match kind {
        OperationKind::List => {
            let fields = words::fields(collection.fields.iter().filter(|field| field.listed));
            let example = words::filter_example(collection)
                .map(|(words, filter)| format!(" Example, {words}: {{\"filters\":{filter},\"limit\":20}}."))
                .unwrap_or_default();
            format!("List {name}, with the total in `count`.{about} {whose} Fields: {fields}.{example}")
        }
        OperationKind::Get => {
            let more: Vec<_> = collection.fields.iter().filter(|f| !f.listed).map(|f| f.name.as_str()).collect();
            let more = if more.is_empty() { String::new() } else { format!(" Also gives {}.", more.join(", ")) };
            format!("Get one of {name} by its {key}.{about} {whose}{more}")
        }
        OperationKind::Create => format!("Create one of {name}.{about} It will belong to the signed-in user."),
        OperationKind::Update => format!("Change fields of one of {name}, named by its {key}.{about} {whose}"),
        OperationKind::Delete => format!("Delete one of {name} by its {key}. This cannot be undone. {whose}"),
        OperationKind::Aggregate => {
            let groups = words::fields(collection.fields.iter().filter(|field| field.sortable && field.listed));
            format!(
                "Count, sum, average, smallest and largest over {name}.{about} {whose} Fields: {groups}. \
                 Example, how many {name} there are: {{\"metrics\":[{{\"function\":\"count\"}}]}}."
            )
        }
    }
}

fn invoke(projection: &Projection, name: &str, place: Place) -> Option<Tool> {
    let action = projection.action(place)?;
    let output = action.output.as_ref().map(|schema| schema.get());
    let input = action.input.get();
    // A resource that was not made for models must not choose what a client puts into HTTP headers: they end in the
    // logs of proxies.
    let has_headers = action.shown.is_some() && headers::are_good(&input);
    let native = action.shown.as_ref().map(|shown| {
        Arc::new(Native {
            description: action.description.as_deref().map(words::whole),
            shown: (**shown).clone(),
            output_schema: output.clone(),
            has_headers,
        })
    });
    let own = native.as_ref().and_then(|native| native.description.clone()).unwrap_or_default();
    Some(Tool {
        name: name.to_owned(),
        title: native.as_ref().and_then(|native| native.shown.title.clone()).unwrap_or_else(|| title(action)),
        description: match native.is_some() {
            true if !own.is_empty() => own,
            _ => match words::own(action.description.as_deref()) {
                words if words.is_empty() => format!("Invoke {}.", action.name),
                words => words,
            },
        },
        input_schema: if has_headers { input } else { Arc::new(headers::without(&input)) },
        output_schema: Arc::new(schema::answer_of(output.as_deref())),
        effect: action.effect,
        idempotent: action.idempotent,
        native,
    })
}

fn title(action: &Action) -> String {
    capital(&action.name.replace('_', " "))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
