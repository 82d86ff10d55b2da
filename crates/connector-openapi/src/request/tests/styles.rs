//! The table of OpenAPI 3.1.1, section "Style Examples": one test for each of its lines, all columns.

use http::Method;
use serde_json::{Value, json};

use super::{color, header, operation, request};
use crate::api::{Place, Style};

fn array() -> Value {
    json!(["blue", "black", "brown"])
}

fn object() -> Value {
    json!({ "R": 100, "G": 200, "B": 150 })
}

/// What stands behind `/x` in the path.
fn path(style: Style, explode: bool, value: Value) -> String {
    let operation = operation(Method::GET, "/x{color}/y", vec![color(Place::Path, style, explode)]);
    let path = request(&operation, json!({ "color": value })).map(|request| request.path);
    path.map_or_else(|error| error.to_string(), |path| path["/x".len()..path.len() - "/y".len()].to_owned())
}

fn query(style: Style, explode: bool, value: Value) -> String {
    let operation = operation(Method::GET, "/x", vec![color(Place::Query, style, explode)]);
    request(&operation, json!({ "color": value })).unwrap().query
}

/// The header, `-` where none is sent.
fn in_header(explode: bool, value: Value) -> String {
    let operation = operation(Method::GET, "/x", vec![color(Place::Header, Style::Simple, explode)]);
    let headers = request(&operation, json!({ "color": value })).unwrap().headers;
    if headers.contains_key("color") { header(&headers, "color") } else { "-".to_owned() }
}

fn cookie(explode: bool, value: Value) -> String {
    let operation = operation(Method::GET, "/x", vec![color(Place::Cookie, Style::Form, explode)]);
    header(&request(&operation, json!({ "color": value })).unwrap().headers, "cookie")
}

/// A path's piece is never empty, whatever the table says: the sentence that refuses it.
const EMPTY: &str = "`color` is part of the address and cannot be empty.";

#[test]
fn matrix_without_explode() {
    assert_eq!(path(Style::Matrix, false, json!("")), EMPTY);
    assert_eq!(path(Style::Matrix, false, json!("blue")), ";color=blue");
    assert_eq!(path(Style::Matrix, false, array()), ";color=blue,black,brown");
    assert_eq!(path(Style::Matrix, false, object()), ";color=R,100,G,200,B,150");
}

#[test]
fn matrix_with_explode() {
    assert_eq!(path(Style::Matrix, true, json!("")), EMPTY);
    assert_eq!(path(Style::Matrix, true, json!("blue")), ";color=blue");
    assert_eq!(path(Style::Matrix, true, array()), ";color=blue;color=black;color=brown");
    assert_eq!(path(Style::Matrix, true, object()), ";R=100;G=200;B=150");
}

#[test]
fn label_without_explode() {
    assert_eq!(path(Style::Label, false, json!("")), EMPTY);
    assert_eq!(path(Style::Label, false, json!("blue")), ".blue");
    assert_eq!(path(Style::Label, false, array()), ".blue,black,brown");
    assert_eq!(path(Style::Label, false, object()), ".R,100,G,200,B,150");
}

#[test]
fn label_with_explode() {
    assert_eq!(path(Style::Label, true, json!("")), EMPTY);
    assert_eq!(path(Style::Label, true, json!("blue")), ".blue");
    assert_eq!(path(Style::Label, true, array()), ".blue.black.brown");
    assert_eq!(path(Style::Label, true, object()), ".R=100.G=200.B=150");
}

#[test]
fn simple_without_explode_in_a_path() {
    assert_eq!(path(Style::Simple, false, json!("")), EMPTY);
    assert_eq!(path(Style::Simple, false, json!("blue")), "blue");
    assert_eq!(path(Style::Simple, false, array()), "blue,black,brown");
    assert_eq!(path(Style::Simple, false, object()), "R,100,G,200,B,150");
}

#[test]
fn simple_with_explode_in_a_path() {
    assert_eq!(path(Style::Simple, true, json!("")), EMPTY);
    assert_eq!(path(Style::Simple, true, json!("blue")), "blue");
    assert_eq!(path(Style::Simple, true, array()), "blue,black,brown");
    assert_eq!(path(Style::Simple, true, object()), "R=100,G=200,B=150");
}

#[test]
fn simple_without_explode_in_a_header() {
    assert_eq!(in_header(false, json!("")), "");
    assert_eq!(in_header(false, json!("blue")), "blue");
    assert_eq!(in_header(false, array()), "blue,black,brown");
    assert_eq!(in_header(false, object()), "R,100,G,200,B,150");
    assert_eq!([in_header(false, json!(null)), in_header(false, json!([])), in_header(false, json!({}))], ["-"; 3]);
}

#[test]
fn simple_with_explode_in_a_header() {
    assert_eq!(in_header(true, json!("")), "");
    assert_eq!(in_header(true, json!("blue")), "blue");
    assert_eq!(in_header(true, array()), "blue,black,brown");
    assert_eq!(in_header(true, object()), "R=100,G=200,B=150");
    assert_eq!([in_header(true, json!(null)), in_header(true, json!([])), in_header(true, json!({}))], ["-"; 3]);
}

#[test]
fn form_without_explode() {
    assert_eq!(query(Style::Form, false, json!("")), "color=");
    assert_eq!(query(Style::Form, false, json!("blue")), "color=blue");
    assert_eq!(query(Style::Form, false, array()), "color=blue,black,brown");
    assert_eq!(query(Style::Form, false, object()), "color=R,100,G,200,B,150");
}

#[test]
fn form_with_explode() {
    assert_eq!(query(Style::Form, true, json!("")), "color=");
    assert_eq!(query(Style::Form, true, json!("blue")), "color=blue");
    assert_eq!(query(Style::Form, true, array()), "color=blue&color=black&color=brown");
    assert_eq!(query(Style::Form, true, object()), "R=100&G=200&B=150");
}

#[test]
fn form_in_a_cookie_without_explode() {
    assert_eq!(cookie(false, json!("")), "color=");
    assert_eq!(cookie(false, json!("blue")), "color=blue");
    assert_eq!(cookie(false, array()), "color=blue,black,brown");
    assert_eq!(cookie(false, object()), "color=R,100,G,200,B,150");
}

/// Appendix D: cookies stand apart by `; `, where a query has `&`.
#[test]
fn form_in_a_cookie_with_explode() {
    assert_eq!(cookie(true, json!("")), "color=");
    assert_eq!(cookie(true, json!("blue")), "color=blue");
    assert_eq!(cookie(true, array()), "color=blue; color=black; color=brown");
    assert_eq!(cookie(true, object()), "R=100; G=200; B=150");
}

#[test]
fn space_delimited_without_explode() {
    assert_eq!(query(Style::SpaceDelimited, false, array()), "color=blue%20black%20brown");
    assert_eq!(query(Style::SpaceDelimited, false, object()), "color=R%20100%20G%20200%20B%20150");
}

#[test]
fn pipe_delimited_without_explode() {
    assert_eq!(query(Style::PipeDelimited, false, array()), "color=blue%7Cblack%7Cbrown");
    assert_eq!(query(Style::PipeDelimited, false, object()), "color=R%7C100%7CG%7C200%7CB%7C150");
}

#[test]
fn deep_object_with_explode() {
    assert_eq!(query(Style::DeepObject, true, object()), "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150");
}

/// The table's n/a: what it leaves open is done as `form` does it, and `deepObject` always as with explode.
#[test]
fn undefined_combinations_are_like_form() {
    for style in [Style::SpaceDelimited, Style::PipeDelimited] {
        assert_eq!(query(style, false, json!("")), "color=");
        assert_eq!(query(style, true, json!("blue")), "color=blue");
        assert_eq!(query(style, true, array()), "color=blue&color=black&color=brown");
        assert_eq!(query(style, true, object()), "R=100&G=200&B=150");
    }
    assert_eq!(query(Style::DeepObject, false, object()), query(Style::DeepObject, true, object()));
    assert_eq!(query(Style::DeepObject, true, json!("blue")), "color=blue");
}

/// RFC 6570 section 2.3: null, and lists and objects without members, are undefined.
#[test]
fn undefined_values_are_not_sent() {
    let styles = [Style::Form, Style::SpaceDelimited, Style::PipeDelimited, Style::DeepObject, Style::TabDelimited];
    for (style, explode) in styles.into_iter().flat_map(|style| [(style, true), (style, false)]) {
        for value in [json!(null), json!([]), json!({}), json!([null]), json!({ "R": null })] {
            assert_eq!(query(style, explode, value.clone()), "", "{style:?} {explode} {value}");
        }
    }
    for style in [Style::Simple, Style::Label, Style::Matrix] {
        assert_eq!(path(style, true, json!([])), EMPTY);
        assert_eq!(path(style, false, json!({ "R": null })), EMPTY);
        assert_eq!(path(style, false, json!(null)), "`color` is missing: it is part of the address.");
    }
}

#[test]
fn null_members_are_left_out() {
    assert_eq!(query(Style::Form, false, json!(["a", null, "b"])), "color=a,b");
    assert_eq!(query(Style::Form, true, json!({ "R": null, "G": 1 })), "G=1");
    assert_eq!(query(Style::DeepObject, true, json!({ "R": null, "G": 1 })), "color%5BG%5D=1");
}

/// Within values delimiters are data, and are encoded.
#[test]
fn delimiters_within_values_are_encoded() {
    assert_eq!(query(Style::Form, false, json!(["a,b", "c"])), "color=a%2Cb,c");
    assert_eq!(query(Style::Form, true, json!("a&color=b#c+d e")), "color=a%26color%3Db%23c%2Bd%20e");
    assert_eq!(path(Style::Simple, false, json!(["a,b", "c"])), "a%2Cb,c");
    assert_eq!(path(Style::Matrix, true, json!("a;color=b")), ";color=a%3Bcolor%3Db");
    assert_eq!(path(Style::Simple, true, json!({ "a=b": "c,d" })), "a%3Db=c%2Cd");
    assert_eq!(cookie(true, json!("a; admin=1\r\nx")), "color=a%3B%20admin%3D1%0D%0Ax");
}
