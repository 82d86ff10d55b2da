//! What RFC 6570 expands, OpenAPI's styles write the same: the examples of its sections 3.2.2, 3.2.3, 3.2.5, 3.2.7
//! and 3.2.8.

use http::Method;
use serde_json::{Value, json};

use super::{color, operation, request};
use crate::api::{Parameter, Place, Style};

fn list() -> Value {
    json!(["red", "green", "blue"])
}

fn keys() -> Value {
    json!({ "semi": ";", "dot": ".", "comma": "," })
}

fn parameter(name: &str, place: Place, style: Style, explode: bool) -> Parameter {
    Parameter { name: name.into(), argument: "it".into(), ..color(place, style, explode) }
}

/// What stands behind `/X`.
fn path(name: &str, style: Style, explode: bool, value: Value) -> String {
    let operation =
        operation(Method::GET, &format!("/X{{{name}}}"), vec![parameter(name, Place::Path, style, explode)]);
    request(&operation, json!({ "it": value })).unwrap().path["/X".len()..].to_owned()
}

fn query(parameter: Parameter, value: Value) -> String {
    request(&operation(Method::GET, "/X", vec![parameter]), json!({ "it": value })).unwrap().query
}

#[test]
fn simple_string_expansion() {
    let simple = |explode, value| path("it", Style::Simple, explode, value);
    assert_eq!(simple(false, json!("value")), "value");
    assert_eq!(simple(false, json!("Hello World!")), "Hello%20World%21");
    assert_eq!(simple(false, json!("50%")), "50%25");
    assert_eq!(simple(false, list()), "red,green,blue");
    assert_eq!(simple(true, list()), "red,green,blue");
    assert_eq!(simple(false, keys()), "semi,%3B,dot,.,comma,%2C");
    assert_eq!(simple(true, keys()), "semi=%3B,dot=.,comma=%2C");
}

#[test]
fn label_expansion() {
    let label = |explode, value| path("it", Style::Label, explode, value);
    assert_eq!(label(false, json!("fred")), ".fred");
    assert_eq!(label(false, json!("50%")), ".50%25");
    assert_eq!(label(false, list()), ".red,green,blue");
    assert_eq!(label(true, list()), ".red.green.blue");
    assert_eq!(label(false, keys()), ".semi,%3B,dot,.,comma,%2C");
    assert_eq!(label(true, keys()), ".semi=%3B.dot=..comma=%2C");
}

#[test]
fn path_style_expansion() {
    let matrix = |name, explode, value| path(name, Style::Matrix, explode, value);
    assert_eq!(matrix("who", false, json!("fred")), ";who=fred");
    assert_eq!(matrix("half", false, json!("50%")), ";half=50%25");
    assert_eq!(matrix("hello", false, json!("Hello World!")), ";hello=Hello%20World%21");
    assert_eq!(matrix("list", false, list()), ";list=red,green,blue");
    assert_eq!(matrix("list", true, list()), ";list=red;list=green;list=blue");
    assert_eq!(matrix("keys", false, keys()), ";keys=semi,%3B,dot,.,comma,%2C");
    assert_eq!(matrix("keys", true, keys()), ";semi=%3B;dot=.;comma=%2C");
}

#[test]
fn form_style_query_expansion() {
    let form = |name, explode, value| query(parameter(name, Place::Query, Style::Form, explode), value);
    assert_eq!(form("who", false, json!("fred")), "who=fred");
    assert_eq!(form("half", false, json!("50%")), "half=50%25");
    assert_eq!(form("empty", false, json!("")), "empty=");
    assert_eq!(form("list", false, list()), "list=red,green,blue");
    assert_eq!(form("list", true, list()), "list=red&list=green&list=blue");
    assert_eq!(form("keys", false, keys()), "keys=semi,%3B,dot,.,comma,%2C");
    assert_eq!(form("keys", true, keys()), "semi=%3B&dot=.&comma=%2C");
}

/// In a query OpenAPI asks for more encoding than the RFC's `{+var}`: what would end a value or begin another pair.
#[test]
fn reserved_expansion() {
    let reserved = |value: &str| {
        let parameter = Parameter { allow_reserved: true, ..parameter("v", Place::Query, Style::Form, true) };
        query(parameter, json!(value))
    };
    assert_eq!(reserved("Hello World!"), "v=Hello%20World!");
    assert_eq!(reserved("50%"), "v=50%25");
    assert_eq!(reserved("http://example.com/home/"), "v=http://example.com/home/");
    assert_eq!(reserved("/foo/bar"), "v=/foo/bar");
    assert_eq!(reserved("a%20b"), "v=a%20b");
    assert_eq!(reserved("1,2;3&4"), "v=1,2%3B3%264");
}
