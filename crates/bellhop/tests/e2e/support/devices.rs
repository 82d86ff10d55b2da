//! Fleets of devices that two users share a broker or a bus with.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::lamp::Lamp;
use testkit::modbus::ModbusBus;
use testkit::mosquitto::{Mosquitto, password};

use super::fixtures::auth;
use super::process;

/// What users see of their devices begins with this; Alice's can be recognised wherever it turns up.
fn mark(user: &str) -> &'static str {
    if user == "alice" { "ALICE-" } else { "HIS-" }
}

/// Lamps of both users on one broker, reached as one account: a dozen descriptions of each one's own, and one that is each
/// caller's by its topics.
pub(crate) fn lamps(broker: &Mosquitto, tools: &str) -> (TempDir, String) {
    let folder = process::home();
    let mut owners = Vec::new();
    for user in ["alice", "bob"] {
        for nth in 1..=12 {
            let id = format!("urn:dev:{}01{nth:02}", mark(user));
            let mut lamp = Lamp::description(&broker.url(), &id, &format!("users/{user}/lamp"));
            lamp["title"] = json!(format!("Lamp {}02{nth:02}", mark(user)));
            lamp["description"] = json!(format!("It hangs in room {}03{nth:02}", mark(user)));
            write(folder.path(), &format!("{user}{nth}"), &lamp);
            owners.push((id, user));
        }
    }
    let own = Lamp::description(&broker.url(), "urn:dev:own-lamp", "users/{caller.id}/lamp");
    write(folder.path(), "own", &own);
    let account = password("house");
    let more = format!(
        "accounts = {{ account = {{ username = \"house\", password = \"{account}\" }} }}\n\
         mqtt = {{ back_off_ms = 100, back_off_max_ms = 500, connect_timeout_ms = 2000 }}\n"
    );
    let config = config(folder.path(), &owners, tools, &more);
    (folder, config)
}

/// Boilers of both users on one bus: Alice's is unit 1 and Bob's is unit 2.
pub(crate) fn boilers(place: &str, tools: &str, more: &str) -> (TempDir, String) {
    let folder = process::home();
    let mut owners = Vec::new();
    for (unit, user) in [(1, "alice"), (2, "bob")] {
        for nth in 1..=12 {
            let id = format!("urn:dev:{}01{nth:02}", mark(user));
            let form = |op: Value, address: u16, more: Value| {
                let mut form =
                    json!({"href": format!("{place}/{unit}/{address}"), "op": op, "modv:zeroBasedAddressing": true});
                form.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
                form
            };
            let float = || json!({"modv:entity": "HoldingRegister", "modv:type": "xsd:float"});
            let whole = || json!({"modv:entity": "HoldingRegister", "modv:type": "xsd:int"});
            let boiler = json!({
                "@context": "https://www.w3.org/2022/wot/td/v1.1", "id": id,
                "title": format!("Boiler {}02{nth:02}", mark(user)),
                "description": format!("It stands in room {}03{nth:02}", mark(user)),
                "securityDefinitions": {"none": {"scheme": "nosec"}}, "security": "none",
                "properties": {
                    "temperature": {"type": "number", "unit": "°C", "readOnly": true,
                        "forms": [form(json!("readproperty"), 6, float())]},
                    "setpoint": {"type": "integer", "minimum": 0, "maximum": 1_000_000,
                        "forms": [form(json!(["readproperty", "writeproperty"]), 24, whole())]},
                },
                "actions": {"restart": {"forms": [form(json!("invokeaction"), 4, json!({"modv:entity": "Coil"}))]}},
            });
            write(folder.path(), &format!("{user}{nth}"), &boiler);
            owners.push((id, user));
        }
    }
    let config = config(folder.path(), &owners, tools, more);
    (folder, config)
}

/// What a serial line's table is.
pub(crate) fn line(bus: &ModbusBus) -> String {
    format!("modbus.lines.hall = {{ port = \"{}\", parity = \"none\" }}\n", bus.port().display())
}

fn write(folder: &Path, name: &str, description: &Value) {
    std::fs::write(folder.join(format!("{name}.json")), description.to_string()).expect("a file can be written");
}

fn config(folder: &Path, owners: &[(String, &str)], tools: &str, more: &str) -> String {
    let owners: Vec<String> = owners.iter().map(|(id, user)| format!("\"{id}\" = \"{user}\"")).collect();
    format!(
        "{}\n[limits]\ntools = \"{tools}\"\ncalls_per_minute_max = 1000000\n\n\
         [resources.home]\nkind = \"things\"\ndescriptions = [\"{}\"]\nowners = {{ {} }}\n\
         limits = {{ commands_per_minute = 1000000, reads_per_minute = 1000000, timeout_ms = 5000 }}\n{more}",
        auth(),
        folder.display(),
        owners.join(", ")
    )
}
