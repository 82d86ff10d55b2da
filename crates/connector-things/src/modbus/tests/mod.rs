mod bus;
mod codec;
mod forms;
mod serial;

use std::sync::Arc;

use serde_json::Value;
use upstream::Reach;

use super::{Line, Modbus, ModbusConfig, Parity};
use crate::binding::At;
use crate::binding::testing::at;
use crate::td::Op;

/// Counting from 0, as the devices' own list does, and impatient.
fn config() -> ModbusConfig {
    ModbusConfig {
        zero_based: true,
        timeout_ms: 1_000,
        back_off_ms: 100,
        back_off_max_ms: 400,
        ..ModbusConfig::default()
    }
}

fn modbus(config: &ModbusConfig) -> Arc<Modbus> {
    Arc::new(Modbus::new(config, Reach::new(&[]).expect("no address")))
}

/// Holding registers of a bus.
fn register(op: Op, place: &str, schema: Value, more: Value) -> At {
    let mut form = serde_json::json!({"href": place, "modv:entity": "HoldingRegister"});
    form.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    at(op, form, schema)
}
