use bellhop_connector_openapi::{Config, OpenApi};
use connector::Connector;
use serde_json::json;
use upstream::NoSources;

use super::site::Site;

fn document(name: &str) -> String {
    json!({"openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}, "paths": {"/things": {"get": {"operationId": name}}}}).to_string()
}

async fn names(config: Config) -> Result<Vec<String>, String> {
    let api = OpenApi::connect("shop", Config { shared: true, ..config }, &NoSources).await;
    let api = api.map_err(|error| error.to_string())?;
    Ok(api.catalog().actions.iter().map(|action| action.name.clone()).collect())
}

#[tokio::test]
async fn a_document_is_fetched_from_its_address() {
    let site = Site::start(&[("/docs/api.json?v=1", document("here"))]).await;
    let config = Config::new(format!("{}/docs/api.json?v=1", site.url));
    let config = Config { url: Some(site.url.clone()), ..config };
    assert_eq!(names(config).await.unwrap(), ["here"]);
    assert_eq!(site.asked(), ["/docs/api.json?v=1"]);
}

#[tokio::test]
async fn a_document_is_found_at_the_usual_places() {
    let page = "<html>documentation</html>".to_owned();
    let yaml = "openapi: 3.0.0\npaths: {/things: {get: {operationId: found}}}\n".to_owned();
    let site = Site::start(&[("/v1/openapi.json", page), ("/openapi.yaml", yaml)]).await;
    let config = Config { url: Some(format!("{}/v1", site.url)), ..Config::default() };
    assert_eq!(names(config).await.unwrap(), ["found"]);
    assert_eq!(site.asked()[0], "/v1/openapi.json");
}

#[tokio::test]
async fn where_there_is_none_the_error_names_what_was_tried() {
    let site = Site::start(&[]).await;
    let error = names(Config { url: Some(site.url.clone()), ..Config::default() }).await.unwrap_err();
    assert!(error.contains("No OpenAPI document was found") && error.contains("/v3/api-docs"), "{error}");
    assert!(site.asked().len() < 40, "{:?}", site.asked());
}

#[tokio::test]
async fn documents_of_the_same_origin_are_followed_and_others_are_not() {
    let other = Site::start(&[("/x.json", json!({"name": "x", "in": "query"}).to_string())]).await;
    let main = json!({"openapi": "3.0.0", "paths": {
        "/a": {"$ref": "paths.json#/a"},
        "/b": {"get": {"parameters": [{"$ref": format!("{}/x.json", other.url)}]}},
    }});
    let paths = json!({"a": {"get": {"operationId": "followed"}}});
    let site = Site::start(&[("/docs/api.json", main.to_string()), ("/docs/paths.json", paths.to_string())]).await;
    let config =
        Config { url: Some(site.url.clone()), remote_refs: true, ..Config::new(format!("{}/docs/api.json", site.url)) };
    assert_eq!(names(config).await.unwrap(), ["followed"]);
    assert!(other.asked().is_empty());
}

#[tokio::test]
async fn a_document_that_is_too_large_is_refused() {
    let site = Site::start(&[("/api.json", format!("{{\"x\": \"{}\"}}", "a".repeat(300_000)))]).await;
    let config = Config { document_bytes_max: Some(100_000), ..Config::new(format!("{}/api.json", site.url)) };
    let error = names(config).await.unwrap_err();
    assert!(error.contains("larger than 100000 bytes"), "{error}");
}
