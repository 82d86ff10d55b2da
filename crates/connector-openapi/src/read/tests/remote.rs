use std::fs;

use serde_json::json;

use super::{offered, sound};
use crate::{Config, read};

const MAIN: &str = r#"
openapi: 3.0.3
paths:
  /things: {$ref: "paths/things.yaml"}
  /secret: {get: {parameters: [{$ref: "../outside.yaml"}]}}
"#;
const THINGS: &str = r##"
post:
  operationId: createThing
  requestBody: {content: {application/json: {schema: {$ref: "../schemas.json#/Thing"}}}}
"##;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("api/paths")).unwrap();
    fs::write(at("api/openapi.yaml"), MAIN).unwrap();
    fs::write(at("api/paths/things.yaml"), THINGS).unwrap();
    let schemas = json!({"Thing": {"type": "object", "properties": {"name": {"$ref": "#/Name"}}}, "Name": {"type": "string", "maxLength": 9}});
    fs::write(at("api/schemas.json"), schemas.to_string()).unwrap();
    fs::write(at("outside.yaml"), "{name: key, in: query, schema: {type: string}}").unwrap();
    folder
}

fn config(folder: &tempfile::TempDir, remote_refs: bool) -> Config {
    Config { base: folder.path().to_owned(), remote_refs, ..Config::new("api/openapi.yaml") }
}

#[tokio::test]
async fn files_of_the_same_folder_are_read_and_others_are_not() {
    let folder = folder();
    let api = read::read("shop", &config(&folder, true), None).await.unwrap().unwrap().0;
    let catalog = offered(api);
    let names: Vec<_> = catalog.actions.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["createThing"]);
    let input = sound(&catalog.actions[0].input.get());
    assert_eq!(input["properties"]["name"], json!({"$ref": "#/$defs/Name"}));
    assert_eq!(input["$defs"]["Name"], json!({"type": "string", "maxLength": 9}));
    assert_eq!(catalog.hidden[0].name, "GET /secret");
}

#[tokio::test]
async fn without_being_allowed_no_other_document_is_read() {
    let folder = folder();
    let catalog = offered(read::read("shop", &config(&folder, false), None).await.unwrap().unwrap().0);
    assert!(catalog.actions.is_empty());
    assert_eq!(catalog.hidden.len(), 2);
    assert!(catalog.hidden.iter().all(|it| it.open_with == "remote_refs = true"), "{:?}", catalog.hidden);
}

#[tokio::test]
async fn a_document_beyond_the_bound_is_not_read() {
    let folder = folder();
    fs::write(folder.path().join("large.json"), vec![b' '; 2_000_000]).unwrap();
    let config =
        Config { base: folder.path().to_owned(), document_bytes_max: Some(1_000_000), ..Config::new("large.json") };
    let error = read::read("shop", &config, None).await.map(drop).unwrap_err().to_string();
    assert!(error.contains("larger than 1000000 bytes"), "{error}");
}

#[tokio::test]
async fn the_same_document_is_no_news_and_a_changed_one_is() {
    let folder = folder();
    let config = config(&folder, false);
    let (_, digest) = read::read("shop", &config, None).await.unwrap().unwrap();
    assert!(digest.is_some() && read::read("shop", &config, digest).await.unwrap().is_none());
    fs::write(folder.path().join("api/openapi.yaml"), format!("{MAIN}\n# changed\n")).unwrap();
    assert!(read::read("shop", &config, digest).await.unwrap().is_some());
}
