//! The same on a field bus, which knows no users at all: Alice's boiler is unit 1 and Bob's is unit 2.

use testkit::modbus::ModbusBus;

use super::attack::attack;
use super::judge::Findings;
use super::target::Target;
use crate::support::{Bellhop, devices, fixtures};

/// These devices' addresses have no variables, and their list is one page.
const UNUSED: [&str; 1] = ["variables"];

/// What was written to Alice's unit.
fn written(bus: &ModbusBus) -> Vec<String> {
    bus.writes().iter().filter(|write| write["unit"] == 1).map(ToString::to_string).collect()
}

async fn attacked(bus: &ModbusBus, config: &str) -> Findings {
    let bellhop = Bellhop::serve(config).await;
    let before = written(bus);
    let settle = async |target: &Target, findings: &mut Findings| {
        findings.compare(&target.name(), &before, &written(bus));
    };
    let (alice, bob) = (bellhop.mcp(&fixtures::token("alice")), bellhop.mcp(&fixtures::token("bob")));
    let findings = attack(&alice, &bob, "", settle).await;
    eprintln!("{}", findings.summary());
    findings
}

#[tokio::test]
async fn typed_tools_over_units_of_one_bus_keep_users_apart() {
    let bus = ModbusBus::tcp().await;
    let (_folder, config) = devices::boilers(&bus.url(), "typed", "");
    attacked(&bus, &config).await.assert_clean_but_for(&UNUSED, 300);
}

#[tokio::test]
async fn universal_tools_over_units_of_one_serial_line_keep_users_apart() {
    let bus = ModbusBus::serial().await;
    let (_folder, config) = devices::boilers("modbus+rtu://hall", "universal", &devices::line(&bus));
    attacked(&bus, &config).await.assert_clean_but_for(&UNUSED, 300);
}
