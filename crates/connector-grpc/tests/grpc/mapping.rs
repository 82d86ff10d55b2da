//! Messages in JSON are what Python's own `json_format` makes of them, both ways.

use connector::ErrorKind;
use serde_json::{Value, json};
use testkit::grpc::Notes;

use crate::support::{World, by_key};

/// Values of every type, at their edges.
fn samples() -> Vec<Value> {
    vec![
        json!({}),
        json!({"aDouble": 1.5e300, "aFloat": 0.1, "anInt32": -2_147_483_648, "anInt64": "-9223372036854775808"}),
        json!({"aUint32": 4_294_967_295_u32, "aUint64": "18446744073709551615", "aSint32": -1, "aSint64": "-1"}),
        json!({"aFixed32": 7, "aFixed64": "9007199254740993", "aSfixed32": -7, "aSfixed64": "-9007199254740993"}),
        json!({"aDouble": "NaN", "aFloat": "-Infinity"}),
        json!({"aBool": true, "aString": "ünï\u{0}\n\"", "someBytes": "AP8=", "otherName": "x"}),
        json!({"color": "GREEN", "colors": ["RED", "COLOR_UNSPECIFIED", "RED"], "maybe": 0}),
        json!({"shelf": ""}),
        json!({"bin": 0}),
        json!({"under": {"label": "root", "children": [{"label": "leaf"}, {}]}}),
        json!({"counts": {"a": "1", "": "-2"}, "trees": {"-5": {"label": "five"}}, "answers": {"true": "yes", "false": "no"}}),
        json!({"tags": ["", "b"], "tree": {"children": [{"children": [{"children": [{}]}]}]}}),
        json!({"at": "2026-11-22T21:30:00.123456Z", "took": "-1.500s"}),
        json!({"at": "0001-01-01T00:00:00Z", "took": "315576000000s"}),
        json!({"free": {"a": [1, "x", null, {"b": true}], "user": "anybody"}, "value": [1, {"x": null}], "list": [false, "y"]}),
        json!({"value": "text"}),
        json!({"any": {"@type": "type.googleapis.com/notes.v1.Note", "id": "x", "revision": "3"}}),
        json!({"any": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "1s"}}),
        json!({"mask": "title,owner.displayName"}),
        json!({"aWrappedString": "", "aWrappedInt64": "0", "aWrappedBool": false, "wrappedBytes": "", "aWrappedDouble": 0.0}),
        json!({"empty": {}}),
    ]
}

#[tokio::test]
async fn what_goes_there_and_back_is_what_pythons_json_format_says() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    for sample in samples() {
        let written = world.call(&world.alice, "Kinds_Written", sample.clone()).await;
        let python: Value = serde_json::from_str(written["json"].as_str().unwrap_or("{}")).unwrap();
        let echoed = world.call(&world.alice, "Kinds_Echo", sample.clone()).await;
        assert_eq!(echoed, python, "{sample}");
        let text = json!({"json": python.to_string()});
        let parsed = world.call(&world.alice, "Kinds_Parsed", text).await;
        assert_eq!(parsed, python, "{sample}");
        // Nothing was lost on the way.
        let given = sample.as_object().unwrap().len();
        assert_eq!(echoed.as_object().unwrap().len(), given, "{sample} {echoed}");
    }
}

#[tokio::test]
async fn an_input_that_is_no_object_is_one_argument() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    let at = world.call(&world.alice, "Kinds_Wrapped", json!({"value": "2026-11-22T21:30:00.5Z"})).await;
    assert_eq!(at, "2026-11-22T21:30:00.500Z");
    let error = world.refused(&world.alice, "Kinds_Wrapped", json!({"value": "2026-11-22T21:30:00Z", "more": 1})).await;
    assert_eq!((error.kind(), error.message()), (ErrorKind::InvalidArgument, "The only argument is `value`."));
}

#[tokio::test]
async fn what_the_types_do_not_have_is_refused_before_anything_is_sent() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    for (input, word) in [
        (json!({"unknown": 1}), "unknown"),
        (json!({"tree": {"children": [{"unknown": 1}]}}), "unknown"),
        (json!({"color": "BLUE"}), "BLUE"),
        (json!({"color": 7}), "has no value 7. Use one of: COLOR_UNSPECIFIED, RED, GREEN"),
        (json!({"colors": ["RED", -3]}), "has no value -3"),
        (json!({"anInt32": "x"}), "Everything"),
        (json!({"anInt32": 4_294_967_296_u64}), "Everything"),
        (json!({"aUint64": -1}), "Everything"),
        (json!({"someBytes": "%%%"}), "Everything"),
        (json!({"at": "yesterday"}), "Everything"),
        (json!({"took": "5 minutes"}), "Everything"),
        (json!({"counts": {"a": "many"}}), "Everything"),
        (json!({"trees": {"x": {}}}), "Everything"),
        (json!({"any": {"@type": "type.googleapis.com/notes.v1.Nothing"}}), "Everything"),
        (json!({"any": {"@type": "type.googleapis.com/notes.v1.Note", "nothing": 1}}), "nothing"),
        (json!({"shelf": "a", "bin": 1}), "Everything"),
    ] {
        let error = world.refused(&world.alice, "Kinds_Echo", input.clone()).await;
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{input}: {error:?}");
        assert!(error.message().contains(word), "{input}: {error:?}");
    }
}
