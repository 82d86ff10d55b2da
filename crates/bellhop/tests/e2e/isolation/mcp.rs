//! The same over another MCP server: a process for each user, and arguments that are bound. Which tools there are and what
//! they take comes from the server as it is offered; whatever Bob puts in of Alice's, nothing of hers appears or changes.

use std::path::Path;

use serde_json::{Map, Value, json};
use testkit::mcp::{McpServer, filesystem_command};

use super::judge::Findings;
use crate::support::fixtures::{auth, token};
use crate::support::{Bellhop, Mcp, process};

/// A house with a folder of files and a server of notes for each user.
fn config(root: &Path, notes: &McpServer, tools: &str) -> String {
    let command = json!(filesystem_command("{folder}"));
    let folder = root.join("{caller.id}").display().to_string();
    format!(
        "{}\n[limits]\ntools = \"{tools}\"\ncalls_per_minute_max = 1000000\n\n\
         [resources.files]\nkind = \"mcp\"\ncommand = {command}\nfolder = {folder:?}\n\n\
         [resources.notes]\nkind = \"mcp\"\nurl = \"{}\"\nexclude = [\"die\", \"change\"]\n\
         bind.user_id = \"{{caller.id}}\"\nbind.\"header:X-User\" = \"{{caller.id}}\"\n",
        auth(),
        notes.url()
    )
}

fn furnish(root: &Path) {
    for (user, name, text) in [
        ("alice", "ALICE-0901-plan.md", "words ALICE-0902"),
        ("alice", "shared-name.txt", "words ALICE-0903"),
        ("bob", "shared-name.txt", "words of his"),
    ] {
        let folder = root.join(user);
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        std::fs::write(folder.join(name), text).expect("a file can be written");
    }
}

fn alices_files(root: &Path) -> Vec<String> {
    let files = std::fs::read_dir(root.join("alice")).expect("her folder is there").filter_map(Result::ok);
    let mut all: Vec<String> = files
        .map(|file| format!("{:?} {:?}", file.file_name(), std::fs::read_to_string(file.path()).unwrap_or_default()))
        .collect();
    all.sort();
    all
}

/// What is hers, in every form in which it could be asked for.
fn hers(root: &Path) -> Vec<Value> {
    let folder = root.join("alice");
    let mut all = vec![json!("alice"), json!("ALICE-0901-plan.md"), json!("notes://by/alice"), json!("file:///alice")];
    for path in ["ALICE-0901-plan.md", "shared-name.txt", ""] {
        all.push(json!(folder.join(path)));
        all.push(json!(format!("../alice/{path}")));
        all.push(json!(root.join("bob/../alice").join(path)));
    }
    all.push(json!(root));
    all
}

/// Every tool with what it takes: a universal tool bent to each action, a typed one as it is.
async fn targets(client: &Mcp) -> Vec<(String, Map<String, Value>, Value)> {
    let tools = client.tools().await;
    let mut all = Vec::new();
    for tool in &tools {
        let name = tool["name"].as_str().expect("a name").to_owned();
        if name != "invoke" {
            all.push((name, Map::new(), tool["inputSchema"].clone()));
            continue;
        }
        let named = client.data("describe", &json!({"limit": 200})).await;
        let named = named.as_array().cloned().unwrap_or_else(|| named["items"].as_array().cloned().unwrap_or_default());
        for action in named.iter().filter_map(|line| line.get("action").or(line.get("resource_type"))) {
            let about = client.data("describe", &json!({"resource_type": action})).await;
            let schema = about.pointer("/input").or(about.pointer("/arguments/input")).cloned().unwrap_or_default();
            let fixed = Map::from_iter([("action".to_owned(), action.clone())]);
            all.push((name.clone(), fixed, schema));
        }
    }
    all
}

async fn attacked(tools: &str) -> Findings {
    let (home, notes) = (process::home(), McpServer::notes(&[]).await);
    let root = home.path().join("users");
    furnish(&root);
    let root = root.canonicalize().expect("the folder is there");
    let bellhop = Bellhop::serve(&config(&root, &notes, tools)).await;
    let (alice, bob) = (bellhop.mcp(&token("alice")), bellhop.mcp(&token("bob")));
    let mut findings = Findings::default();
    // She sees what is hers by the same way, or nothing would be shown by his not seeing it.
    let (tool, mut arguments) = ("files_read_text_file", json!({"path": root.join("alice/ALICE-0901-plan.md")}));
    if tools == "universal" {
        arguments = json!({"action": "files.read_text_file", "input": arguments});
    }
    let tool = if tools == "universal" { "invoke" } else { tool };
    let own = alice.call_raw(tool, &arguments).await;
    assert!(own.to_string().contains("ALICE-0902"), "{own}");
    let before = alices_files(&root);
    for (tool, fixed, schema) in targets(&bob).await {
        let properties = schema["properties"].as_object().cloned().unwrap_or_default();
        let names: Vec<String> = properties.keys().cloned().chain(["user_id".into(), "userId".into()]).collect();
        for name in &names {
            for value in hers(&root) {
                let mut input: Map<String, Value> = Map::new();
                for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    input.insert(
                        required.to_owned(),
                        fitting(&properties[required], &json!(root.join("bob/shared-name.txt"))),
                    );
                }
                let of = properties.get(name).cloned().unwrap_or_default();
                input.insert(name.clone(), fitting(&of, &value));
                let mut arguments = fixed.clone();
                match fixed.is_empty() {
                    true => arguments.extend(input),
                    false => drop(arguments.insert("input".into(), input.into())),
                }
                let arguments = Value::from(arguments);
                let answer = bob.call_raw(&tool, &arguments).await;
                findings.calls += 1;
                // What he writes into his own notes he sees again.
                findings.wrote(&arguments);
                findings.look(&tool, &arguments, &answer);
            }
        }
        findings.compare(&format!("{tool} {fixed:?}"), &before, &alices_files(&root));
        furnish(&root);
    }
    let notes = json!({"action": "notes.list_notes", "input": {}});
    let (tool, arguments) = if tools == "universal" { ("invoke", notes) } else { ("notes_list_notes", json!({})) };
    let after = alice.call_raw(tool, &arguments).await;
    assert!(after.to_string().contains("ALICE-0001") && !after.to_string().contains("ALICE-0901"), "{after}");
    eprintln!("{}", findings.summary());
    findings
}

/// A value where the schema takes text, or lists of it.
fn fitting(schema: &Value, value: &Value) -> Value {
    match schema["type"].as_str() {
        Some("array") => match schema["items"]["type"].as_str() {
            Some("object") => json!([{"oldText": value, "newText": value}]),
            _ => json!([value]),
        },
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        Some("object") => json!({"path": value}),
        _ => value.clone(),
    }
}

/// A server that keeps nothing of users but what it keeps in a session; each user has one of their own.
#[tokio::test]
async fn sessions_of_another_mcp_server_keep_users_apart() {
    let server = McpServer::everything().await;
    let bellhop = Bellhop::serve(&format!(
        "{}\n[limits]\ntools = \"typed\"\ncalls_per_minute_max = 1000000\n\n[resources.every]\nkind = \"mcp\"\nurl = \"{}\"\n\
         exclude = [\"trigger-long-running-operation\", \"simulate-research-query\"]\n\
         bind.\"header:X-User\" = \"{{caller.id}}\"\n",
        auth(),
        server.url()
    ))
    .await;
    let (alice, bob) = (bellhop.mcp(&token("alice")), bellhop.mcp(&token("bob")));
    let given = json!({"name": "ALICE-0905.gz", "data": "data:text/plain,ALICE-0906", "outputType": "resourceLink"});
    let made = alice.call_raw("every_gzip-file-as-resource", &given).await;
    assert!(made.to_string().contains("ALICE-0905"), "{made}");
    let get = |name: &str| json!({"identifier": format!("demo://resource/session/{name}")});
    let own = alice.call("every_resources_get", &get("ALICE-0905.gz")).await;
    assert_eq!(own["success"], true, "{own:?}");
    let theirs = bob.call("every_resources_get", &get("ALICE-0905.gz")).await;
    let missing = bob.call("every_resources_get", &get("none-such.gz")).await;
    assert_eq!(theirs["code"], "not_found", "{theirs:?}");
    assert_eq!((&theirs["code"], &theirs["error"]), (&missing["code"], &missing["error"]));
    let mut findings = Findings::default();
    for (tool, _, schema) in targets(&bob).await {
        let properties = schema["properties"].as_object().cloned().unwrap_or_default();
        let names: Vec<String> = properties.keys().cloned().chain(["user_id".into(), "userId".into()]).collect();
        for name in &names {
            for value in [json!("alice"), json!("demo://resource/session/ALICE-0905.gz"), json!("ALICE-0905.gz")] {
                let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let required = required.map(|it| (it.to_owned(), fitting(&properties[it], &json!("his"))));
                let mut input: Map<String, Value> = required.collect();
                let of = properties.get(name).cloned().unwrap_or_default();
                input.insert(name.clone(), fitting(&of, &value));
                let arguments = Value::from(input);
                let answer = bob.call_raw(&tool, &arguments).await;
                findings.calls += 1;
                findings.wrote(&arguments);
                findings.look(&tool, &arguments, &answer);
            }
        }
    }
    let listed = bob.call_raw("every_resources_list", &json!({"limit": 100})).await;
    findings.look("every_resources_list", &Value::Null, &listed);
    let again = alice.call("every_resources_get", &get("ALICE-0905.gz")).await;
    assert_eq!(again["data"], own["data"]);
    eprintln!("{}", findings.summary());
    findings.assert_clean_after(60);
}

#[tokio::test]
async fn typed_tools_of_other_mcp_servers_keep_users_apart() {
    attacked("typed").await.assert_clean_after(500);
}

#[tokio::test]
async fn universal_tools_of_other_mcp_servers_keep_users_apart() {
    attacked("universal").await.assert_clean_after(500);
}
