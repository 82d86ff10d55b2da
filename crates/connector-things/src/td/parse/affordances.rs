use serde_json::{Map, Value};

use super::forms::Forms;
use super::{AFFORDANCES_MAX, text};
use crate::td::{Action, Event, Form, Op, Property, Thing, schema};
use crate::words::clean;

/// Reads what the thing has, and notes what of it cannot be used.
pub(super) fn read(object: &Map<String, Value>, forms: &mut Forms<'_>, thing: &mut Thing) {
    for (name, value) in named(object, "properties") {
        match property(value, forms) {
            Ok(property) => drop(thing.properties.insert(name.clone(), property)),
            Err(why) => thing.left_out.push(format!("property {}: {why}", shown(name))),
        }
    }
    for (name, value) in named(object, "actions") {
        match action(value, forms) {
            Ok(action) => drop(thing.actions.insert(name.clone(), action)),
            Err(why) => thing.left_out.push(format!("action {}: {why}", shown(name))),
        }
    }
    for (name, value) in named(object, "events") {
        match event(value, forms) {
            Ok(event) => drop(thing.events.insert(name.clone(), event)),
            Err(why) => thing.left_out.push(format!("event {}: {why}", shown(name))),
        }
    }
}

/// Names that do not show are nobody's to write.
fn named<'a>(object: &'a Map<String, Value>, sort: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let all = object.get(sort).and_then(Value::as_object).into_iter().flatten();
    all.filter(|(name, _)| clean(name, 100).as_ref() == Some(name)).take(AFFORDANCES_MAX)
}

fn shown(name: &str) -> String {
    clean(name, 100).unwrap_or_default()
}

fn property(value: &Value, forms: &Forms<'_>) -> Result<Property, String> {
    let object = value.as_object().ok_or("it is not an object")?;
    let is = |key: &str| object.get(key) == Some(&Value::Bool(true));
    let (read_only, write_only) = (is("readOnly"), is("writeOnly"));
    let mut defaults = Vec::new();
    if !write_only {
        defaults.push(Op::Read);
    }
    if !read_only {
        defaults.push(Op::Write);
    }
    let (mut found, why) = forms.read(object, &defaults);
    for form in &mut found {
        form.ops.retain(|op| match op {
            Op::Read => !write_only,
            Op::Write => !read_only,
            Op::Observe => true,
            _ => false,
        });
    }
    found.retain(|form| !form.ops.is_empty());
    usable(&found, why)?;
    let can = |op: Op| found.iter().any(|form| form.ops.contains(&op));
    Ok(Property {
        title: text::text(object, "title", "titles", 120),
        description: text::text(object, "description", "descriptions", 300),
        schema: schema::schema(value)?,
        unit: object.get("unit").and_then(Value::as_str).and_then(|unit| clean(unit, 60)),
        read_only: !can(Op::Write),
        write_only: !can(Op::Read) && !can(Op::Observe),
        observable: can(Op::Observe),
        variables: variables(object),
        forms: found,
    })
}

fn action(value: &Value, forms: &Forms<'_>) -> Result<Action, String> {
    let object = value.as_object().ok_or("it is not an object")?;
    let (found, why) = forms.read(object, &[Op::Invoke]);
    usable(&found, why)?;
    if !found.iter().any(|form| form.ops.contains(&Op::Invoke)) {
        return Err("no form invokes it".to_owned());
    }
    let part = |key: &str| object.get(key).filter(|it| it.is_object()).map(schema::schema).transpose();
    Ok(Action {
        title: text::text(object, "title", "titles", 120),
        description: text::text(object, "description", "descriptions", 300),
        input: part("input")?,
        output: part("output")?,
        safe: object.get("safe") == Some(&Value::Bool(true)),
        idempotent: object.get("idempotent") == Some(&Value::Bool(true)),
        synchronous: object.get("synchronous").and_then(Value::as_bool),
        variables: variables(object),
        forms: found,
    })
}

fn event(value: &Value, forms: &Forms<'_>) -> Result<Event, String> {
    let object = value.as_object().ok_or("it is not an object")?;
    let (found, why) = forms.read(object, &[Op::Subscribe]);
    usable(&found, why)?;
    let data = object.get("data").filter(|it| it.is_object());
    Ok(Event {
        title: text::text(object, "title", "titles", 120),
        description: text::text(object, "description", "descriptions", 300),
        unit: data.and_then(|it| it.get("unit")).and_then(Value::as_str).and_then(|unit| clean(unit, 60)),
        data: data.map(schema::schema).transpose()?,
        forms: found,
    })
}

fn usable(forms: &[Form], why: Vec<String>) -> Result<(), String> {
    if forms.is_empty() {
        return Err(why.into_iter().next().unwrap_or_else(|| "no form of it can be used".to_owned()));
    }
    Ok(())
}

fn variables(object: &Map<String, Value>) -> Vec<(String, Value)> {
    let all = object.get("uriVariables").and_then(Value::as_object).into_iter().flatten();
    all.filter_map(|(name, value)| Some((name.clone(), schema::schema(value).ok()?))).collect()
}
