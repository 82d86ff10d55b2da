//! Descriptions as they are found in the world: each is read, or left out with a reason.

use std::path::{Path, PathBuf};

use bellhop_connector_things::Config;
use connector::Connector;
use serde_json::{Value, json};

use crate::support::{home, user};

/// Descriptions and models in the packages that tests install.
fn found(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            found(&path, files);
        } else if path.extension().is_some_and(|it| it == "json" || it == "jsonld") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            if text.contains("\"securityDefinitions\"") || text.contains("tm:ThingModel") {
                files.push(path);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_description_and_model_of_the_packages_is_read_or_left_out_with_a_reason() {
    let test = std::env::current_exe().expect("a test knows where it is");
    let packages = test.ancestors().map(|it| it.join("peers/things/node_modules")).find(|it| it.is_dir());
    let mut files = Vec::new();
    found(&packages.expect("run `cargo xtask install`"), &mut files);
    assert!(files.len() > 15, "only {} descriptions are there", files.len());
    let folder = tempfile::tempdir().expect("a folder");
    for (nth, file) in files.iter().enumerate() {
        std::fs::copy(file, folder.path().join(format!("{nth:03}.json"))).expect("it can be copied");
    }
    let descriptions = vec![folder.path().display().to_string()];
    let things = home(Config { descriptions, shared: true, ..Config::default() }).await;
    let count = user(&things, "alice").await.list().await.len();
    let catalog = things.catalog();
    assert!(count + catalog.hidden.len() >= files.len(), "{count} things and {:?} of {}", catalog.hidden, files.len());
    assert!(catalog.hidden.iter().all(|it| !it.reason.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_part_leaves_out_that_part_and_what_is_odd_is_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let form = || json!([{"href": "virtual:"}]);
    let odd = json!([
        {
            "@context": ["https://www.w3.org/2019/wot/td/v1", {"@language": "de"}], "@type": ["Thing", "Sensor"],
            "id": "urn:odd", "titles": {"de": "Sonderbar\u{202e}\n", "en": "Odd\u{0}ity"}, "security": [],
            "securityDefinitions": {"x": {"scheme": "psk"}, "y": "nothing"},
            "links": [{"rel": "type", "href": "https://example.com/tm"}, 7],
            "properties": {
                "draft4": {"type": "number", "minimum": 0, "exclusiveMinimum": true, "forms": form()},
                "untyped": {"forms": form()},
                "wrong_type": {"type": "float", "minimum": "low", "forms": form()},
                "huge_pattern": {"type": "string", "pattern": "(".repeat(400), "forms": form()},
                "formless": {"type": "string"},
                "coap": {"type": "string", "forms": [{"href": "coap://10.0.0.1/x"}]},
                "relative": {"type": "string", "forms": [{"href": "x/y"}]},
                "in_host": {"type": "string", "forms": [{"href": "http://{host}/x"}]},
                "cbor": {"type": "string", "forms": [{"href": "http://localhost/x", "contentType": "application/cbor"}]},
                "list": [1, 2],
                "bad\u{7}name": {"forms": form()},
            },
            "actions": {"go": {"input": {"type": "object", "properties": {"a": {"type": "integer"}}}, "forms": [{"op": "invokeaction", "href": "virtual:"}]}},
            "events": "none",
        },
        {"id": "urn:odd", "properties": {"again": {"forms": form()}}},
        {"id": "urn:empty"},
        {"title": "Named By Title", "properties": {"x": {"type": "integer", "forms": form()}}},
        {"@type": "tm:ThingModel", "title": "Model", "properties": {"x": {"forms": form()}}},
        {"id": "a\u{0}b", "properties": {"x": {"forms": form()}}},
        42,
    ]);
    std::fs::write(folder.path().join("odd.json"), odd.to_string()).expect("it can be written");
    std::fs::write(folder.path().join("broken.td"), "{\"id\": ").expect("it can be written");
    std::fs::write(folder.path().join("notes.txt"), "not read").expect("it can be written");
    let descriptions = vec![folder.path().display().to_string()];
    let things = home(Config { descriptions, shared: true, ..Config::default() }).await;
    let alice = user(&things, "alice").await;
    let ids: Vec<_> = alice.list().await.iter().map(|it| it["id"].clone()).collect();
    assert_eq!(ids, ["named-by-title", "urn:odd"]);
    let odd = alice.get("urn:odd").await.expect("it is there");
    assert_eq!(odd["title"], "Odd ity");
    let has = |sort: &str| odd[sort].as_object().map(|it| it.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    assert_eq!(has("properties"), ["draft4", "untyped", "wrong_type", "huge_pattern"]);
    assert_eq!(has("actions"), ["go"]);
    assert_eq!(odd["left_out"].as_array().map(Vec::len), Some(6), "{}", odd["left_out"]);
    let zero = json!({"thing": "urn:odd", "property": "draft4", "value": 0});
    assert!(alice.invoke("write_property", zero).await.is_err(), "it must be above");
    let hidden: Vec<_> = things.catalog().hidden.iter().map(|it| it.name.clone()).collect();
    for name in ["broken.td", "urn:empty", "Model"] {
        assert!(hidden.contains(&name.to_owned()), "{name} is named in {hidden:?}");
    }
    let too_many = hidden.iter().filter(|it| it.as_str() == "urn:odd").count();
    assert_eq!(too_many, 7, "six parts of it, and the second of its id: {hidden:?}");
    let written: Value = odd["properties"]["wrong_type"]["schema"].clone();
    assert_eq!(written, json!({}));
}
