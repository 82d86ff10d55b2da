use connector::{Field, OperationKind};
use gateway::{Offered, Reply};
use serde_json::{Map, Value, json};

use super::super::nouns::World;
use super::super::plan::{Act, Done, Plan, Then};
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

/// Something a device has or does, by its name.
#[derive(Clone)]
struct Affordance {
    name: String,
    schema: Value,
}

/// A device that is named, by how many words, and the words that are left.
struct Match<'d, 'a> {
    device: &'d Device<'a>,
    named: usize,
    rest: Vec<String>,
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
    let mut devices = Vec::new();
    for (at, reply) in world.things().into_iter().zip(replies) {
        if !reply.success {
            return Err(failure(reply));
        }
        if let Some(offered) = world.collections.get(at) {
            devices.extend(rows(offered, reply));
        }
    }
    let words: Vec<String> = wish.name.iter().flat_map(|word| forms::split(word)).collect();
    let group = group(&wish.verb);
    let mut matches: Vec<Match<'_, '_>> = devices.iter().filter_map(|device| matched(device, &words, group)).collect();
    let best = matches.iter().map(|it| (it.named, usize::MAX - it.rest.len())).max();
    matches.retain(|it| Some((it.named, usize::MAX - it.rest.len())) == best);
    match matches.as_slice() {
        [] => Err(format!("{}You have no device called “{}”.", nothing(wish), wish.said())),
        [only] => Ok(call(world, wish, only)),
        several => {
            let titles: Vec<_> = several.iter().map(|it| it.device.title.as_str()).collect();
            Ok(Plan::Say(format!("{}Did you mean {}?", nothing(wish), sentence::either(&titles))))
        }
    }
}

fn nothing(wish: &Wish) -> &'static str {
    if wish.changes() { "Nothing was changed. " } else { "" }
}

fn rows<'a>(offered: &'a Offered<'a>, reply: &Reply) -> Vec<Device<'a>> {
    let key = offered.collection.key.first().map_or("id", String::as_str);
    let device = |row: Value| {
        let id = row.get(key)?.clone();
        let title = row.get("title").or_else(|| row.get("name")).and_then(Value::as_str).unwrap_or_default();
        let title = if title.is_empty() { super::super::render::short(&id) } else { title.to_owned() };
        Some(Device { offered, id, title, row })
    };
    match data(reply) {
        Value::Array(rows) => rows.into_iter().filter_map(device).collect(),
        _ => Vec::new(),
    }
}

/// Which of a device's affordances a verb is about.
fn group(verb: &Verb) -> &'static [&'static str] {
    match verb {
        Verb::Do => &["actions"],
        Verb::Past(_) => &["properties", "events"],
        Verb::Set { .. } | Verb::Turn(_) | Verb::Ask | Verb::Reset => &["properties"],
    }
}

/// Whether the words name this device, or something that it has.
fn matched<'d, 'a>(device: &'d Device<'a>, words: &[String], group: &[&str]) -> Option<Match<'d, 'a>> {
    let mut titled = forms::split(&device.title);
    titled.extend(device.id.as_str().map(forms::split).unwrap_or_default());
    let is_title = |word: &String| titled.iter().any(|own| forms::same(own, word));
    let rest: Vec<String> = words.iter().filter(|word| !is_title(word)).cloned().collect();
    let named = words.len() - rest.len();
    let all: Vec<Affordance> = group.iter().flat_map(|group| affordances(&device.row, group)).collect();
    let fits = rest.is_empty() || all.iter().any(|one| has_words(one, &rest));
    // What a device is called may be what it has too: the temperature of “temperature sensor”.
    (fits && (named > 0 || !rest.is_empty())).then_some(Match { device, named, rest })
}

/// What a device says of itself in one group, whether as an object by name, a list of names or a list of objects.
fn affordances(row: &Value, group: &str) -> Vec<Affordance> {
    let named = |one: &Value| match one {
        Value::String(name) => Some(Affordance { name: name.clone(), schema: json!({}) }),
        one => Some(Affordance { name: one.get("name")?.as_str()?.to_owned(), schema: schema(one) }),
    };
    match row.get(group) {
        Some(Value::Object(all)) => {
            all.iter().map(|(name, one)| Affordance { name: name.clone(), schema: schema(one) }).collect()
        }
        Some(Value::Array(all)) => all.iter().filter_map(named).collect(),
        _ => Vec::new(),
    }
}

fn schema(one: &Value) -> Value {
    let mut schema = one.get("schema").filter(|schema| schema.is_object()).unwrap_or(one).clone();
    if let (Some(own), Some(outer)) = (schema.as_object_mut(), one.as_object()) {
        for flag in ["readOnly", "writeOnly", "read_only", "write_only", "title"] {
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

fn is(one: &Affordance, flags: [&str; 2]) -> bool {
    flags.iter().any(|flag| one.schema.get(flag) == Some(&Value::Bool(true)))
}

fn call<'a>(world: &World<'a>, wish: &Wish, found: &Match<'_, '_>) -> Plan<'a> {
    let (device, rest) = (found.device, &found.rest);
    let properties = affordances(&device.row, "properties");
    let named = |all: &[Affordance]| -> Vec<Affordance> {
        all.iter().filter(|one| rest.is_empty() || has_words(one, rest)).cloned().collect()
    };
    let readable: Vec<_> = properties.iter().filter(|one| !is(one, ["writeOnly", "write_only"])).cloned().collect();
    let writable: Vec<_> = properties.iter().filter(|one| !is(one, ["readOnly", "read_only"])).cloned().collect();
    match &wish.verb {
        Verb::Turn(on) => match switch(named(&writable), *on) {
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
        Verb::Do => match named(&affordances(&device.row, "actions")).as_slice() {
            [only] if !rest.is_empty() => run(world, device, &only.name),
            _ => choice(device, "be done", &affordances(&device.row, "actions")),
        },
    }
}

/// The property that says whether it is on, and the value that does.
fn switch(candidates: Vec<Affordance>, on: bool) -> Option<(String, Value)> {
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
        None => able.pop().filter(|_| able.is_empty()),
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
    let bare = text.split_whitespace().next().unwrap_or(text).trim_end_matches(['°', 'C', 'F', '%']);
    let fit = |one: &Affordance| {
        let field = Field::new(&one.name, one.schema.clone());
        values::fit(text, quoted, &field).or_else(|| field.is_numeric().then(|| values::fit(bare, quoted, &field))?)
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
            Plan::Say(format!("Nothing was changed: {} of {} cannot be {said}, it is {kind}.", field.name, device.title))
        }
        _ => choice(device, "be set", writable),
    }
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
    if let Some(from) = seconds.and_then(|seconds| world.seconds_ago(seconds)) {
        input.push(("since", from.into()));
    }
    act(world, device, "history", &input, Done::Past { name })
}

fn run<'a>(world: &World<'a>, device: &Device<'_>, action: &str) -> Plan<'a> {
    let done = Done::Ran { name: format!("{} of {}", action, device.title) };
    act(world, device, "invoke_action", &[("action", action.into())], done)
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
