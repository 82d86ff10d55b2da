use serde_json::{Value, json};

use super::super::exchange::Held;
use super::super::form::{self, Entity};
use super::super::layout::Layout;
use crate::binding::testing::form as written;
use crate::td::Op;

fn layout(terms: &Value, schema: &Value) -> Result<(Layout, Entity), String> {
    let mut form = json!({"href": "modbus+tcp://127.0.0.1/1/0", "modv:entity": "HoldingRegister"});
    form.as_object_mut().expect("an object").extend(terms.as_object().cloned().unwrap_or_default());
    let form = written(form);
    let (_, span) = form::read(&form, Op::Read, true, true)?;
    Ok((Layout::of(&form, &span, schema)?, span.entity))
}

/// Both ways: registers mean the value, and the value becomes the registers.
#[test]
fn every_type_and_order_is_read_and_written_the_same() {
    let integer = json!({"type": "integer"});
    let count = json!({"type": "integer", "minimum": 0});
    let number = json!({"type": "number"});
    let text = json!({"type": "string"});
    let truth = json!({"type": "boolean"});
    let little = |quantity: u16| json!({"modv:quantity": quantity, "modv:mostSignificantWord": false});
    let swapped = |quantity: u16| json!({"modv:quantity": quantity, "modv:mostSignificantByte": false});
    let both = json!({"modv:quantity": 2, "modv:mostSignificantByte": false, "modv:mostSignificantWord": false});
    let octets = |parameters: &str, quantity: u16| json!({"contentType": format!("application/octet-stream;{parameters}"), "modv:quantity": quantity});
    let typed = |name: &str| json!({"modv:type": name});
    let table: Vec<(Value, &Value, Vec<u16>, Value)> = vec![
        // One register, by the schema alone.
        (json!({}), &integer, vec![215], json!(215)),
        (json!({}), &integer, vec![0xffff], json!(-1)),
        (json!({}), &count, vec![0xffff], json!(65_535)),
        (octets("signed=false", 1), &integer, vec![0xffff], json!(65_535)),
        (octets("signed=true", 1), &count, vec![0xfffe], json!(-2)),
        (json!({}), &truth, vec![1], json!(true)),
        (json!({}), &truth, vec![0], json!(false)),
        // Several registers, in all four orders.
        (json!({"modv:quantity": 2}), &integer, vec![0x0001, 0x0002], json!(65_538)),
        (little(2), &integer, vec![0x0002, 0x0001], json!(65_538)),
        (swapped(2), &integer, vec![0x0100, 0x0200], json!(65_538)),
        (both.clone(), &integer, vec![0x0200, 0x0100], json!(65_538)),
        (octets("byteSeq=LITTLE_ENDIAN", 2), &integer, vec![0x0200, 0x0100], json!(65_538)),
        (octets("byteSeq=BIG_ENDIAN_BYTE_SWAP", 2), &integer, vec![0x0100, 0x0200], json!(65_538)),
        (octets("byteSeq=LITTLE_ENDIAN_BYTE_SWAP", 2), &integer, vec![0x0002, 0x0001], json!(65_538)),
        (json!({"modv:quantity": 2}), &integer, vec![0xffff, 0xfffe], json!(-2)),
        (json!({"modv:quantity": 3}), &integer, vec![0xffff, 0xffff, 0xfffd], json!(-3)),
        (json!({"modv:quantity": 4}), &integer, vec![0xffff, 0xfffe, 0xd5fa, 0x0e00], json!(-5_000_000_000_i64)),
        (json!({"modv:quantity": 4}), &count, vec![0xffff; 4], json!(u64::MAX)),
        // Types by name have their width.
        (typed("xsd:byte"), &integer, vec![0xffff], json!(-1)),
        (typed("xsd:unsignedByte"), &integer, vec![200], json!(200)),
        (typed("xsd:short"), &integer, vec![0x8000], json!(-32_768)),
        (typed("xsd:unsignedShort"), &integer, vec![0x8000], json!(32_768)),
        (typed("xsd:int"), &integer, vec![0x8000, 0], json!(i32::MIN)),
        (typed("xsd:unsignedInt"), &integer, vec![0x8000, 0], json!(2_147_483_648_u32)),
        (typed("xsd:long"), &integer, vec![0x8000, 0, 0, 0], json!(i64::MIN)),
        (typed("xsd:unsignedLong"), &integer, vec![0x8000, 0, 0, 0], json!(9_223_372_036_854_775_808_u64)),
        (typed("xsd:integer"), &integer, vec![0xfffe], json!(-2)),
        (typed("xsd:float"), &number, vec![0x41ac, 0], json!(21.5)),
        (typed("xsd:float"), &number, vec![0x41a8, 0xcccd], json!(21.1)),
        (typed("xsd:double"), &number, vec![0x4002, 0, 0, 0], json!(2.25)),
        (json!({"modv:quantity": 2}), &number, vec![0xc1ac, 0], json!(-21.5)),
        (json!({"modv:quantity": 2, "modv:mostSignificantWord": false}), &number, vec![0, 0x41ac], json!(21.5)),
        (json!({"modv:quantity": 4}), &number, vec![0x4002, 0, 0, 0], json!(2.25)),
        (typed("xsd:boolean"), &truth, vec![1], json!(true)),
        (json!({"modv:quantity": 3}), &text, vec![0x6861, 0x6c6c, 0], json!("hall")),
        (json!({"modv:quantity": 2, "modv:mostSignificantByte": false}), &text, vec![0x6168, 0x6c6c], json!("hall")),
        // Text has no most significant word.
        (json!({"modv:quantity": 2, "modv:mostSignificantWord": false}), &text, vec![0x6861, 0x6c6c], json!("hall")),
        (json!({"modv:quantity": 2, "modv:type": "xsd:hexBinary"}), &text, vec![0x00ff, 0x10ab], json!("00ff10ab")),
        // Steps leave no dust behind.
        (json!({"modv:scale": 0.1}), &number, vec![3], json!(0.3)),
        (json!({"modv:scale": 0.1}), &number, vec![0xff29], json!(-21.5)),
        (json!({"modv:scale": 0.1, "modv:offset": -40}), &number, vec![615], json!(21.5)),
        (json!({"modv:scale": 10}), &integer, vec![12], json!(120)),
    ];
    for (terms, schema, words, value) in table {
        let (layout, entity) = layout(&terms, schema).unwrap_or_else(|why| panic!("{terms} {schema}: {why}"));
        let told = Held::Words(words.clone()).value(&layout).unwrap_or_else(|error| panic!("{terms}: {error}"));
        assert_eq!(told, value, "{terms} {schema}");
        let kept = Held::of(&layout, entity, &value).unwrap_or_else(|error| panic!("{terms}: {error}"));
        assert_eq!(kept, Held::Words(words), "{terms} {schema}");
    }
}

#[test]
fn lists_are_values_side_by_side() {
    let list = |item: &str| json!({"type": "array", "items": {"type": item}});
    let table = [
        (json!({"modv:quantity": 3}), list("integer"), vec![1, 2, 0xffff], json!([1, 2, -1])),
        (json!({"modv:quantity": 4}), list("number"), vec![0x41ac, 0, 0xc1ac, 0], json!([21.5, -21.5])),
        (
            json!({"modv:quantity": 4, "modv:type": "xsd:unsignedInt"}),
            list("integer"),
            vec![0, 1, 1, 0],
            json!([1, 65_536]),
        ),
    ];
    for (terms, schema, words, value) in table {
        let (layout, entity) = layout(&terms, &schema).expect("it can be read");
        assert_eq!(Held::Words(words.clone()).value(&layout).expect("values"), value);
        assert_eq!(Held::of(&layout, entity, &value).expect("registers"), Held::Words(words));
    }
}

#[test]
fn bits_are_true_and_false() {
    let truth = json!({"type": "boolean"});
    let coils = |quantity: u16| json!({"modv:entity": "Coil", "modv:quantity": quantity});
    let (one, entity) = layout(&coils(1), &truth).expect("a coil");
    assert_eq!(Held::of(&one, entity, &json!(true)).expect("bits"), Held::Bits(vec![true]));
    assert_eq!(Held::Bits(vec![true]).value(&one).expect("a value"), json!(true));
    let (many, entity) = layout(&coils(3), &json!({"type": "array", "items": truth})).expect("coils");
    assert_eq!(Held::Bits(vec![true, false, true]).value(&many).expect("values"), json!([true, false, true]));
    assert!(Held::of(&many, entity, &json!([true])).is_err(), "one of three coils");
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_sent() {
    let integer = json!({"type": "integer"});
    let number = json!({"type": "number"});
    let text = json!({"type": "string"});
    for (terms, schema, value, said) in [
        (json!({}), &integer, json!(32_768), "The device takes -32768 to 32767 there."),
        (json!({"modv:type": "xsd:unsignedByte"}), &integer, json!(256), "The device takes 0 to 255 there."),
        (json!({}), &integer, json!(1.5), "The device takes a number without a fraction there."),
        (json!({}), &integer, json!("1"), "The device takes a number without a fraction there."),
        (json!({"modv:scale": 0.1}), &number, json!(21.55), "The device takes steps of 0.1 there."),
        (json!({"modv:scale": 0.1}), &number, json!(4_000), "The device takes -3276.8 to 3276.7 there."),
        (json!({"modv:type": "xsd:float"}), &number, json!(1e39), "The number is too large for the device."),
        (json!({"modv:quantity": 1}), &text, json!("abc"), "The device takes 2 bytes of text there."),
        (json!({"modv:quantity": 2}), &text, json!("a\u{0}b"), "The device takes text there."),
        (
            json!({"modv:quantity": 1, "modv:type": "xsd:hexBinary"}),
            &text,
            json!("+f0f"),
            "The device takes 4 hexadecimal digits there.",
        ),
    ] {
        let (layout, entity) = layout(&terms, schema).expect("it can be read");
        let error = Held::of(&layout, entity, &value).expect_err("it does not fit");
        assert_eq!(error.message(), said);
    }
}

#[test]
fn what_is_no_value_is_not_told_as_one() {
    for (terms, schema, words) in [
        (json!({"modv:type": "xsd:float"}), json!({"type": "number"}), vec![0x7fc0, 0]),
        (json!({"modv:type": "xsd:float"}), json!({"type": "number"}), vec![0x7f80, 0]),
        (json!({"modv:quantity": 1}), json!({"type": "string"}), vec![0xfffe]),
    ] {
        let (layout, _) = layout(&terms, &schema).expect("it can be read");
        let error = Held::Words(words).value(&layout).expect_err("no value");
        assert_eq!(error.message(), "The device has no value there right now.");
    }
}

#[test]
fn registers_that_hold_no_whole_values_are_a_wrong_description() {
    for (terms, schema) in [
        (json!({"modv:quantity": 1, "modv:type": "xsd:float"}), json!({"type": "number"})),
        (json!({"modv:quantity": 3, "modv:type": "xsd:int"}), json!({"type": "array", "items": {"type": "integer"}})),
        (json!({"modv:quantity": 5}), json!({"type": "integer"})),
        (json!({"modv:quantity": 3}), json!({"type": "number"})),
        (json!({"modv:type": "xsd:dateTime"}), json!({"type": "string"})),
    ] {
        assert!(layout(&terms, &schema).is_err(), "{terms}");
    }
}
