//! Swagger 2.0, `collectionFormat`, which arrives as styles.

use http::Method;
use serde_json::json;

use super::{color, operation, request};
use crate::api::{Place, Style};

fn query(style: Style, explode: bool) -> String {
    let operation = operation(Method::GET, "/x", vec![color(Place::Query, style, explode)]);
    request(&operation, json!({ "color": ["blue", "black", "brown"] })).unwrap().query
}

#[test]
fn csv_has_commas() {
    assert_eq!(query(Style::Form, false), "color=blue,black,brown");
}

#[test]
fn ssv_has_spaces() {
    assert_eq!(query(Style::SpaceDelimited, false), "color=blue%20black%20brown");
}

#[test]
fn tsv_has_tabs() {
    assert_eq!(query(Style::TabDelimited, false), "color=blue%09black%09brown");
}

#[test]
fn pipes_has_bars() {
    assert_eq!(query(Style::PipeDelimited, false), "color=blue%7Cblack%7Cbrown");
}

#[test]
fn multi_repeats_the_name() {
    assert_eq!(query(Style::Form, true), "color=blue&color=black&color=brown");
}

#[test]
fn csv_in_a_path_has_commas() {
    let operation = operation(Method::GET, "/x/{color}", vec![color(Place::Path, Style::Simple, false)]);
    assert_eq!(request(&operation, json!({ "color": [1, 2] })).unwrap().path, "/x/1,2");
}
