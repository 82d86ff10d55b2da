use connector::ErrorKind;
use http::Method;
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::{body, header, operation, request, sent};
use crate::api::{Body, BodyArguments, Encoding, Style};

fn form(encoding: impl IntoIterator<Item = (&'static str, Encoding)>) -> Body {
    let encoding = encoding.into_iter().map(|(name, encoding)| (name.to_owned(), encoding)).collect();
    Body { encoding, ..body("application/x-www-form-urlencoded", json!({})) }
}

fn encoded(encoding: Encoding, value: Value) -> String {
    sent(form([("color", encoding)]), json!({ "color": value })).unwrap().1
}

#[test]
fn json_is_as_given_and_typed_as_the_document_says() {
    let value = json!({ "b": 1.5, "a": [null, "ä"] });
    for (media_type, expected) in [
        ("application/json", "application/json"),
        ("application/merge-patch+json", "application/merge-patch+json"),
        ("application/json; charset=utf-8", "application/json; charset=utf-8"),
        ("application/json;version=2018-01-01", "application/json;version=2018-01-01"),
        ("*/*", "application/json"),
        ("application/*+json", "application/json"),
    ] {
        let expected = (expected.to_owned(), r#"{"b":1.5,"a":[null,"ä"]}"#.to_owned());
        assert_eq!(sent(body(media_type, json!({})), value.clone()).unwrap(), expected);
    }
}

#[test]
fn a_body_is_gathered_from_its_arguments() {
    let mut operation = operation(Method::POST, "/x", Vec::new());
    let names = [("name", "name"), ("id", "body_id"), ("size", "size")];
    let names: IndexMap<_, _> = names.map(|(wire, argument)| (argument.to_owned(), wire.to_owned())).into();
    let gathered = Body { arguments: BodyArguments::Properties(names), ..body("application/json", json!({})) };
    operation.body = Some(gathered.clone());
    let text = |input: Value| String::from_utf8(request(&operation, input).unwrap().body.to_vec()).unwrap();
    assert_eq!(text(json!({ "body_id": 7, "name": "a", "id": "the path's" })), r#"{"name":"a","id":7}"#);
    assert_eq!(text(json!({ "name": null })), r#"{"name":null}"#);
    assert_eq!(text(json!({})), "{}");
    let mut optional = operation.clone();
    optional.body = Some(Body { required: false, ..gathered });
    let request = request(&optional, json!({})).unwrap();
    assert_eq!((request.body.len(), header(&request.headers, "content-type").as_str()), (0, ""));
}

#[test]
fn a_form_has_pairs() {
    let value = json!({ "a": "b c&d=e+f", "n": 1.0, "ok": true, "no": null, "list": ["x", "y"], "in": { "k": [1] } });
    let (media_type, text) = sent(form([]), value).unwrap();
    assert_eq!(media_type, "application/x-www-form-urlencoded");
    assert_eq!(text, "a=b%20c%26d%3De%2Bf&n=1&ok=true&list=x&list=y&in=%7B%22k%22%3A%5B1%5D%7D");
}

#[test]
fn a_field_of_a_form_has_its_own_style() {
    let style = |style, explode| Encoding { style, explode, ..Encoding::default() };
    let list = || json!(["a", "b"]);
    assert_eq!(encoded(style(Some(Style::Form), Some(false)), list()), "color=a,b");
    assert_eq!(encoded(style(None, Some(false)), list()), "color=a,b");
    assert_eq!(encoded(style(Some(Style::Form), None), list()), "color=a&color=b");
    assert_eq!(encoded(style(Some(Style::SpaceDelimited), None), list()), "color=a%20b");
    assert_eq!(encoded(style(Some(Style::PipeDelimited), Some(false)), list()), "color=a%7Cb");
    assert_eq!(encoded(style(Some(Style::DeepObject), Some(true)), json!({ "k": 1 })), "color%5Bk%5D=1");
    assert_eq!(encoded(style(Some(Style::Form), Some(true)), json!({ "k": 1 })), "k=1");
}

#[test]
fn a_field_of_a_form_has_its_own_type() {
    let json = || Encoding { content_type: Some("application/json".into()), ..Encoding::default() };
    assert_eq!(encoded(json(), json!("a")), "color=%22a%22");
    assert_eq!(encoded(json(), json!(["a"])), "color=%5B%22a%22%5D");
    let both = Encoding { explode: Some(true), ..json() };
    assert_eq!(encoded(both, json!(["a"])), "color=a");
}

#[test]
fn a_free_key_cannot_be_another_field() {
    let encoding = Encoding { style: Some(Style::Form), explode: Some(true), ..Encoding::default() };
    let mut form = form([("color", encoding)]);
    form.schema = json!({ "properties": { "color": {}, "owner": {} } });
    let error = sent(form, json!({ "color": { "owner": "bob" } })).expect_err("this is refused");
    assert_eq!(error.to_string(), "`color` has a key that is another field's name.");
}

#[test]
fn text_is_as_given() {
    let text = |media_type: &str, value: Value| sent(body(media_type, json!({ "type": "string" })), value).unwrap();
    assert_eq!(text("text/plain", json!("ä\nb")), ("text/plain; charset=utf-8".to_owned(), "ä\nb".to_owned()));
    assert_eq!(
        text("text/csv; header=present", json!("a,b")),
        ("text/csv; header=present".to_owned(), "a,b".to_owned())
    );
    assert_eq!(text("text/plain", json!(5.0)), ("text/plain; charset=utf-8".to_owned(), "5".to_owned()));
}

#[test]
fn bytes_are_text_or_base64() {
    let bytes = |media_type: &str, value: Value| sent(body(media_type, json!({})), value);
    let hello = ("application/octet-stream".to_owned(), "hello".to_owned());
    assert_eq!(bytes("application/octet-stream", json!("hello")).unwrap(), hello);
    for value in [json!({ "base64": "aGVsbG8=" }), json!({ "base64": "aGVs\nbG8" }), json!({ "text": "hello" })] {
        assert_eq!(bytes("application/octet-stream", value).unwrap(), hello);
    }
    let png = bytes("image/*", json!({ "type": "image/png", "base64": "aGVsbG8" })).unwrap();
    assert_eq!(png.0, "image/png");
    let wrong = bytes("image/*", json!({ "type": "image/png\r\nX: 1", "text": "" })).expect_err("this is refused");
    assert_eq!(wrong.to_string(), "`body` has a `type` that is not a media type such as image/png.");
    let wrong = bytes("application/octet-stream", json!({ "base64": "a=b" })).expect_err("this is refused");
    assert_eq!(wrong.to_string(), "`body` has a `base64` that is not Base64.");
}

#[test]
fn bytes_that_go_out_as_base64_stay_so() {
    let schema = json!({ "type": "string", "contentEncoding": "base64" });
    let expected = ("image/jpeg".to_owned(), "aGVsbG8=".to_owned());
    assert_eq!(sent(body("image/jpeg", schema), json!("aGVsbG8=")).unwrap(), expected);
}

#[test]
fn xml_is_taken_as_text_alone() {
    let xml = |value: Value| sent(body("application/xml", json!({})), value);
    assert_eq!(xml(json!("<a/>")).unwrap(), ("application/xml".to_owned(), "<a/>".to_owned()));
    let error = xml(json!({ "a": 1 })).expect_err("this is refused");
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::InvalidArgument, "`body` is XML: give the whole document as text.")
    );
}
