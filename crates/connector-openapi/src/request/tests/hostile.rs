//! Any text at all is read again as it was meant, or refused.

use http::Method;
use indexmap::IndexMap;
use proptest::prelude::{ProptestConfig, proptest};
use proptest::{prop_assert, prop_assert_eq};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::{color, header, named, operation, request, sent};
use crate::api::{Body, Encoding, Parameter, Place, Style};

/// What a server reads from a query or a form.
fn read(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_query_s_values_are_read_as_given(value in "(?s).*", key in "(?s).+", reserved: bool) {
        let parameter = |style, explode| Parameter { allow_reserved: reserved, ..color(Place::Query, style, explode) };
        let seen = |parameter: Parameter, value: Value| {
            read(&request(&operation(Method::GET, "/x", vec![parameter]), json!({ "color": value })).unwrap().query)
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        // With allowReserved, `%41` is the caller's own encoding.
        let meant = if reserved { percent(&value) } else { value.clone() };
        prop_assert_eq!(seen(parameter(Style::Form, true), json!(&value)), [pair("color", &meant)]);
        prop_assert_eq!(seen(parameter(Style::Form, true), json!([&value, "b"])), [pair("color", &meant), pair("color", "b")]);
        prop_assert_eq!(seen(parameter(Style::PipeDelimited, false), json!([&value, "b"])), [pair("color", &format!("{meant}|b"))]);
        prop_assert_eq!(seen(parameter(Style::Form, true), json!({ &key: &value })), [pair(&key, &meant)]);
        prop_assert_eq!(seen(parameter(Style::DeepObject, true), json!({ &key: &value })), [pair(&format!("color[{key}]"), &meant)]);
    }

    #[test]
    fn a_form_s_values_are_read_as_given(value in "(?s).*", name in "(?s).+") {
        let form = Body { encoding: IndexMap::new(), ..super::body("application/x-www-form-urlencoded", json!({})) };
        let text = sent(form.clone(), json!({ &name: &value })).unwrap().1;
        prop_assert_eq!(read(&text), [(name.clone(), value.clone())]);
        let deep = Encoding { style: Some(Style::DeepObject), explode: Some(true), ..Encoding::default() };
        let form = Body { encoding: [("color".to_owned(), deep)].into(), ..form };
        let text = sent(form, json!({ "color": { &name: &value } })).unwrap().1;
        prop_assert_eq!(read(&text), [(format!("color[{name}]"), value)]);
    }

    #[test]
    fn a_path_keeps_its_shape(value in "(?s).*", style in 0..3_usize, explode: bool) {
        let style = [Style::Simple, Style::Label, Style::Matrix][style];
        let operation = operation(Method::GET, "/a/{color}/b", vec![color(Place::Path, style, explode)]);
        if let Ok(request) = request(&operation, json!({ "color": value })) {
            let pieces: Vec<_> = request.path.split('/').collect();
            prop_assert_eq!((pieces.len(), pieces[1], pieces[3]), (4, "a", "b"));
            prop_assert!(!pieces[2].is_empty() && pieces[2].is_ascii() && !pieces[2].contains(['?', '#', '\\', ' ']));
        }
    }

    #[test]
    fn a_header_and_a_cookie_stay_one_line(value in "(?s).*") {
        let parameters = vec![named("X-Own", Place::Header), named("own", Place::Cookie)];
        let operation = operation(Method::GET, "/x", parameters);
        if let Ok(request) = request(&operation, json!({ "X-Own": &value })) {
            prop_assert_eq!(header(&request.headers, "x-own"), value.clone());
        }
        let line = header(&request(&operation, json!({ "own": &value })).unwrap().headers, "cookie");
        prop_assert!(line.starts_with("own=") && line.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';'));
    }

    #[test]
    fn a_part_stays_one_part(name in "(?s).+", file_name in "(?s).*", value in "(?s).*") {
        let schema = json!({ "properties": { &name: { "type": "string", "format": "binary" } } });
        let form = super::body("multipart/form-data", schema);
        let input = Map::from_iter([(name, json!({ "name": file_name, "text": &value }))]);
        let (media_type, text) = sent(form, Value::Object(input)).unwrap();
        let boundary = format!("--{}", media_type.split_once("boundary=").unwrap().1);
        let parts: Vec<_> = text.split(&boundary).collect();
        prop_assert_eq!((parts.len(), parts[0], parts[2]), (3, "", "--\r\n"));
        let (head, content) = parts[1].split_once("\r\n\r\n").unwrap();
        prop_assert_eq!(head.lines().count(), 3);
        prop_assert_eq!(content, format!("{value}\r\n"));
    }
}

/// The text with its `%XX` read.
fn percent(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.filter(|hex| bytes[at] == b'%' && hex.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            Some(hex) => {
                out.push(u8::from_str_radix(hex, 16).unwrap());
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
