//! The same over devices: whose they are is written in a map, and some are each user's own by their addresses.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::attack::attack;
use super::judge::Findings;
use super::target::Target;
use crate::support::fixtures::{auth, token};
use crate::support::{Bellhop, Mcp, process};

/// How many things each user has.
const THINGS: u32 = 5;

/// A thing of a user's; Alice's can be recognised by everything in them.
fn thing(user: &str, nth: u32) -> Value {
    let mark = if user == "alice" { format!("ALICE-03{nth:02}") } else { format!("his {nth:02}") };
    let number = if user == "alice" { 700_010 + nth } else { 10 + nth };
    let form = |more: Value| {
        let mut form = json!({"href": "virtual:"});
        form.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        json!([form, {"href": "virtual:", "op": "observeproperty"}])
    };
    json!({
        "id": format!("urn:dev:{}", mark.replace(' ', "-")),
        "title": format!("{mark} lamp"),
        "description": format!("words {mark}"),
        "securityDefinitions": {"nosec_sc": {"scheme": "nosec"}}, "security": "nosec_sc",
        "properties": {
            "level": {"type": "integer", "minimum": 0, "maximum": 10_000_000, "unit": format!("{mark} units"),
                "forms": form(json!({"virtual:initial": number}))},
            "note": {"type": "string", "forms": form(json!({"virtual:initial": mark}))},
        },
        "actions": {
            "clear": {"forms": [{"href": "virtual:", "virtual:sets": {"level": 0, "note": ""}}]},
            "ping": {"safe": true, "forms": [{"href": "virtual:", "virtual:tells": "rang"}]},
        },
        "events": {"rang": {"data": {}, "forms": [{"href": "virtual:"}]}},
    })
}

/// One that each user has of their own.
fn own() -> Value {
    json!({
        "id": "urn:dev:thermostat", "title": "Thermostat",
        "securityDefinitions": {"nosec_sc": {"scheme": "nosec"}}, "security": "nosec_sc",
        "properties": {
            "target": {"type": "number", "minimum": 5, "maximum": 30,
                "forms": [{"href": "virtual:users/{caller.id}", "virtual:initial": 21}]},
        },
    })
}

/// Writes the descriptions and the map of owners, and gives the configuration.
fn config(home: &Path, tools: &str) -> String {
    let mut owners = Map::new();
    let mut all = vec![own()];
    for user in ["alice", "bob"] {
        for nth in 1..=THINGS {
            let one = thing(user, nth);
            owners.insert(one["id"].as_str().expect("an id").to_owned(), user.into());
            all.push(one);
        }
    }
    std::fs::write(home.join("things.json"), Value::from(all).to_string()).expect("it can be written");
    std::fs::write(home.join("owners.json"), Value::from(owners).to_string()).expect("it can be written");
    format!(
        "{}\n[limits]\ntools = \"{tools}\"\ncalls_per_minute_max = 1000000\n\n\
         [resources.home]\nkind = \"things\"\ndescriptions = [\"things.json\"]\nowners_file = \"owners.json\"\n\
         limits = {{ commands_per_minute = 1000000, reads_per_minute = 1000000 }}\n",
        auth()
    )
}

/// What Alice's devices are, as she reads it.
async fn snapshot(alice: &Mcp, typed: bool) -> Vec<String> {
    let mut all = Vec::new();
    let mut places: Vec<(String, &str)> = vec![("urn:dev:thermostat".to_owned(), "target")];
    for nth in 1..=THINGS {
        places.extend(["level", "note"].map(|name| (format!("urn:dev:ALICE-03{nth:02}"), name)));
    }
    for (thing, property) in places {
        let input = json!({"thing": thing, "property": property});
        let answer = match typed {
            true => alice.call("home_read_property", &input).await,
            false => alice.call("invoke", &json!({"action": "home.read_property", "input": input})).await,
        };
        assert_eq!(answer["success"], true, "{answer:?}");
        all.push(format!("{thing} {property} = {}", answer["data"]["value"]));
    }
    all
}

async fn attacked(tools: &str) -> Findings {
    let home = process::home();
    let config = config(home.path(), tools);
    let bellhop = Bellhop::serve_in(home, &config).await;
    let (alice, bob) = (bellhop.mcp(&token("alice")), bellhop.mcp(&token("bob")));
    let typed = tools == "typed";
    let before = snapshot(&alice, typed).await;
    let settle = async |target: &Target, findings: &mut Findings| {
        findings.compare(&target.name(), &before, &snapshot(&alice, typed).await);
    };
    let findings = attack(&alice, &bob, "", settle).await;
    eprintln!("{}", findings.summary());
    findings
}

#[tokio::test]
async fn typed_tools_over_devices_keep_users_apart() {
    attacked("typed").await.assert_clean_after(500);
}

#[tokio::test]
async fn universal_tools_over_devices_keep_users_apart() {
    attacked("universal").await.assert_clean_after(500);
}

#[tokio::test]
async fn a_device_that_is_written_down_for_the_wrong_user_is_found() {
    let home = process::home();
    let config = config(home.path(), "typed");
    let owners = std::fs::read_to_string(home.path().join("owners.json")).expect("it was written");
    let wrong = owners.replace("\"urn:dev:ALICE-0301\":\"alice\"", "\"urn:dev:ALICE-0301\":[\"alice\",\"bob\"]");
    assert_ne!(owners, wrong);
    std::fs::write(home.path().join("owners.json"), wrong).expect("it can be written");
    let bellhop = Bellhop::serve_in(home, &config).await;
    let (alice, bob) = (bellhop.mcp(&token("alice")), bellhop.mcp(&token("bob")));
    let findings = attack(&alice, &bob, "things", async |_: &Target, _: &mut Findings| {}).await;
    assert!(findings.leaks.keys().any(|leak| leak.contains("ALICE-0301")), "{}", findings.summary());
}
