use serde_json::{Value, json};

use super::{data, response, seen, told};

const NOTICE: &str =
    "The answer is larger than 1000 bytes: the rest of it is missing. Ask for less, by a filter or a smaller page.";

#[test]
fn a_large_list_keeps_whole_items() {
    let items: Vec<Value> = (0..200).map(|at| json!({ "n": at, "s": "],}\"\\" })).collect();
    let answer =
        data("application/json", serde_json::to_string(&json!({ "total": 200, "items": items })).unwrap().as_bytes());
    let shown = answer["data"]["items"].as_array().unwrap();
    assert!(shown.len() > 30 && shown.len() < 60, "{}", shown.len());
    assert_eq!(shown[..20], items[..20]);
    assert_eq!((&answer["has_more"], &answer["notices"]), (&json!(true), &json!([NOTICE])));
    assert!(serde_json::to_string(&answer["data"]).unwrap().len() <= 1000);
}

#[test]
fn a_list_that_broke_off_keeps_whole_items() {
    for (text, expected) in [
        (r#"[{"a":1},{"a":2},{"a"#, json!([{ "a": 1 }, { "a": 2 }, {}])),
        (r#"[1,2,34"#, json!([1, 2])),
        (r#"{"a":[1,{"b":"x,y"#, json!({ "a": [1, {}] })),
        (r#"{"a":{"b":1}"#, json!({ "a": { "b": 1 } })),
    ] {
        let mut broken = response(200, &[("content-type", "application/json")], text.as_bytes());
        broken.cut = true;
        assert_eq!(seen(told(broken)), json!({ "data": expected, "has_more": true, "notices": [NOTICE] }));
    }
}

#[test]
fn a_long_text_keeps_its_beginning() {
    let answer = data("text/plain", "ä\n".repeat(1000).as_bytes());
    assert_eq!(answer["data"], "ä\n".repeat(249) + "ä");
    assert_eq!((&answer["has_more"], &answer["notices"]), (&json!(true), &json!([NOTICE])));
    let json = format!("[\"{}\"]", "x".repeat(2000));
    assert_eq!(data("application/json", json.as_bytes())["data"], json!([]));
}

#[test]
fn a_large_file_keeps_its_beginning() {
    let answer = data("image/png", &[0xff; 5000]);
    assert!(answer["data"]["base64"].as_str().unwrap().len() > 400);
    assert!(serde_json::to_string(&answer["data"]).unwrap().len() <= 1000);
    assert_eq!((&answer["has_more"], &answer["notices"]), (&json!(true), &json!([NOTICE])));
}
