use serde_json::{Value, json};

use super::super::form::{Entity, Place, Span, read};
use crate::binding::testing::form;
use crate::td::Op;

fn span(written: Value, op: Op) -> Result<(Place, Span), String> {
    read(&form(written), op, false, true)
}

#[test]
fn an_address_says_the_same_as_terms() {
    let place = Place::Tcp { host: "10.0.0.5".into(), port: 502, named: true };
    let whole = Span {
        entity: Entity::HoldingRegister,
        unit: 3,
        address: 9,
        quantity: Some(2),
        as_many: false,
        timeout: None,
        polling: None,
    };
    for written in [
        json!({"href": "modbus+tcp://10.0.0.5/3/10?quantity=2", "modv:entity": "HoldingRegister"}),
        json!({"href": "modbus+tcp://10.0.0.5:502/3", "modv:entity": "HoldingRegister", "modv:address": 10, "modv:quantity": 2}),
        json!({"href": "modbus+tcp://10.0.0.5", "modbus:entity": "HoldingRegister", "modbus:address": 10, "modbus:unitID": 3, "modbus:quantity": 2}),
        json!({"href": "modbus+tcp://10.0.0.5/3/9?quantity=2", "modv:function": "readHoldingRegisters", "modv:zeroBasedAddressing": true}),
        json!({"href": "modbus+tcp://10.0.0.5/3/10?quantity=2", "modv:function": 3}),
    ] {
        assert_eq!(span(written.clone(), Op::Read), Ok((place.clone(), whole.clone())), "{written}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (written, op, why) in [
        (json!({"href": "modbus+tcp://10.0.0.5/3/0", "modv:entity": "Coil"}), Op::Read, "addresses count from 1"),
        (json!({"href": "modbus+tcp://10.0.0.5/3/{n}", "modv:entity": "Coil"}), Op::Read, "no variables"),
        (
            json!({"href": "modbus+tcp://10.0.0.5/3/7", "modv:entity": "Coil", "modv:address": 8}),
            Op::Read,
            "different address",
        ),
        (json!({"href": "modbus+tcp://10.0.0.5/3/7", "modv:entity": "InputRegister"}), Op::Write, "cannot be written"),
        (json!({"href": "modbus+tcp://10.0.0.5/3/7", "modv:function": "readFileRecord"}), Op::Read, "not spoken"),
        (json!({"href": "modbus+tcp://10.0.0.5/3/7"}), Op::Read, "neither modv:entity"),
        (
            json!({"href": "modbus+tcp://10.0.0.5/3/7?quantity=126", "modv:entity": "HoldingRegister"}),
            Op::Read,
            "1 to 125",
        ),
        (
            json!({"href": "modbus+tcp://10.0.0.5/3/7?quantity=124", "modv:entity": "HoldingRegister"}),
            Op::Write,
            "1 to 123",
        ),
        (json!({"href": "modbus+tcp://10.0.0.5/3/7?quantity=0", "modv:entity": "Coil"}), Op::Read, "1 to 2000"),
        (json!({"href": "modbus+tcp://10.0.0.5/300/7", "modv:entity": "Coil"}), Op::Read, "unit is out of range"),
        (json!({"href": "modbus+rtu://hall/0/7", "modv:entity": "Coil"}), Op::Write, "unit is out of range"),
        (json!({"href": "modbus+rtu://hall", "modv:entity": "Coil", "modv:address": 7}), Op::Read, "names no unit"),
        (json!({"href": "modbus+tcp://a:b@10.0.0.5/3/7", "modv:entity": "Coil"}), Op::Read, "no account"),
        (json!({"href": "modbus+tcp://10.0.0.5/3/7/8", "modv:entity": "Coil"}), Op::Read, "not /unit/address"),
        (json!({"href": "modbus+tcp://10.0.0.5/3/7?unit=9", "modv:entity": "Coil"}), Op::Read, "not known"),
        (json!({"href": "modbus+tcp://10.0.0.5/3/65537", "modv:entity": "Coil"}), Op::Read, "out of range"),
    ] {
        let said = span(written.clone(), op).expect_err("it cannot be used");
        assert!(said.contains(why), "{written}: {said}");
    }
}

#[test]
fn a_serial_line_is_not_for_descriptions_from_elsewhere() {
    let written = form(json!({"href": "modbus+rtu://hall/1/7", "modv:entity": "Coil"}));
    assert!(read(&written, Op::Read, false, false).is_err());
}
