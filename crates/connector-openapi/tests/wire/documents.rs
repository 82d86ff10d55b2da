use bellhop_connector_openapi::Config;
use connector::Connector;
use serde_json::{Map, Value, json};
use testkit::{Canary, Recorder};

use crate::{answers, api, call, connect, document, redirecting};

/// Those that begin as an address does; reading one takes a client of its own.
fn addresses(canary: &Canary) -> Vec<String> {
    let written = canary.attacks().into_iter();
    let addresses = written
        .filter(|attack| attack.starts_with("http") || attack.starts_with("//"))
        .map(|attack| if attack.starts_with("//") { format!("http:{attack}") } else { attack });
    addresses.collect()
}

fn get(id: &str) -> Value {
    json!({"operationId": id, "responses": answers()})
}

#[tokio::test]
async fn no_server_of_an_operation_is_called_that_configuration_does_not_name() {
    let canary = Canary::start().await;
    let server = Recorder::start().await;
    let mut paths = Map::new();
    for (at, attack) in canary.attacks().iter().enumerate() {
        let mut operation = get(&format!("op{at}"));
        operation["servers"] = json!([{"url": attack}, {"url": format!("http:{attack}")}]);
        paths.insert(format!("/{at}"), json!({"get": operation}));
    }
    let mut document = document(Value::Object(paths));
    document["servers"] = json!([{"url": format!("http://{}", canary.address())}]);
    let api = api(&document, Some(server.url().to_owned())).await.unwrap();
    let catalog = api.catalog();
    for action in &catalog.actions {
        let _ = call(&api, &action.name, json!({})).await;
    }
    assert!(catalog.hidden.len() > 50, "{}", catalog.hidden.len());
    assert!(catalog.hidden.iter().all(|hidden| hidden.open_with.starts_with("servers = [")), "{:?}", catalog.hidden);
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_server_that_configuration_names_is_called() {
    let (server, uploads) = (Recorder::start().await, Recorder::start().await);
    let mut upload = get("upload");
    upload["servers"] = json!([{"url": format!("{}/v2", uploads.url())}]);
    let mut same = get("same");
    same["servers"] = json!([{"url": format!("{}/other", server.url())}]);
    let document =
        document(json!({"/upload": {"get": upload}, "/same": {"get": same}, "/plain": {"get": get("plain")}}));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.json");
    std::fs::write(&path, document.to_string()).unwrap();
    let url = Some(format!("{}/v1", server.url()));
    let servers = vec![uploads.url().to_owned()];
    let api = connect(Config { url, servers, ..Config::new(path.to_string_lossy()) }).await.unwrap();
    for action in ["upload", "same", "plain"] {
        call(&api, action, json!({})).await.unwrap();
    }
    assert_eq!(uploads.only().target, "/v2/upload");
    let targets = server.requests().into_iter().map(|seen| seen.target).collect::<Vec<_>>();
    assert_eq!(targets, ["/other/same", "/v1/plain"]);
}

#[tokio::test]
async fn no_private_server_is_called_that_only_a_document_names() {
    let canary = Canary::start().await;
    for address in addresses(&canary) {
        let mut document = document(json!({"/x": {"get": get("x")}}));
        document["servers"] = json!([{"url": address}]);
        if let Ok(api) = api(&document, None).await {
            assert!(call(&api, "x", json!({})).await.is_err(), "{address}");
        }
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn nothing_that_a_document_refers_to_is_read_elsewhere() {
    let canary = Canary::start().await;
    for remote_refs in [false, true] {
        let mut paths = Map::new();
        for (at, attack) in canary.attacks().iter().enumerate() {
            let mut operation = get(&format!("op{at}"));
            operation["parameters"] =
                json!([{"name": "v", "in": "query", "schema": {"$ref": attack}}, {"$ref": attack}]);
            operation["externalDocs"] = json!({"url": attack});
            paths.insert(format!("/{at}"), json!({"get": operation, "summary": "x"}));
            paths.insert(format!("/ref/{at}"), json!({"$ref": attack}));
        }
        let document = document(Value::Object(paths)).to_string();
        let address = redirecting::start(canary.attacks(), document).await;
        let url = Some(format!("http://{address}/api"));
        let read = connect(Config { url, remote_refs, ..Config::new(format!("http://{address}/openapi.json")) }).await;
        assert!(read.is_ok(), "{read:?}");
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_document_that_has_moved_to_another_server_is_not_read() {
    let canary = Canary::start().await;
    let targets = addresses(&canary);
    let address = redirecting::start(targets.clone(), "{}".to_owned()).await;
    for at in (0..targets.len()).step_by(3) {
        let config = Config::new(format!("http://{address}/{at}/openapi.json"));
        assert!(connect(config).await.is_err(), "{}", targets[at]);
    }
    assert_eq!(canary.connections(), 0);
}
