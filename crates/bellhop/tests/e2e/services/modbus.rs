//! A bus that dies in the middle and comes back, and what the devices on it counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use testkit::modbus::ModbusBus;

use crate::support::{Bellhop, Mcp, devices, fixtures};

/// How long everything may take to be well again.
const RECOVERY: Duration = Duration::from_secs(30);

/// Sets setpoints without a pause until it is told to stop, each one once.
async fn work(client: Mcp, thing: &'static str, stop: Arc<AtomicBool>) -> Vec<(u64, Map<String, Value>)> {
    let mut answers = Vec::new();
    for value in 1.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let arguments = json!({"thing": thing, "property": "setpoint", "value": value});
        answers.push((value, client.call("home_write_property", &arguments).await));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    answers
}

/// What was written to a unit, in order.
fn written(bus: &ModbusBus, unit: u64) -> Vec<u64> {
    let writes = bus.writes();
    let of_unit = writes.iter().filter(|write| write["unit"] == unit);
    of_unit
        .map(|write| (write["values"][0].as_u64().unwrap_or(0) << 16) + write["values"][1].as_u64().unwrap_or(0))
        .collect()
}

async fn survives(mut bus: ModbusBus, config: String, is_serial: bool) {
    let bellhop = Bellhop::serve(&config).await;
    let stop = Arc::new(AtomicBool::new(false));
    let users = [("alice", "urn:dev:ALICE-0101", 1), ("bob", "urn:dev:HIS-0101", 2)];
    let tasks =
        users.map(|(user, thing, _)| tokio::spawn(work(bellhop.mcp(&fixtures::token(user)), thing, Arc::clone(&stop))));
    let grown = async |bus: &ModbusBus, than: [usize; 2]| {
        let deadline = Instant::now() + RECOVERY;
        while (0..2).any(|nth| written(bus, nth as u64 + 1).len() < than[nth] + 5) {
            assert!(Instant::now() < deadline, "too little is written");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    grown(&bus, [0, 0]).await;
    if is_serial {
        bus.cut().await
    } else {
        bus.kill().await
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let before = [written(&bus, 1).len(), written(&bus, 2).len()];
    if is_serial {
        bus.mend().await
    } else {
        bus.restart().await
    }
    grown(&bus, before).await;
    stop.store(true, Ordering::Relaxed);
    let mut away = 0;
    for ((_, _, unit), task) in users.into_iter().zip(tasks) {
        let answers = task.await.expect("no caller panicked");
        let done = written(&bus, unit);
        assert!(done.windows(2).all(|pair| pair[0] < pair[1]), "something was written twice: {done:?}");
        for (value, envelope) in answers {
            if envelope["success"] == true {
                if envelope["data"]["outcome"] == "completed" {
                    assert!(done.contains(&value), "{value} was told as done: {envelope:?}");
                }
                continue;
            }
            away += 1;
            assert_eq!(
                (&envelope["code"], &envelope["retryable"]),
                (&json!("unavailable"), &json!(true)),
                "{envelope:?}"
            );
            assert!(!done.contains(&value), "{value} was told as not done: {envelope:?}");
        }
    }
    assert!(away > 0, "nobody noticed");
}

#[tokio::test]
async fn a_bus_that_is_killed_is_unavailable_until_it_is_back_and_nothing_is_written_twice() {
    let bus = ModbusBus::tcp().await;
    let (_folder, config) =
        devices::boilers(&bus.url(), "typed", "modbus = { timeout_ms = 1000, back_off_ms = 100 }\n");
    survives(bus, config, false).await;
}

#[tokio::test]
async fn a_serial_line_that_is_cut_is_unavailable_until_it_is_mended_and_nothing_is_written_twice() {
    let bus = ModbusBus::serial().await;
    let more = format!(
        "modbus.timeout_ms = 1000\nmodbus.back_off_ms = 100\nmodbus.back_off_max_ms = 1000\n{}",
        devices::line(&bus)
    );
    let (_folder, config) = devices::boilers("modbus+rtu://hall", "typed", &more);
    survives(bus, config, true).await;
}
