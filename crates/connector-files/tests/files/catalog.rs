//! What the connector says of itself.

use bellhop_connector_files::Config;
use connector::{Connector, Effect, OperationKind};
use serde_json::json;

use crate::support::bench;

#[tokio::test]
async fn the_catalog_names_one_collection_and_its_actions_and_no_user() {
    let bench = bench().await;
    let catalog = bench.files.catalog();
    let files = &catalog.collections[0];
    assert_eq!(
        (catalog.collections.len(), files.name.as_str(), files.key.as_slice()),
        (1, "files", &["path".to_owned()][..])
    );
    assert_eq!(files.operations.len(), OperationKind::ALL.len());
    let actions: Vec<_> = catalog.actions.iter().map(|action| (action.name.as_str(), action.effect)).collect();
    let (read, write) = (Effect::Read, Effect::Write);
    let wanted = [("append", write), ("move", write), ("copy", write), ("search", read), ("usage", read)];
    assert_eq!(actions, wanted);
    for identity in &files.identity {
        assert!(files.field(identity).is_none());
        for action in &catalog.actions {
            assert!(action.input.get()["properties"].get(identity).is_none());
        }
    }
    let root = bench.root.path().to_str().unwrap();
    assert!(!serde_json::to_string(&*catalog).unwrap().contains(root));
}

#[test]
fn a_config_of_a_root_alone_has_the_defaults_and_a_wrong_key_is_named() {
    let config: Config = serde_json::from_value(json!({"root": "/data/users"})).unwrap();
    assert_eq!(format!("{config:?}"), format!("{:?}", Config::new("/data/users")));
    let error = serde_json::from_value::<Config>(json!({"root": "/data", "read_byte_max": 1})).unwrap_err();
    assert!(error.to_string().contains("unknown field `read_byte_max`"), "{error}");
    let schema = serde_json::to_value(schemars::schema_for!(Config)).unwrap();
    assert_eq!((&schema["additionalProperties"], schema.get("required")), (&json!(false), None));
}
