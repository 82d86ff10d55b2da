use http::Method;
use serde_json::json;

use super::{color, named, operation, refusal, request};
use crate::api::{Place, Style};

fn path(template: &str, value: &str) -> Result<String, String> {
    let operation = operation(Method::GET, template, vec![named("id", Place::Path)]);
    request(&operation, json!({ "id": value })).map(|request| request.path).map_err(|error| error.to_string())
}

#[test]
fn a_template_s_own_text_stays() {
    assert_eq!(path("/a%20b/{id}.json:run", "x"), Ok("/a%20b/x.json:run".to_owned()));
    assert_eq!(path("/v1/{id}/$batch(1)", "x"), Ok("/v1/x/$batch(1)".to_owned()));
}

#[test]
fn only_unreserved_characters_of_a_value_stay() {
    assert_eq!(path("/{id}", "aZ09-._~"), Ok("/aZ09-._~".to_owned()));
    assert_eq!(
        path("/{id}", "ä@:!$&'()*+,;=?#[]%41 "),
        Ok("/%C3%A4%40%3A%21%24%26%27%28%29%2A%2B%2C%3B%3D%3F%23%5B%5D%2541%20".to_owned())
    );
}

#[test]
fn a_value_never_changes_the_path_s_shape() {
    for value in [
        "",
        ".",
        "..",
        "%2e",
        "%2E%2e",
        "%252e%252e",
        "../admin",
        "a/../b",
        "a/..",
        "..\\admin",
        "..%2fadmin",
        "..;x",
        "/a",
        "a/",
        "a//b",
        "\\a",
        "a\nb",
        "a\0",
    ] {
        assert!(path("/users/{id}/keys", value).is_err(), "{value:?} made {:?}", path("/users/{id}/keys", value));
    }
}

#[test]
fn names_with_slashes_are_one_piece() {
    assert_eq!(path("/projects/{id}", "group/project"), Ok("/projects/group%2Fproject".to_owned()));
}

#[test]
fn two_values_cannot_make_a_step_together() {
    let operation = operation(Method::GET, "/{a}{b}/x", vec![named("a", Place::Path), named("b", Place::Path)]);
    assert!(request(&operation, json!({ "a": ".", "b": "." })).is_err());
}

#[test]
fn a_path_needs_all_its_values() {
    let operation = operation(Method::GET, "/{id}", vec![named("id", Place::Path)]);
    assert_eq!(refusal(&operation, json!({})), "`id` is missing: it is part of the address.");
}

#[test]
fn reserved_characters_are_not_allowed_in_a_path() {
    let mut parameter = color(Place::Path, Style::Simple, false);
    parameter.allow_reserved = true;
    let operation = operation(Method::GET, "/x/{color}", vec![parameter]);
    assert_eq!(request(&operation, json!({ "color": "a?b#c" })).unwrap().path, "/x/a%3Fb%23c");
}

/// Documents of APIs with one path for everything tell operations apart behind `#`, or by a fixed query.
#[test]
fn what_is_no_path_is_not_sent_as_one() {
    let operation =
        operation(Method::POST, "/{id}?acl&v=2#Action=Get", vec![named("id", Place::Path), named("q", Place::Query)]);
    let request = request(&operation, json!({ "id": "a", "q": "b" })).unwrap();
    assert_eq!((request.path.as_str(), request.query.as_str()), ("/a", "acl&v=2&q=b"));
}

#[test]
fn operators_in_a_template_are_the_document_s_slip() {
    assert_eq!(path("/files/{id*}", "a"), Ok("/files/a".to_owned()));
    assert_eq!(path("/files/{+id}", "a"), Ok("/files/a".to_owned()));
}
