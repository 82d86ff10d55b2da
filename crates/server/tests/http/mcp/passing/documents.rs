use gateway::{Names, Options};
use serde_json::{Value, json};

use super::{error, result, stage, two_stages};
use crate::server::Server;

fn uris(result: &Value) -> Vec<&str> {
    result["resources"].as_array().unwrap().iter().map(|item| item["uri"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn documents_are_listed_by_pages_that_go_through_all_resources_and_are_the_users_own() {
    let options = Options { rows_default: 2, ..Options::default() };
    let stages = [("bare", Names::Bare), ("west", Names::Prefixed)];
    let server = Server::with_gateway(stage::gateway(&stages, options)).await;
    let first = result(&server, "alice", "resources/list", json!({})).await;
    assert_eq!(uris(&first), ["stage://alice/1", "stage://alice/2"]);
    assert_eq!((&first["ttlMs"], &first["cacheScope"]), (&json!(0), &json!("private")));
    let cursor = &first["nextCursor"];
    let second = result(&server, "alice", "resources/list", json!({"cursor": cursor})).await;
    let west = ["bellhop://west/stage://alice/1", "bellhop://west/stage://alice/2"];
    assert_eq!(uris(&second), ["stage://alice/3", west[0], west[1]]);
    let third = result(&server, "alice", "resources/list", json!({"cursor": second["nextCursor"]})).await;
    assert_eq!((uris(&third), third.get("nextCursor")), (vec!["bellhop://west/stage://alice/3"], None));
    assert_eq!(error(&server, "bob", "resources/list", json!({"cursor": cursor})).await.0, -32602);
}

#[tokio::test]
async fn a_document_is_read_by_the_address_that_was_listed() {
    let server = two_stages().await;
    for uri in ["stage://act/9", "bellhop://west/stage://act/9"] {
        let read = result(&server, "alice", "resources/read", json!({"uri": uri})).await;
        let contents = json!([{"uri": uri, "mimeType": "text/plain", "text": "for alice"}]);
        assert_eq!((&read["contents"], &read["cacheScope"]), (&contents, &json!("private")));
    }
    for uri in ["nothing://x", "bellhop://bare/stage://act/9", "bellhop://east/stage://act/9", "bellhop://west/x://1"] {
        let missing = error(&server, "alice", "resources/read", json!({"uri": uri})).await;
        assert_eq!(missing, (-32602, json!({"uri": uri})));
    }
    let templates = result(&server, "alice", "resources/templates/list", json!({})).await;
    let patterns: Vec<_> =
        templates["resourceTemplates"].as_array().unwrap().iter().map(|it| &it["uriTemplate"]).collect();
    assert_eq!(patterns, ["stage://act/{n}", "bellhop://west/stage://act/{n}"]);
}

#[tokio::test]
async fn prompts_are_listed_and_filled_in_as_the_user() {
    let server = two_stages().await;
    let listed = result(&server, "alice", "prompts/list", json!({})).await;
    let arguments = json!([{"name": "name", "required": true}, {"name": "tone", "required": false}]);
    let prompt = |name: &str| json!({"name": name, "title": "Greeting", "arguments": arguments});
    assert_eq!(listed["prompts"], json!([prompt("greet"), prompt("west_greet")]));
    let filled = json!({"name": "greet", "arguments": {"name": "Carol", "tenant": "alice"}});
    let greeting = result(&server, "alice", "prompts/get", filled.clone()).await;
    let words = json!([{"role": "user", "content": {"type": "text", "text": "alice greets \"Carol\""}}]);
    assert_eq!((&greeting["messages"], &greeting["resultType"]), (&words, &json!("complete")));
    for (user, params) in [
        ("bob", filled),
        ("alice", json!({"name": "greet", "arguments": {}})),
        ("alice", json!({"name": "greet", "arguments": {"name": "Carol", "other": "x"}})),
        ("alice", json!({"name": "greet", "arguments": {"name": 7}})),
        ("alice", json!({"name": "nothing"})),
    ] {
        assert_eq!(error(&server, user, "prompts/get", params.clone()).await.0, -32602, "{params}");
    }
}

#[tokio::test]
async fn arguments_are_completed_by_the_resource_that_has_them() {
    let server = two_stages().await;
    let complete = |of: Value, argument: &str| json!({"ref": of, "argument": {"name": argument, "value": "a"}});
    let prompt = json!({"type": "ref/prompt", "name": "west_greet"});
    let template = json!({"type": "ref/resource", "uri": "bellhop://west/stage://act/{n}"});
    for (of, argument, own) in [(&prompt, "name", "greet"), (&template, "n", "stage://act/{n}")] {
        let done = result(&server, "alice", "completion/complete", complete(of.clone(), argument)).await;
        assert_eq!(done["completion"], json!({"values": [own, "a"], "total": 2, "hasMore": false}));
    }
    for (of, argument) in [
        (json!({"type": "ref/prompt", "name": "nothing"}), "name"),
        (prompt, "tenant"),
        (json!({"type": "ref/resource", "uri": "stage://other/{n}"}), "n"),
    ] {
        assert_eq!(error(&server, "alice", "completion/complete", complete(of, argument)).await.0, -32602);
    }
}
