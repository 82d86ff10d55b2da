use serde_json::Value;

use super::form::Span;
use crate::td::Form;

/// How a value lies in coils or registers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layout {
    pub(crate) shape: Shape,
    /// How many coils or registers there are in all.
    pub(crate) quantity: u16,
    /// How many registers one value has, where there is a list of them.
    pub(crate) each: Option<u16>,
    /// The first byte of a register is the more significant one.
    pub(crate) big_bytes: bool,
    /// The first register is the most significant one.
    pub(crate) big_words: bool,
    /// A value is the number in the registers times this …
    pub(crate) scale: f64,
    /// … plus this.
    pub(crate) offset: f64,
    /// The description wants a number without a fraction.
    pub(crate) whole: bool,
}

/// What registers hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One bit, or a register that is 0 or not.
    Truth,
    /// A number of so many bits.
    Integer {
        /// Two's complement.
        signed: bool,
        /// 8 to 64.
        bits: u16,
    },
    /// IEEE 754.
    Float,
    /// UTF-8, filled up with NUL.
    Text,
    /// Bytes, as hexadecimal digits.
    Hex,
}

impl Layout {
    /// By `modv:type`, else by the schema and the parameters of an `application/octet-stream`.
    pub(crate) fn of(form: &Form, span: &Span, schema: &Value) -> Result<Self, String> {
        let kind = |schema: &Value| schema.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_list = kind(schema) == "array";
        let item = if is_list { schema.get("items").unwrap_or(&Value::Null) } else { schema };
        let (big_bytes, big_words) = order(form);
        let number = |name| form.term("modv", name).and_then(Value::as_f64);
        let scale = number("scale").filter(|it| it.is_finite() && *it != 0.0).unwrap_or(1.0);
        let plain = Self {
            shape: Shape::Truth,
            quantity: span.quantity.unwrap_or(1),
            each: None,
            big_bytes,
            big_words,
            scale,
            offset: number("offset").unwrap_or(0.0),
            whole: kind(item) == "integer",
        };
        if span.entity.is_bits() {
            let each = (is_list || plain.quantity > 1).then_some(1);
            return Ok(Self { each, ..plain });
        }
        let (fixed, typed) = match form.text("modv", "type") {
            Some(name) => by_type(name)?,
            None => (None, None),
        };
        // A list's items have the width that their type has, else the smallest one; a single value has all registers.
        let usual = if kind(item) == "number" && scale == 1.0 { 2 } else { 1 };
        let width = match (is_list, fixed) {
            (_, Some(fixed)) => fixed,
            (true, None) => usual,
            (false, None) => span.quantity.unwrap_or(usual),
        };
        let quantity = span.quantity.unwrap_or(width);
        if width == 0 || !quantity.is_multiple_of(width) || (!is_list && quantity != width) {
            return Err(format!("its {quantity} registers do not hold values of {width}"));
        }
        let shape = typed.unwrap_or_else(|| by_schema(&kind(item), item, form, width, scale));
        let shape = match shape {
            Shape::Integer { bits: 0, signed } if width <= 4 => Shape::Integer { bits: width * 16, signed },
            Shape::Integer { bits: 0, .. } => return Err("its numbers have more than 64 bits".into()),
            Shape::Float if width != 2 && width != 4 => {
                return Err("floating-point numbers have 2 or 4 registers".into());
            }
            other => other,
        };
        Ok(Self { shape, quantity, each: is_list.then_some(width), ..plain })
    }
}

/// `modv:type`: how many registers it has, where that is fixed, and what they hold. 0 bits: as many as there are.
fn by_type(name: &str) -> Result<(Option<u16>, Option<Shape>), String> {
    let integer = |signed, bits: u16| (Some(bits.div_ceil(16)), Some(Shape::Integer { signed, bits }));
    Ok(match name.strip_prefix("xsd:").unwrap_or(name) {
        "integer" => (None, Some(Shape::Integer { signed: true, bits: 0 })),
        "nonNegativeInteger" | "unsignedInteger" => (None, Some(Shape::Integer { signed: false, bits: 0 })),
        "byte" => integer(true, 8),
        "short" => integer(true, 16),
        "int" => integer(true, 32),
        "long" => integer(true, 64),
        "unsignedByte" => integer(false, 8),
        "unsignedShort" => integer(false, 16),
        "unsignedInt" => integer(false, 32),
        "unsignedLong" => integer(false, 64),
        "boolean" => (None, Some(Shape::Truth)),
        "float" | "float32" => (Some(2), Some(Shape::Float)),
        "double" | "float64" => (Some(4), Some(Shape::Float)),
        "decimal" => (None, Some(Shape::Float)),
        "string" => (None, Some(Shape::Text)),
        "hexBinary" => (None, Some(Shape::Hex)),
        _ => return Err("its modv:type is not known".into()),
    })
}

fn by_schema(kind: &str, schema: &Value, form: &Form, width: u16, scale: f64) -> Shape {
    let is_positive = schema.get("minimum").and_then(Value::as_f64).is_some_and(|least| least >= 0.0);
    let signed = match parameter(form, "signed").as_deref() {
        Some("true") => true,
        Some("false") => false,
        // Scaled numbers are signed more often than not; those that count things say that they start at 0.
        _ => !is_positive || scale != 1.0,
    };
    match kind {
        "boolean" => Shape::Truth,
        "string" => Shape::Text,
        "number" if width > 1 && scale == 1.0 => Shape::Float,
        _ => Shape::Integer { signed, bits: 0 },
    }
}

/// `modv:mostSignificantByte` and `modv:mostSignificantWord`, else `byteSeq` of the content type. Big-endian by default.
fn order(form: &Form) -> (bool, bool) {
    let by_type = match parameter(form, "byteseq").as_deref() {
        Some("little_endian") => (false, false),
        Some("big_endian_byte_swap") => (false, true),
        Some("little_endian_byte_swap") => (true, false),
        _ => (true, true),
    };
    let term = |name| form.term("modv", name).and_then(Value::as_bool);
    (term("mostSignificantByte").unwrap_or(by_type.0), term("mostSignificantWord").unwrap_or(by_type.1))
}

/// A parameter of the content type, in lower case.
fn parameter(form: &Form, name: &str) -> Option<String> {
    let content_type = form.content_type.to_ascii_lowercase();
    content_type.split(';').skip(1).find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key.trim() == name).then(|| value.trim().trim_matches('"').to_owned())
    })
}
