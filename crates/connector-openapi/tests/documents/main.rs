//! Real documents, and where documents are found.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod found;
mod site;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bellhop_connector_openapi::{Config, OpenApi};
use connector::Connector;
use serde_json::Value;
use upstream::NoSources;

/// How many actions of one document have their schemas checked.
const CHECKED_MAX: usize = 60;
/// How long the largest may take, on a machine that does much else and without optimisation.
const LOAD_MAX: Duration = Duration::from_secs(120);

fn documents(folder: &str) -> Vec<PathBuf> {
    let target = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join("peers").join(folder);
    assert!(folder.exists(), "{} is missing: run `cargo xtask install`", folder.display());
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.extension().is_some_and(|it| it == "json")).collect()
}

async fn load(file: &std::path::Path) -> OpenApi {
    let config =
        Config { url: Some("https://api.example.com".to_owned()), shared: true, ..Config::new(file.to_str().unwrap()) };
    OpenApi::connect("api", config, &NoSources).await.unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Counted without the code that is tested.
fn operations(file: &std::path::Path) -> usize {
    const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let document: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    paths.map(|item| METHODS.iter().filter(|method| item.get(method).is_some_and(Value::is_object)).count()).sum()
}

fn sound(schema: &connector::Schema, of: &str) {
    let schema = Value::Object((*schema.get()).clone());
    assert!(schema.to_string().len() < 64 * 1024, "{of}: {} bytes", schema.to_string().len());
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).offline();
    options.build(&schema).map(drop).unwrap_or_else(|error| panic!("{of}: {error}"));
}

#[tokio::test]
async fn real_documents_become_actions_with_sound_schemas() {
    let files = [documents("documents"), documents("more_documents")].concat();
    assert!(files.len() >= 25, "{files:?}");
    for file in files {
        let start = Instant::now();
        let api = load(&file).await;
        assert!(start.elapsed() < LOAD_MAX, "{}: {:?}", file.display(), start.elapsed());
        let catalog = api.catalog();
        assert_eq!(catalog.actions.len(), operations(&file), "{}: {:?}", file.display(), catalog.hidden);
        let step = (catalog.actions.len() / CHECKED_MAX).max(1);
        for action in catalog.actions.iter().step_by(step) {
            sound(&action.input, &action.name);
            action.output.iter().for_each(|output| sound(output, &action.name));
            let description = action.description.as_deref().unwrap_or_default();
            assert!(description.chars().count() <= 400, "{description}");
            assert!(action.name.len() <= 60, "{}", action.name);
        }
    }
}
