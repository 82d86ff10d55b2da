use connector::{Field, OperationKind};
use gateway::{Offered, Reply};
use serde_json::{Map, Value};

use super::super::nouns::World;
use super::super::plan::{Act, Done, Look, Plan, Then};
use super::super::render::short;
use super::super::{fields, forms, sentence, values};
use super::{Verb, Wish, data, failure};

/// Devices that are looked through for a name.
const DEVICES_MAX: u32 = 100;
/// Properties that say whether something is on.
const SWITCHES: [&str; 7] = ["on", "power", "switch", "state", "status", "enabled", "active"];
/// Words of properties that say how something should be.
const TARGETS: [&str; 6] = ["target", "setpoint", "level", "brightness", "value", "set"];

/// One of the caller's devices.
struct Device<'a> {
    offered: &'a Offered<'a>,
    id: Value,
    title: String,
    row: Value,
}

/// A device that is named, and the words that are left for what it has.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Named {
    /// Its collection.
    at: usize,
    id: Value,
    title: String,
    rest: Vec<String>,
}

/// Something a device has or does, by its name.
#[derive(Clone)]
struct Affordance {
    name: String,
    schema: Value,
}

/// The caller's devices.
pub(super) fn look_up(world: &World<'_>, wish: &Wish) -> Vec<(String, Value)> {
    if wish.verb == Verb::Reset {
        return Vec::new();
    }
    let able = world.things().into_iter().filter(|at| world.can(*at, OperationKind::List));
    let call = |at: usize| {
        let arguments = Map::from_iter([("limit".to_owned(), DEVICES_MAX.into())]);
        world.toolbox.call_for(world.collections.get(at)?, OperationKind::List, arguments)
    };
    able.filter_map(call).collect()
}

/// What comes of it, now that the devices are known. An error says why it is no device of theirs that is meant.
pub(super) fn decide<'a>(world: &World<'a>, wish: &Wish, replies: &[&Reply]) -> Result<Plan<'a>, String> {
    let words: Vec<String> = wish.name.iter().flat_map(|word| forms::split(word)).collect();
    let mut named = Vec::new();
    for (at, reply) in world.things().into_iter().zip(replies) {
        if !reply.success {
            return Err(failure(reply));
        }
        let Some(offered) = world.collections.get(at) else { continue };
        let rows = rows(offered, reply);
        named.extend(rows.iter().filter_map(|device| matched(at, device, &words)));
    }
    // The more of the words are a device's own, the surer it is meant.
    let fewest = named.iter().map(|it| it.rest.len()).min();
    named.retain(|it| Some(it.rest.len()) == fewest);
    match named.as_slice() {
        [] => Err(format!("{}You have no device called “{}”.", nothing(wish), wish.said())),
        [only] => Ok(closer(world, wish, only)),
        several => {
            let titles: Vec<_> = several.iter().map(|it| it.title.as_str()).collect();
            Ok(Plan::Say(format!("{}Did you mean {}?", nothing(wish), sentence::either(&titles))))
        }
    }
}

/// Looks at one device: what it has, no list says in full.
fn closer<'a>(world: &World<'a>, wish: &Wish, named: &Named) -> Plan<'a> {
    let arguments = Map::from_iter([("identifier".to_owned(), named.id.clone())]);
    let offered = world.collections.get(named.at).filter(|_| world.can(named.at, OperationKind::Get));
    match offered.and_then(|offered| world.toolbox.call_for(offered, OperationKind::Get, arguments)) {
        Some(call) => {
            let wish = Wish { device: Some(named.clone()), ..wish.clone() };
            Plan::Look(Box::new(Look { calls: vec![call], wish, claimed: false }))
        }
        None => Plan::Say(format!("{}You cannot look at {} here.", nothing(wish), named.title)),
    }
}

/// What to do with one device, now that it is known what it has.
pub(super) fn act_on<'a>(world: &World<'a>, wish: &Wish, named: &Named, reply: &Reply) -> Plan<'a> {
    let Some(offered) = world.collections.get(named.at).filter(|_| reply.success) else {
        return Plan::Say(format!("{}{}", nothing(wish), failure(reply)));
    };
    let device = Device { offered, id: named.id.clone(), title: named.title.clone(), row: data(reply) };
    call(world, wish, &device, &named.rest)
}

fn nothing(wish: &Wish) -> &'static str {
    if wish.changes() { "Nothing was changed. " } else { "" }
}

fn rows<'a>(offered: &'a Offered<'a>, reply: &Reply) -> Vec<Device<'a>> {
    let key = offered.collection.key.first().map_or("id", String::as_str);
    let device = |row: Value| {
        let id = row.get(key)?.clone();
        let title = row.get("title").and_then(Value::as_str).unwrap_or_default();
        let title = if title.is_empty() { short(&id) } else { title.to_owned() };
        Some(Device { offered, id, title, row })
    };
    match data(reply) {
        Value::Array(rows) => rows.into_iter().filter_map(device).collect(),
        _ => Vec::new(),
    }
}

/// Whether the words name this device, or something that it has.
fn matched(at: usize, device: &Device<'_>, words: &[String]) -> Option<Named> {
    let own = |text: &str, word: &String| forms::split(text).iter().any(|own| forms::same(own, word));
    let titled =
        |word: &&String| own(&device.title, word) || device.id.as_str().is_some_and(|id| id.eq_ignore_ascii_case(word));
    let has = device.row.get("has").and_then(Value::as_str).unwrap_or_default();
    let rest: Vec<String> = words.iter().filter(|word| !titled(word)).cloned().collect();
    let fits = !words.is_empty() && rest.iter().all(|word| own(has, word));
    fits.then(|| Named { at, id: device.id.clone(), title: device.title.clone(), rest })
}

/// What a device has in one group, by name.
fn affordances(row: &Value, group: &str) -> Vec<Affordance> {
    let all = row.get(group).and_then(Value::as_object).into_iter().flatten();
    all.map(|(name, one)| Affordance { name: name.clone(), schema: schema(one) }).collect()
}

fn schema(one: &Value) -> Value {
    let mut schema = one.get("schema").filter(|schema| schema.is_object()).unwrap_or(one).clone();
    if let (Some(own), Some(outer)) = (schema.as_object_mut(), one.as_object()) {
        for flag in ["read_only", "write_only", "title", "safe", "idempotent", "unit"] {
            if let Some(value) = outer.get(flag) {
                own.insert(flag.to_owned(), value.clone());
            }
        }
    }
    schema
}

fn has_words(one: &Affordance, words: &[String]) -> bool {
    let mut own = forms::split(&one.name);
    own.extend(one.schema.get("title").and_then(Value::as_str).map(forms::split).unwrap_or_default());
    words.iter().all(|word| own.iter().any(|own| forms::same(own, word)))
}

fn is(one: &Affordance, flag: &str) -> bool {
    one.schema.get(flag) == Some(&Value::Bool(true))
}

fn call<'a>(world: &World<'a>, wish: &Wish, device: &Device<'_>, rest: &[String]) -> Plan<'a> {
    let properties = affordances(&device.row, "properties");
    let named = |all: &[Affordance]| -> Vec<Affordance> {
        all.iter().filter(|one| rest.is_empty() || has_words(one, rest)).cloned().collect()
    };
    let readable: Vec<_> = properties.iter().filter(|one| !is(one, "write_only")).cloned().collect();
    let writable: Vec<_> = properties.iter().filter(|one| !is(one, "read_only")).cloned().collect();
    match &wish.verb {
        Verb::Turn(on) => match switch(named(&writable), *on, rest) {
            Some((property, value)) => write(world, device, &property, value),
            None => choice(device, "be turned on or off", &writable),
        },
        Verb::Set { text, quoted } => set(world, device, &named(&writable), &writable, text, *quoted),
        Verb::Ask | Verb::Reset => match one_of(named(&readable), rest, device) {
            Some(property) => read(world, device, &property.name),
            None => choice(device, "be asked for", &readable),
        },
        Verb::Past(seconds) => {
            let mut all = readable.clone();
            all.extend(affordances(&device.row, "events"));
            match one_of(named(&all), rest, device) {
                Some(one) => past(world, device, &one.name, *seconds),
                None => choice(device, "be looked back on", &all),
            }
        }
        Verb::Do => {
            // Half a name is not enough: `start` is not `startFactoryReset`.
            let said: Vec<String> = wish.name.iter().flat_map(|word| forms::split(word)).collect();
            let is_whole = |text: &str| {
                let own = forms::split(text);
                !own.is_empty() && own.iter().all(|word| said.iter().any(|it| forms::same(word, it)))
            };
            let mut found = named(&affordances(&device.row, "actions"));
            found.retain(|one| {
                is_whole(&one.name) || one.schema.get("title").and_then(Value::as_str).is_some_and(is_whole)
            });
            match found.as_slice() {
                [only] if !rest.is_empty() => run(world, device, only),
                _ => choice(device, "be done", &affordances(&device.row, "actions")),
            }
        }
    }
}

/// The property that says whether it is on, and the value that does.
fn switch(candidates: Vec<Affordance>, on: bool, rest: &[String]) -> Option<(String, Value)> {
    let value = |one: &Affordance| {
        let field = Field::new(&one.name, one.schema.clone());
        if fields::is_boolean(&field) {
            return Some(Value::Bool(on));
        }
        let listed = one.schema.get("enum")?.as_array()?;
        values::one_of(if on { "on" } else { "off" }, listed)
    };
    let mut able: Vec<_> = candidates.iter().filter_map(|one| Some((one.name.clone(), value(one)?))).collect();
    let plainly = |name: &String| SWITCHES.contains(&name.to_lowercase().as_str());
    match able.iter().position(|(name, _)| plainly(name)) {
        Some(at) => Some(able.swap_remove(at)),
        // `turn off the thermostat` does not mean its frost protection.
        None => able.pop().filter(|_| able.is_empty() && !rest.is_empty()),
    }
}

/// One of them: the only one, the one called just so, or the one that the device is called by.
fn one_of(mut all: Vec<Affordance>, rest: &[String], device: &Device<'_>) -> Option<Affordance> {
    let exact = all.iter().position(|one| forms::split(&one.name) == rest);
    let title = forms::split(&device.title);
    let titled = || all.iter().position(|one| forms::split(&one.name).iter().all(|word| title.contains(word)));
    let switch = || all.iter().position(|one| SWITCHES.contains(&one.name.to_lowercase().as_str()));
    match exact.or_else(titled).or_else(switch) {
        Some(at) => Some(all.swap_remove(at)),
        None => all.pop().filter(|_| all.is_empty()),
    }
}

fn set<'a>(
    world: &World<'a>,
    device: &Device<'_>,
    named: &[Affordance],
    writable: &[Affordance],
    text: &str,
    quoted: bool,
) -> Plan<'a> {
    // `21 degrees` and `40 percent` are numbers with their unit.
    let fit = |one: &Affordance| {
        let field = Field::new(&one.name, one.schema.clone());
        let unit = one.schema.get("unit").and_then(Value::as_str).unwrap_or_default();
        let number = || values::fit(bare(text, unit)?, quoted, &field);
        values::fit(text, quoted, &field).or_else(|| if field.is_numeric() { number() } else { None })
    };
    let mut able: Vec<(String, Value)> = named.iter().filter_map(|one| Some((one.name.clone(), fit(one)?))).collect();
    let target = |name: &String| forms::split(name).iter().any(|word| TARGETS.contains(&word.as_str()));
    if able.len() > 1 && able.iter().filter(|(name, _)| target(name)).count() == 1 {
        able.retain(|(name, _)| target(name));
    }
    match able.as_slice() {
        [(name, value)] => write(world, device, name, value.clone()),
        [] if named.len() == 1 => {
            let field = Field::new(&named[0].name, named[0].schema.clone());
            let (said, kind) = (sentence::quote(text), values::kind(&field));
            Plan::Say(format!(
                "Nothing was changed: {} of {} cannot be {said}, it is {kind}.",
                field.name, device.title
            ))
        }
        _ => choice(device, "be set", writable),
    }
}

/// The number of `21 degrees` and `40 %`. Nothing may follow it but its unit: what else is said would be left undone.
fn bare<'t>(text: &'t str, unit: &str) -> Option<&'t str> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | '_'))).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let rest = rest.trim().to_lowercase();
    let unit = unit.rsplit([':', '/', '#']).next().unwrap_or(unit).to_lowercase();
    let is_celsius = ["°c", "c", "cel", "celsius", "degreecelsius", "deg_c"].contains(&unit.as_str());
    let is_fahrenheit = ["°f", "f", "fahrenheit", "degreefahrenheit", "deg_f"].contains(&unit.as_str());
    let fits = match rest.as_str() {
        "" | "°" | "degree" | "degrees" | "%" | "percent" => true,
        "°c" | "c" | "celsius" | "degrees celsius" => is_celsius,
        "°f" | "f" | "fahrenheit" | "degrees fahrenheit" => is_fahrenheit,
        other => other == unit,
    };
    fits.then_some(number)
}

fn choice<'a>(device: &Device<'_>, what: &str, all: &[Affordance]) -> Plan<'a> {
    let names: Vec<_> = all.iter().map(|one| one.name.as_str()).collect();
    Plan::Say(match names.as_slice() {
        [] => format!("{} has nothing that can {what}.", device.title),
        names => format!("Say which of {} should {what}: {}.", device.title, sentence::either(names)),
    })
}

fn read<'a>(world: &World<'a>, device: &Device<'_>, property: &str) -> Plan<'a> {
    let name = format!("{} of {}", property, device.title);
    act(world, device, "read_property", &[("property", property.into())], Done::Reading { name })
}

fn write<'a>(world: &World<'a>, device: &Device<'_>, property: &str, value: Value) -> Plan<'a> {
    let name = format!("{} of {}", property, device.title);
    let input = [("property", property.into()), ("value", value.clone())];
    act(world, device, "write_property", &input, Done::Is { name, value })
}

fn past<'a>(world: &World<'a>, device: &Device<'_>, what: &str, seconds: Option<i64>) -> Plan<'a> {
    let name = format!("{} of {}", what, device.title);
    let event = affordances(&device.row, "events").iter().any(|one| one.name == what);
    let mut input = vec![(if event { "event" } else { "property" }, Value::from(what))];
    // ISO 8601: so long ago.
    input.extend(seconds.map(|seconds| ("since", format!("PT{seconds}S").into())));
    act(world, device, "history", &input, Done::Past { name })
}

fn run<'a>(world: &World<'a>, device: &Device<'_>, action: &Affordance) -> Plan<'a> {
    let done = Done::Ran { name: format!("{} of {}", action.name, device.title) };
    let safe = is(action, "safe") || is(action, "idempotent");
    let with = if safe { "invoke_safe" } else { "invoke_action" };
    act(world, device, with, &[("action", action.name.as_str().into())], done)
}

fn act<'a>(world: &World<'a>, device: &Device<'_>, action: &str, input: &[(&str, Value)], done: Done) -> Plan<'a> {
    let mut all = Map::from_iter([("thing".to_owned(), device.id.clone())]);
    all.extend(input.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let offered = world.action(device.offered.resource, action);
    match offered.and_then(|offered| world.toolbox.call_for_action(offered, all)) {
        Some((tool, arguments)) => {
            Plan::Act(Box::new(Act { tool, arguments, then: Then::Wished { done }, claimed: false }))
        }
        None => Plan::Say(format!("You cannot {} here.", action.replace('_', " "))),
    }
}
