mod commands;
mod faults;
mod forms;
mod topics;
mod watching;

use std::sync::Arc;

use serde_json::{Value, json};
use testkit::lamp::Lamp;
use testkit::mosquitto::{Mosquitto, password};
use upstream::Reach;

use super::{Mqtt, MqttConfig, MqttVersion};
use crate::binding::At;
use crate::binding::testing::at;
use crate::td::Op;

/// What there is to try in both.
const VERSIONS: [MqttVersion; 2] = [MqttVersion::V3, MqttVersion::V5];

/// Impatient.
fn config(version: MqttVersion) -> MqttConfig {
    MqttConfig {
        version,
        read_wait_ms: 700,
        confirm_wait_ms: 700,
        connect_timeout_ms: 2_000,
        back_off_ms: 100,
        back_off_max_ms: 400,
        ..MqttConfig::default()
    }
}

fn mqtt(version: MqttVersion) -> Arc<Mqtt> {
    Arc::new(Mqtt::new(&config(version), Reach::new(&[]).expect("no address"), None))
}

/// One form of the lamp's own description, as the house.
fn lamp(broker: &Mosquitto, user: &str, what: &str, op: Op) -> At {
    let base = format!("users/{user}/lamp");
    let description = Lamp::description(&broker.url(), "urn:lamp", &base);
    let affordance = ["properties", "actions", "events"]
        .iter()
        .find_map(|kind| description[kind].get(what))
        .unwrap_or_else(|| panic!("the lamp has no {what}"));
    let says = |form: &&Value| {
        form["op"] == op.as_str() || form["op"].as_array().is_some_and(|all| all.contains(&json!(op.as_str())))
    };
    let forms = affordance["forms"].as_array().expect("forms");
    let form = forms.iter().find(says).unwrap_or_else(|| panic!("{what} has no {}", op.as_str()));
    let mut at = at(op, form.clone(), affordance.clone());
    if op == Op::Write
        && let Some(confirm) = forms.iter().find(|form| form["op"].as_array().is_some())
    {
        at = at.confirmed_by(confirm.clone());
    }
    at.signed_in("house", &password("house"))
}
