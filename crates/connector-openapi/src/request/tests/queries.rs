use http::Method;
use serde_json::{Value, json};

use super::{color, header, named, operation, refusal, request};
use crate::api::{Parameter, Place, Style};

fn query(parameter: Parameter, value: Value) -> String {
    let operation = operation(Method::GET, "/x", vec![parameter]);
    request(&operation, json!({ "color": value })).unwrap().query
}

fn content(place: Place) -> Parameter {
    Parameter { content: Some("application/json".into()), ..color(place, Style::Form, true) }
}

#[test]
fn reserved_characters_stay_where_the_document_allows_them() {
    let parameter = Parameter { allow_reserved: true, ..color(Place::Query, Style::Form, true) };
    assert_eq!(query(parameter.clone(), json!(":/?@!$'()*,=")), "color=:/?@!$'()*,=");
    assert_eq!(query(parameter.clone(), json!("#[]&+;")), "color=%23%5B%5D%26%2B%3B");
    assert_eq!(query(parameter.clone(), json!("%41 %4 %")), "color=%41%20%254%20%25");
    assert_eq!(query(parameter, json!({ "a=b": "c=d" })), "a%3Db=c=d");
}

#[test]
fn names_are_encoded() {
    let operation = operation(Method::GET, "/x", vec![named("filter[name]", Place::Query)]);
    assert_eq!(request(&operation, json!({ "filter[name]": "a" })).unwrap().query, "filter%5Bname%5D=a");
}

#[test]
fn nested_values() {
    let deep = || color(Place::Query, Style::DeepObject, true);
    assert_eq!(query(deep(), json!({ "a": { "b": "c" } })), "color%5Ba%5D%5Bb%5D=c");
    assert_eq!(query(deep(), json!({ "a": [1, 2] })), "color%5Ba%5D%5B%5D=1&color%5Ba%5D%5B%5D=2");
    assert_eq!(query(deep(), json!(["a", "b"])), "color%5B%5D=a&color%5B%5D=b");
    assert_eq!(query(deep(), json!([{ "a": 1 }, { "a": 2 }])), "color%5B0%5D%5Ba%5D=1&color%5B1%5D%5Ba%5D=2");
    let form = color(Place::Query, Style::Form, true);
    assert_eq!(query(form, json!([{ "a": 1 }])), "color=%7B%22a%22%3A1%7D");
}

#[test]
fn content_is_json() {
    assert_eq!(query(content(Place::Query), json!({ "a": [1, "b"] })), "color=%7B%22a%22%3A%5B1%2C%22b%22%5D%7D");
    assert_eq!(query(content(Place::Query), json!("b")), "color=%22b%22");
    let operation = operation(
        Method::GET,
        "/x",
        vec![content(Place::Header), Parameter { name: "b".into(), ..content(Place::Cookie) }],
    );
    let headers = request(&operation, json!({ "color": { "a": "ä" } })).unwrap().headers;
    assert_eq!(header(&headers, "color"), r#"{"a":"\u00e4"}"#);
    assert_eq!(header(&headers, "cookie"), "b=%7B%22a%22%3A%22%C3%A4%22%7D");
}

#[test]
fn numbers_are_as_servers_read_them() {
    let form = || color(Place::Query, Style::Form, true);
    assert_eq!(
        query(form(), json!([5.0, -0.5, 1e3, 18446744073709551615_u64, true])),
        "color=5&color=-0.5&color=1000&color=18446744073709551615&color=true"
    );
}

/// Without this a free key could say what a bound parameter says.
#[test]
fn a_free_key_cannot_be_another_parameter() {
    let parameters = || vec![color(Place::Query, Style::Form, true), named("user_id", Place::Query)];
    let free = operation(Method::GET, "/x", parameters());
    for key in ["user_id", "USER_ID", "user.id", "user_id[]", " user_id", "user-id\u{0}x"] {
        let expected = "`color` has a key that is another parameter's name.";
        assert_eq!(refusal(&free, json!({ "color": { key: "bob" } })), expected, "{key:?}");
    }
    assert_eq!(request(&free, json!({ "color": { "size": 1 } })).unwrap().query, "size=1");
    let deep = vec![color(Place::Query, Style::DeepObject, true), named("color[owner]", Place::Query)];
    let deep = operation(Method::GET, "/x", deep);
    assert!(request(&deep, json!({ "color": { "owner": "bob" } })).is_err());
    assert_eq!(request(&deep, json!({ "color": { "size": 1 } })).unwrap().query, "color%5Bsize%5D=1");
    let cookies = vec![color(Place::Cookie, Style::Form, true), named("session", Place::Cookie)];
    assert!(request(&operation(Method::GET, "/x", cookies), json!({ "color": { "session": "b" } })).is_err());
}

#[test]
fn what_is_not_given_is_not_sent() {
    let mut size = named("size", Place::Query);
    size.schema = json!({ "type": "integer", "default": 10 });
    let request = request(&operation(Method::GET, "/x", vec![size]), json!({})).unwrap();
    assert_eq!((request.query.as_str(), request.body.len()), ("", 0));
}

/// OpenAPI 3.1.1 section 4.8.12.1.
#[test]
fn some_headers_are_no_parameters() {
    let names = [
        "Accept",
        "Content-Type",
        "Authorization",
        "Host",
        "Cookie",
        "Transfer-Encoding",
        "X-HTTP-Method-Override",
        "X-Own",
    ];
    let operation = operation(Method::GET, "/x", names.map(|name| named(name, Place::Header)).into());
    let input = names.iter().map(|name| ((*name).to_owned(), json!("x"))).collect();
    let headers = request(&operation, Value::Object(input)).unwrap().headers;
    assert_eq!(headers.keys().map(|name| name.as_str()).collect::<Vec<_>>(), ["accept", "x-own"]);
    assert_eq!(header(&headers, "accept"), "application/json, */*;q=0.5");
}

#[test]
fn a_header_is_one_line_of_ascii() {
    let operation = operation(Method::GET, "/x", vec![named("X-Own", Place::Header)]);
    for value in ["a\r\nX-Admin: 1", "a\nb", "a\u{0}", "a\u{7f}", "\u{560a}", "a\tb"] {
        let expected = "`X-Own` goes into a header: it takes plain ASCII text without line breaks.";
        assert_eq!(refusal(&operation, json!({ "X-Own": value })), expected, "{value:?}");
    }
}
