use std::time::{Duration, Instant};

use connector::ErrorKind;
use futures::future::join_all;
use serde_json::{Value, json};
use testkit::modbus::ModbusBus;
use upstream::Reach;

use super::super::Modbus;
use super::{config, modbus, register};
use crate::binding::testing::at;
use crate::binding::{Binding, Done, Invoked};
use crate::td::{Op, Thing};

#[tokio::test]
async fn what_a_device_holds_is_read_and_written_as_the_device_says() {
    let bus = ModbusBus::tcp().await;
    let binding = modbus(&config());
    let place = |unit: u8, address: u16| format!("{}/{unit}/{address}", bus.url());
    let integer = json!({"type": "integer"});
    for (place, schema, more, value) in [
        (place(1, 0), integer.clone(), json!({}), json!(216)),
        (place(2, 0), json!({"type": "number"}), json!({"modv:scale": 0.1}), json!(21.7)),
        (place(1, 1), json!({"type": "integer", "minimum": 0}), json!({}), json!(65_535)),
        (place(1, 4), integer.clone(), json!({"modv:type": "xsd:int"}), json!(-2)),
        (place(1, 6), json!({"type": "number"}), json!({"modv:type": "xsd:float"}), json!(21.5)),
        (place(1, 8), json!({"type": "number"}), json!({"modv:type": "xsd:double"}), json!(2.25)),
        (place(1, 12), integer.clone(), json!({"modv:type": "xsd:long"}), json!(-5_000_000_000_i64)),
        (place(1, 16), integer.clone(), json!({"modv:type": "xsd:unsignedLong"}), json!(u64::MAX)),
        (place(1, 20), json!({"type": "string"}), json!({"modv:quantity": 4}), json!("hall")),
        (place(1, 0), integer.clone(), json!({"modv:entity": "InputRegister"}), json!(1013)),
        (place(1, 0), json!({"type": "boolean"}), json!({"modv:entity": "DiscreteInput"}), json!(true)),
        (place(1, 3), json!({"type": "boolean"}), json!({"modv:entity": "Coil"}), json!(false)),
    ] {
        let told = binding.read(&register(Op::Read, &place, schema, more)).await.expect("it answers");
        assert_eq!(told.value, value, "{place}");
    }
    for (address, schema, more, value) in [
        (24, json!({"type": "number"}), json!({"modv:type": "xsd:float"}), json!(-0.25)),
        (26, json!({"type": "string"}), json!({"modv:quantity": 3}), json!("Küche")),
        (30, integer, json!({}), json!(-7)),
        (5, json!({"type": "boolean"}), json!({"modv:entity": "Coil"}), json!(true)),
    ] {
        let place = place(2, address);
        let done = binding.write(&register(Op::Write, &place, schema.clone(), more.clone()), &value).await;
        assert_eq!(done.expect("it answers"), Done::Confirmed);
        let told = binding.read(&register(Op::Read, &place, schema, more)).await.expect("it answers");
        assert_eq!(told.value, value, "{place}");
    }
    let functions: Vec<Value> = bus.writes().iter().map(|write| json!([write["unit"], write["function"]])).collect();
    assert_eq!(functions, [json!([2, 16]), json!([2, 16]), json!([2, 6]), json!([2, 5])]);
}

#[tokio::test]
async fn what_a_device_refuses_is_said_in_words() {
    let bus = ModbusBus::tcp().await;
    let binding = modbus(&config());
    let at =
        |op, address: u16| register(op, &format!("{}/1/{address}", bus.url()), json!({"type": "integer"}), json!({}));
    let missing = binding.read(&at(Op::Read, 200)).await.expect_err("nothing is there");
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    for (address, kind) in [(50, ErrorKind::NotFound), (300, ErrorKind::Internal), (301, ErrorKind::Unavailable)] {
        let refused = binding.write(&at(Op::Write, address), &json!(1)).await.expect_err("it is refused");
        assert_eq!(refused.kind(), kind, "{address}: {refused:?}");
    }
    // A gateway whose device does not answer may have passed it on.
    assert_eq!(binding.write(&at(Op::Write, 302), &json!(1)).await.expect("no error"), Done::Sent);
}

#[tokio::test]
async fn a_write_is_read_back_where_it_can_be() {
    let bus = ModbusBus::tcp().await;
    let binding = modbus(&config());
    let place = format!("{}/1/24", bus.url());
    let same = json!({"href": place, "modv:entity": "HoldingRegister"});
    let other = json!({"href": format!("{}/1/25", bus.url()), "modv:entity": "HoldingRegister"});
    let write = || register(Op::Write, &place, json!({"type": "integer"}), json!({}));
    assert_eq!(binding.write(&write().confirmed_by(same), &json!(5)).await.expect("written"), Done::Confirmed);
    assert_eq!(binding.write(&write().confirmed_by(other), &json!(6)).await.expect("written"), Done::Sent);
    assert_eq!(bus.writes().len(), 2);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_told_as_sent_and_done_once() {
    let bus = ModbusBus::tcp().await;
    let binding = modbus(&config());
    let place = format!("{}/1/24", bus.url());
    let write = register(Op::Write, &place, json!({"type": "integer"}), json!({}));
    bus.mute(true);
    assert_eq!(binding.write(&write, &json!(5)).await.expect("no error"), Done::Sent);
    let away = binding.read(&register(Op::Read, &place, json!({}), json!({}))).await.expect_err("nobody answers");
    assert_eq!(away.kind(), ErrorKind::Unavailable);
    bus.mute(false);
    tokio::time::sleep(Duration::from_millis(900)).await;
    let told = binding.read(&register(Op::Read, &place, json!({}), json!({}))).await.expect("it answers again");
    assert_eq!(told.value, json!(5));
    assert_eq!(bus.writes().len(), 1, "{:?}", bus.writes());
}

#[tokio::test]
async fn a_silent_unit_does_not_keep_the_others_waiting() {
    let bus = ModbusBus::tcp().await;
    let binding = modbus(&config());
    let at = |unit: u8| register(Op::Read, &format!("{}/{unit}/0", bus.url()), json!({"type": "integer"}), json!({}));
    // pymodbus does not answer for units that it does not have.
    let silent = at(9);
    assert!(binding.read(&silent).await.is_err());
    let began = Instant::now();
    for _ in 0..20 {
        let _ = binding.read(&silent).await;
    }
    let told = binding.read(&at(1)).await.expect("this one is there");
    assert_eq!(told.value, json!(216));
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_bus_that_is_killed_is_unavailable_until_it_is_back_and_nothing_is_written_twice() {
    let mut bus = ModbusBus::tcp().await;
    let binding = modbus(&config());
    let place = format!("{}/1/24", bus.url());
    let write = |value: u32| {
        let (binding, place) = (binding.clone(), place.clone());
        async move {
            let at = register(Op::Write, &place, json!({"type": "integer"}), json!({}));
            (value, binding.write(&at, &json!(value)).await)
        }
    };
    let before = join_all((1..=10).map(write)).await;
    assert!(before.iter().all(|(_, done)| done.as_ref().is_ok_and(|it| *it == Done::Confirmed)), "{before:?}");
    bus.kill().await;
    let during = join_all((11..=20).map(write)).await;
    for (value, done) in &during {
        let is_honest = match done {
            Ok(done) => *done == Done::Sent,
            Err(error) => error.kind() == ErrorKind::Unavailable,
        };
        assert!(is_honest, "{value}: {done:?}");
    }
    bus.restart().await;
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut next = 21;
    while !matches!(write(next).await.1, Ok(Done::Confirmed)) {
        assert!(Instant::now() < deadline, "it does not recover");
        next += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let written: Vec<u64> = bus.writes().iter().map(|it| it["values"][0].as_u64().expect("a number")).collect();
    let mut once = written.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), written.len(), "something was written twice: {written:?}");
    assert!((1..=10).chain([u64::from(next)]).all(|it| once.contains(&it)), "{written:?}");
}

#[tokio::test]
async fn a_call_that_is_dropped_leaves_nothing_for_the_next_one() {
    let bus = ModbusBus::tcp().await;
    let binding = modbus(&config());
    let at =
        |address: u16| register(Op::Read, &format!("{}/1/{address}", bus.url()), json!({"type": "integer"}), json!({}));
    bus.mute(true);
    let dropped = tokio::time::timeout(Duration::from_millis(200), binding.read(&at(0))).await;
    assert!(dropped.is_err(), "it was answered");
    bus.mute(false);
    let told = binding.read(&at(1)).await.expect("it answers");
    assert_eq!(told.value, json!(-1));
}

#[tokio::test]
async fn an_action_is_a_coil_that_is_switched_on() {
    let bus = ModbusBus::tcp().await;
    let binding = modbus(&config());
    let at = at(Op::Invoke, json!({"href": format!("{}/2/4", bus.url()), "modv:entity": "Coil"}), json!({}));
    assert_eq!(binding.invoke(&at, None).await.expect("it answers"), Invoked::Completed(None));
    assert_eq!(bus.writes(), [json!({"unit": 2, "function": 5, "address": 4, "values": [true]})]);
}

#[tokio::test]
async fn a_description_from_elsewhere_reaches_no_private_address_that_is_not_allowed() {
    let bus = ModbusBus::tcp().await;
    let mut at = register(Op::Read, &format!("{}/1/0", bus.url()), json!({"type": "integer"}), json!({}));
    at.thing = Thing { id: "urn:from-a-directory".into(), ..Thing::default() }.into();
    let refused = modbus(&config()).read(&at).await.expect_err("it is private");
    assert_eq!(refused.kind(), ErrorKind::PermissionDenied, "{refused:?}");
    let allowing = Reach::new(&["127.0.0.0/8".to_owned()]).expect("a network");
    let told = Modbus::new(&config(), allowing).read(&at).await.expect("it is allowed");
    assert_eq!(told.value, json!(216));
}
