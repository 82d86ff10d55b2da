//! What configuration allows: scopes, roles and read-only switches, seen from outside.

use serde_json::{Value, json};

use crate::support::{Bellhop, fixtures, process};

/// A house with folders and these further lines in the section of the folders.
async fn bellhop(rules: &str) -> Bellhop {
    let home = process::home();
    let root = home.path().join("users");
    fixtures::furnish(&root);
    let root = root.display();
    let auth = fixtures::auth();
    Bellhop::serve_in(home, &format!("{auth}\n[resources.notes]\nkind = \"files\"\nroot = \"{root}\"\n{rules}\n")).await
}

fn names(tools: &[Value]) -> Vec<&str> {
    tools.iter().filter_map(|tool| tool["name"].as_str()).collect()
}

#[tokio::test]
async fn a_missing_scope_is_403_with_every_scope_that_the_call_needs() {
    let bellhop = bellhop("access.write.scopes = [\"notes:read\", \"notes:write\"]").await;
    let token = fixtures::token_with("bob", &json!({"scope": "notes:read"}));
    let arguments = json!({"data": {"path": "new.txt", "content": "x"}});
    let params = json!({"name": "notes_files_create", "arguments": arguments});
    let response = bellhop.mcp(&token).post("tools/call", &params).await;
    assert_eq!(response.status(), 403);
    let challenge = response.headers().get("www-authenticate").expect("a challenge").to_str().expect("text").to_owned();
    assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
    assert!(challenge.contains("scope=\"notes:read notes:write\""), "{challenge}");
    assert!(challenge.contains("resource_metadata="), "{challenge}");
    assert!(!bellhop.home.path().join("users/bob/new.txt").exists());

    let stepped_up = fixtures::token_with("bob", &json!({"scope": "notes:read notes:write"}));
    bellhop.mcp(&stepped_up).data("notes_files_create", &arguments).await;
}

#[tokio::test]
async fn a_role_that_is_missing_hides_what_it_guards() {
    let bellhop = bellhop("access.destroy.roles = [\"editor\"]").await;
    let (reader, editor) = (fixtures::token("bob"), fixtures::token_with("bob", &json!({"roles": ["editor"]})));
    let tools = bellhop.mcp(&reader).tools().await;
    assert!(!names(&tools).contains(&"notes_files_delete"), "{:?}", names(&tools));
    let answer = bellhop.mcp(&reader).call_raw("notes_files_delete", &json!({"identifier": "plan.md"})).await;
    assert!(answer.get("error").is_some() || answer["result"]["isError"] == true, "{answer}");
    assert!(bellhop.home.path().join("users/bob/plan.md").exists());
    bellhop.mcp(&editor).data("notes_files_delete", &json!({"identifier": "plan.md"})).await;
    assert!(!bellhop.home.path().join("users/bob/plan.md").exists());
}

#[tokio::test]
async fn a_read_only_resource_offers_and_does_nothing_that_writes() {
    let bellhop = bellhop("read_only = true").await;
    let mcp = bellhop.mcp(&fixtures::token("bob"));
    let tools = mcp.tools().await;
    for tool in &tools {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{} is offered", tool["name"]);
    }
    assert!(!tools.is_empty());
    let before = std::fs::read_to_string(bellhop.home.path().join("users/bob/plan.md")).expect("it is there");
    for (tool, arguments) in [
        ("notes_files_update", json!({"identifier": "plan.md", "data": {"content": "x"}})),
        ("notes_files_delete", json!({"identifier": "plan.md"})),
        ("notes_move", json!({"from": "plan.md", "to": "other.md"})),
    ] {
        let answer = mcp.call_raw(tool, &arguments).await;
        assert!(answer.get("error").is_some() || answer["result"]["isError"] == true, "{tool}: {answer}");
    }
    assert_eq!(std::fs::read_to_string(bellhop.home.path().join("users/bob/plan.md")).expect("it is there"), before);
}
