use std::time::{Duration, Instant};

use connector::ErrorKind;
use indexmap::IndexMap;
use serde_json::json;
use testkit::modbus::ModbusBus;

use super::{Line, ModbusConfig, Parity, config, modbus, register};
use crate::binding::{Binding, Done};
use crate::td::Op;

fn over(bus: &ModbusBus) -> ModbusConfig {
    let line = Line { port: bus.port(), baud_rate: 19_200, parity: Parity::None, stop_bits: 1 };
    ModbusConfig { lines: IndexMap::from([("hall".to_owned(), line)]), ..config() }
}

#[tokio::test]
async fn a_serial_line_is_read_and_written() {
    let bus = ModbusBus::serial().await;
    let binding = modbus(&over(&bus));
    let number = json!({"type": "number"});
    let float = json!({"modv:type": "xsd:float"});
    let told = binding.read(&register(Op::Read, "modbus+rtu://hall/1/6", number.clone(), float.clone())).await;
    assert_eq!(told.expect("it answers").value, json!(21.5));
    let write = register(Op::Write, "modbus+rtu://hall/2/24", number.clone(), float.clone());
    assert_eq!(binding.write(&write, &json!(1.5)).await.expect("it answers"), Done::Confirmed);
    let back = binding.read(&register(Op::Read, "modbus+rtu://hall/2/24", number, float)).await;
    assert_eq!(back.expect("it answers").value, json!(1.5));
}

#[tokio::test]
async fn calls_for_two_units_of_one_line_take_turns() {
    let bus = ModbusBus::serial().await;
    let binding = modbus(&over(&bus));
    let read = |unit: u8| {
        let binding = binding.clone();
        async move {
            let place = format!("modbus+rtu://hall/{unit}/0");
            binding.read(&register(Op::Read, &place, json!({"type": "integer"}), json!({}))).await
        }
    };
    let all = futures::future::join_all((0..12).map(|nth| read(1 + nth % 2))).await;
    for (nth, told) in all.into_iter().enumerate() {
        assert_eq!(told.expect("it answers").value, json!(216 + nth % 2));
    }
}

#[tokio::test]
async fn a_line_that_is_cut_is_unavailable_until_it_is_mended_and_nothing_is_written_twice() {
    let mut bus = ModbusBus::serial().await;
    let binding = modbus(&over(&bus));
    let write = register(Op::Write, "modbus+rtu://hall/1/24", json!({"type": "integer"}), json!({}));
    assert_eq!(binding.write(&write, &json!(1)).await.expect("it answers"), Done::Confirmed);
    // An answer that is lost first: on a line a late one could be taken for the next one's.
    bus.mute(true);
    assert_eq!(binding.write(&write, &json!(2)).await.expect("no error"), Done::Sent);
    bus.mute(false);
    bus.cut().await;
    let mut value = 3;
    let cut = binding.write(&write, &json!(value)).await;
    assert!(
        cut.as_ref().map_or_else(|error| error.kind() == ErrorKind::Unavailable, |it| *it == Done::Sent),
        "{cut:?}"
    );
    bus.mend().await;
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        value += 1;
        if matches!(binding.write(&write, &json!(value)).await, Ok(Done::Confirmed)) {
            break;
        }
        assert!(Instant::now() < deadline, "it does not recover");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let written: Vec<i64> = bus.writes().iter().map(|it| it["values"][0].as_i64().expect("a number")).collect();
    let mut once = written.clone();
    once.dedup();
    assert_eq!(once, written, "something was written twice");
    assert_eq!((written.first(), written.get(1), written.last()), (Some(&1), Some(&2), Some(&value)));
}
