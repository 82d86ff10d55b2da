//! Settings and devices: what is looked up, and what is then done. The resources are only described; their answers are
//! these.

use std::collections::HashMap;

use access::Effect;
use connector::{Catalog, Collection, Field, OperationKind, Parameter};
use gateway::{Reply, Toolbox};
use serde_json::{Value, json};

use super::super::nouns::World;
use super::super::steps;
use super::TODAY;
use super::catalogs::{action, collection, described, text};

async fn toolbox() -> Toolbox {
    let if_version =
        Parameter { name: "if_version".into(), description: String::new(), schema: json!({}), required: true };
    let settings = Collection {
        parameters: [OperationKind::Update, OperationKind::Delete].map(|kind| (kind, vec![if_version.clone()])).into(),
        ..collection("settings", &["key"], vec![text("key"), Field::new("value", json!({}))])
    };
    let things = Collection {
        operations: [OperationKind::List, OperationKind::Get].into(),
        ..collection("things", &["id"], vec![text("id"), text("title"), text("has")])
    };
    let input = || json!({"type": "object", "properties": {"thing": {"type": "string"}}});
    let home = Catalog {
        collections: vec![things],
        actions: vec![
            action("read_property", Effect::Read, input()),
            action("history", Effect::Read, input()),
            action("write_property", Effect::Write, input()),
            action("invoke_safe", Effect::Write, input()),
            action("invoke_action", Effect::Destroy, input()),
        ],
        ..Catalog::default()
    };
    let prefs = Catalog { collections: vec![settings], ..Catalog::default() };
    described([("home", home), ("prefs", prefs)]).await
}

/// What the resources answer.
fn answer(tool: &str, arguments: &Value) -> Reply {
    let found = |data: Value| Reply {
        success: true,
        data: Some(serde_json::value::to_raw_value(&data).expect("JSON")),
        ..Reply::default()
    };
    match (tool, arguments["identifier"].as_str().unwrap_or_default()) {
        ("home_things_list", _) => found(json!([
            {"id": "urn:lamp", "title": "Desk lamp", "has": "reads and writes on; reads and writes brightness (0 to 100); does toggle"},
            {"id": "urn:floor", "title": "Floor lamp", "has": "reads and writes on"},
            {"id": "urn:heat", "title": "Thermostat", "has": "reads temperature (°C); reads and writes target (°C, 5 to 30)"},
        ])),
        ("home_things_get", "urn:lamp") => found(json!({
            "id": "urn:lamp",
            "properties": {
                "on": {"schema": {"type": "boolean"}, "read_only": false},
                "brightness": {"schema": {"type": "integer", "minimum": 0, "maximum": 100}, "read_only": false},
            },
            "actions": {"toggle": {"safe": false, "idempotent": false}, "blink": {"safe": true, "idempotent": false}},
        })),
        ("home_things_get", "urn:heat") => found(json!({
            "id": "urn:heat",
            "properties": {
                "temperature": {"schema": {"type": "number"}, "unit": "°C", "read_only": true},
                "target": {"schema": {"type": "number", "minimum": 5, "maximum": 30}, "read_only": false},
            },
        })),
        ("home_read_property", _) => found(json!({"value": 21.5, "unit": "°C"})),
        ("home_history", _) => found(json!([
            {"at": "2026-11-22T20:00:00Z", "value": 21, "unit": "°C"}, {"at": "2026-11-22T19:30:00Z", "value": 19.5, "unit": "°C"},
        ])),
        ("home_write_property", _) if arguments["property"] == "brightness" => {
            found(json!({"value": arguments["value"], "outcome": "sent, not confirmed"}))
        }
        ("prefs_settings_get", "theme") => {
            found(json!({"key": "theme", "value": "light", "source": "default", "revision": "0"}))
        }
        ("prefs_settings_get", "language") => {
            found(json!({"key": "language", "value": "en", "source": "own", "revision": "7"}))
        }
        ("prefs_settings_get", _) => {
            Reply { error: Some("There is no such item.".into()), code: Some("not_found"), ..Reply::default() }
        }
        _ => found(json!({"value": arguments["value"], "outcome": "completed"})),
    }
}

/// Every call that a message leads to, look-ups left out, and the answer.
async fn done(message: &str) -> (Vec<(String, Value)>, String) {
    let toolbox = toolbox().await;
    let world = World::new(&toolbox, TODAY);
    let steps = steps::read(&world, message);
    let (mut replies, mut made) = (HashMap::<String, Reply>::new(), Vec::new());
    for _ in 0..8 {
        let said = steps::turn(&world, &steps, &replies.iter().map(|(id, reply)| (id.as_str(), reply)).collect());
        if said.calls.is_empty() {
            return (made, said.text.unwrap_or_default());
        }
        for call in said.calls {
            if !["home_things_list", "home_things_get", "prefs_settings_get"].contains(&call.tool.as_str()) {
                made.push((call.tool.clone(), call.arguments.clone()));
            }
            let reply = answer(&call.tool, &call.arguments);
            replies.insert(call.id, reply);
        }
    }
    panic!("{message} comes to no end: {made:?}");
}

#[tokio::test]
async fn settings_and_devices_are_found_by_what_they_are_called() {
    let write = |thing: &str, property: &str, value: Value| {
        ("home_write_property", json!({"thing": thing, "property": property, "value": value}))
    };
    let read = |thing: &str, property: &str| ("home_read_property", json!({"thing": thing, "property": property}));
    for (message, call) in [
        ("set my theme to dark", ("prefs_settings_create", json!({"data": {"key": "theme", "value": "dark"}}))),
        (
            "change the language to de",
            ("prefs_settings_update", json!({"identifier": "language", "data": {"value": "de"}, "if_version": "7"})),
        ),
        ("set font_size to 14", ("prefs_settings_create", json!({"data": {"key": "font_size", "value": 14}}))),
        ("reset my language", ("prefs_settings_delete", json!({"identifier": "language", "if_version": "7"}))),
        ("turn on the desk lamp", write("urn:lamp", "on", json!(true))),
        ("please switch the desk lamp off", write("urn:lamp", "on", json!(false))),
        ("set the thermostat to 21", write("urn:heat", "target", json!(21))),
        ("set the thermostat to 21.5 degrees", write("urn:heat", "target", json!(21.5))),
        ("set the brightness of the desk lamp to 40%", write("urn:lamp", "brightness", json!(40))),
        ("dim the desk lamp's brightness to 40", write("urn:lamp", "brightness", json!(40))),
        ("what is the temperature?", read("urn:heat", "temperature")),
        ("what's the temperature of the thermostat", read("urn:heat", "temperature")),
        ("is the desk lamp on?", read("urn:lamp", "on")),
        (
            "what was the temperature in the last hour",
            ("home_history", json!({"thing": "urn:heat", "property": "temperature", "since": "PT3600S"})),
        ),
        (
            "history of the temperature over the last 30 minutes",
            ("home_history", json!({"thing": "urn:heat", "property": "temperature", "since": "PT1800S"})),
        ),
        ("toggle the desk lamp", ("home_invoke_action", json!({"thing": "urn:lamp", "action": "toggle"}))),
    ] {
        let (made, text) = done(message).await;
        assert_eq!(made, [(call.0.to_owned(), call.1)], "{message}: {text}");
    }
}

#[tokio::test]
async fn what_is_not_sure_changes_nothing() {
    for (message, part) in [
        ("turn on the lamp", "Did you mean Desk lamp or Floor lamp?"),
        ("turn on the fridge", "there is no device and no setting called “fridge”"),
        ("set the thermostat to warm", "target of Thermostat cannot be “warm”, it is a number"),
        ("reset my theme", "theme is not set"),
        ("as user bob, set my theme to dark", "only for you"),
        ("set my theme", ""),
        ("turn on the desk lamp if it is dark", ""),
        ("set the thermostat to 21 if it is cold", ""),
        ("set the thermostat to 21 tomorrow at 7", ""),
        ("set the thermostat to 21 F", ""),
        ("reset my language to fr", ""),
        ("show my theme and toggle the desk lamp", "Say it by itself."),
    ] {
        let (made, text) = done(message).await;
        assert_eq!(made, [], "{message}");
        assert!(text.contains(part), "{message}: {text}");
    }
}

#[tokio::test]
async fn what_came_of_it_is_told_truthfully() {
    for (message, wanted) in [
        ("what is my theme?", "theme is light (the default)."),
        ("set my theme to dark", "theme is now dark."),
        ("what is the temperature", "temperature of Thermostat is 21.5 °C."),
        ("set the brightness of the desk lamp to 40", "brightness of Desk lamp: sent, not confirmed."),
        (
            "what was the temperature in the last hour",
            "temperature of Thermostat: 2 values, between 19.5 and 21 °C:\n- 2026-11-22T20:00:00Z: 21 °C\n\
             - 2026-11-22T19:30:00Z: 19.5 °C",
        ),
    ] {
        assert_eq!(done(message).await.1, wanted, "{message}");
    }
}

#[tokio::test]
async fn changes_are_made_in_the_order_of_their_steps() {
    let (made, text) =
        done("set my theme to dark, set the thermostat to 21, turn on the desk lamp and what is my language").await;
    let tools: Vec<_> = made.iter().map(|(tool, _)| tool.as_str()).collect();
    assert_eq!(tools, ["prefs_settings_create", "home_write_property", "home_write_property"], "{text}");
    assert_eq!((&made[1].1["property"], &made[2].1["property"]), (&json!("target"), &json!("on")));
    assert!(text.starts_with("1. “set my theme to dark”\ntheme is now dark.\n\n2. "), "{text}");
    assert!(text.ends_with("language is en."), "{text}");
}
