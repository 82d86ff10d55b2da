//! Where a schema has a field.

use serde_json::{Map, Value};

/// How deep definitions refer to each other.
const DEPTH_MAX: usize = 32;

/// The outermost properties of an input.
pub(super) fn properties(input: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    input.get("properties").and_then(Value::as_object).into_iter().flatten()
}

/// The schema of a field, named from the outermost in, through lists and definitions.
pub(super) fn field<'a>(input: &'a Map<String, Value>, path: &[String]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    let mut at = input.get("properties")?.get(first)?;
    for name in rest {
        at = inner(at, input).get("properties")?.get(name)?;
    }
    Some(at)
}

/// What a schema is of: itself, the definition that it refers to, or its items'.
pub(super) fn inner<'a>(mut schema: &'a Value, root: &'a Map<String, Value>) -> &'a Value {
    for _ in 0..DEPTH_MAX {
        let referred = schema.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix("#/"));
        let referred = referred.and_then(|path| {
            let mut steps = path.split('/').map(|step| step.replace("~1", "/").replace("~0", "~"));
            let first = root.get(&steps.next()?)?;
            steps.try_fold(first, |at, step| at.get(&step))
        });
        match (referred, schema.get("items")) {
            (Some(next), _) => schema = next,
            (None, Some(items)) if schema.get("properties").is_none() => schema = items,
            _ => break,
        }
    }
    schema
}

/// Takes one field out, named from the outermost in. Where a definition stands in between, which others may use too,
/// the outermost argument is only described: what was not reached must not show.
pub(super) fn hide(input: &mut Map<String, Value>, path: &[String]) {
    let Some((last, way)) = path.split_last() else { return };
    if field(input, path).is_none() {
        return;
    }
    let mut at: Option<&mut Map<String, Value>> = Some(&mut *input);
    for name in way {
        at = at.and_then(|at| at.get_mut("properties")?.get_mut(name)?.as_object_mut());
        at = at.and_then(|at| match at.contains_key("properties") {
            true => Some(at),
            false => at.get_mut("items")?.as_object_mut(),
        });
    }
    match at.filter(|at| at.get("properties").is_some_and(|all| all.get(last).is_some())) {
        Some(at) => upstream::hide_properties(at, &|name| name == last),
        None => {
            let first = path.first().and_then(|first| input.get_mut("properties")?.get_mut(first)?.as_object_mut());
            if let Some(first) = first {
                first.retain(|keyword, _| matches!(keyword.as_str(), "title" | "description"));
            }
        }
    }
}

/// `value` as a field of this schema takes it: a number where it takes numbers and no text.
pub(super) fn typed(value: &str, schema: &Value) -> Value {
    let takes = |name: &str| match schema.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    };
    if takes("string") || !(takes("integer") || takes("number")) {
        return value.into();
    }
    let number = value.parse::<serde_json::Number>().ok().filter(|number| number.to_string() == value);
    number.map_or_else(|| value.into(), Value::Number)
}
