//! The same with devices: both users' lamps hang on one broker and are reached as one account, so that nothing but whose
//! they are keeps them apart.

use testkit::lamp::Lamp;
use testkit::mosquitto::Mosquitto;

use super::attack::attack;
use super::judge::Findings;
use super::target::Target;
use crate::support::{Bellhop, devices, fixtures};

/// These devices' addresses have no variables, and their list is one page.
const UNUSED: [&str; 1] = ["variables"];

/// What Alice's lamp was told: nothing of it may be Bob's doing.
fn heard(lamp: &Lamp) -> Vec<String> {
    lamp.heard().into_iter().map(|(topic, payload)| format!("{topic} {payload}")).collect()
}

async fn attacked(tools: &str) -> Findings {
    let broker = Mosquitto::start().await;
    let (hers, _his) = (Lamp::start(&broker, "alice").await, Lamp::start(&broker, "bob").await);
    let (_folder, config) = devices::lamps(&broker, tools);
    let bellhop = Bellhop::serve(&config).await;
    let before = heard(&hers);
    let settle = async |target: &Target, findings: &mut Findings| {
        findings.compare(&target.name(), &before, &heard(&hers));
    };
    let (alice, bob) = (bellhop.mcp(&fixtures::token("alice")), bellhop.mcp(&fixtures::token("bob")));
    let findings = attack(&alice, &bob, "", settle).await;
    eprintln!("{}", findings.summary());
    findings
}

#[tokio::test]
async fn typed_tools_over_devices_on_one_broker_keep_users_apart() {
    attacked("typed").await.assert_clean_but_for(&UNUSED, 300);
}

#[tokio::test]
async fn universal_tools_over_devices_on_one_broker_keep_users_apart() {
    attacked("universal").await.assert_clean_but_for(&UNUSED, 300);
}
