//! What a server says and answers, over HTTP, in the stateless revision and in sessions.

use std::sync::{Arc, Mutex};

use connector::{Answers, Complete, Completed, Connector, ErrorKind, Invoke, Operation, Read, Recite};
use serde_json::{Map, Value, json};
use testkit::mcp::McpServer;

use crate::support::{call, called, data, object, open, run, text};

fn bound(url: &str) -> Value {
    json!({"url": url, "bind": {"header:X-User": "{caller.id}", "user_id": "{caller.id}", "meta:com.example/user": "{caller.id}"}})
}

#[tokio::test]
async fn a_stateless_server_is_called_as_each_caller() {
    let (server, folder) = (McpServer::notes(&[]).await, tempfile::tempdir().unwrap());
    let mcp = open(bound(&server.url()), folder.path()).await.unwrap();
    let (alice, bob) = (testkit::caller("alice").await, testkit::caller("bob").await);

    let catalog = mcp.catalog();
    let list = catalog.action("list_notes").unwrap();
    assert!(!Value::from((*list.input.get()).clone()).to_string().contains("user_id"), "{:?}", list.input);
    assert_eq!((list.effect.as_str(), list.identity.as_slice()), ("read", ["user_id".to_owned()].as_slice()));
    assert_eq!(catalog.action("add_note").unwrap().effect.as_str(), "write");
    assert_eq!(catalog.action("picture").unwrap().effect.as_str(), "destroy");
    let shown = catalog.action("whoami").unwrap().shown.clone().unwrap();
    assert_eq!(shown.title.as_deref(), Some("Who am I"));
    assert_eq!(catalog.description.as_deref(), Some("Notes of whoever asks."));

    let of = async |caller| called(&mcp, caller, "list_notes", json!({})).await.unwrap().structured;
    assert_eq!(of(&alice).await, Some(json!({"result": ["ALICE-0001 buy milk"]})));
    assert_eq!(of(&bob).await, Some(json!({"result": ["bread of his"]})));
    let error = called(&mcp, &bob, "list_notes", json!({"user_id": "alice"})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IdentityMismatch);
    let who = called(&mcp, &bob, "whoami", json!({})).await.unwrap().structured.unwrap();
    assert_eq!((&who["user"], &who["meta"]), (&json!("bob"), &json!({"com.example/user": "bob"})));

    let picture = called(&mcp, &alice, "picture", json!({})).await.unwrap();
    assert_eq!(picture.blocks[0], text("a pixel"));
    assert_eq!((&picture.blocks[1]["type"], &picture.blocks[1]["mimeType"]), (&json!("image"), &json!("image/png")));
    let fails = called(&mcp, &alice, "fails", json!({})).await.unwrap();
    assert!(
        fails.failed && fails.blocks[0]["text"].as_str().unwrap().contains("Error executing tool fails"),
        "{fails:?}"
    );
}

#[tokio::test]
async fn progress_and_lines_come_while_it_works() {
    let (server, folder) = (McpServer::notes(&[]).await, tempfile::tempdir().unwrap());
    let mcp = open(bound(&server.url()), folder.path()).await.unwrap();
    let alice = testkit::caller("alice").await;
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let (progress, lines) = (heard.clone(), heard.clone());
    let context = testkit::context()
        .with_progress(move |it| progress.lock().unwrap().push(format!("{}/{:?} {:?}", it.done, it.total, it.message)))
        .with_lines("info".into(), move |it| lines.lock().unwrap().push(format!("{} {}", it.level, it.data)));
    run(&mcp, &alice, call("steps", json!({"count": 2})), &context).await.unwrap();
    let heard = heard.lock().unwrap();
    let wanted =
        ["1/Some(2.0) Some(\"step 1\")", "info \"did step 1\"", "2/Some(2.0) Some(\"step 2\")", "info \"did step 2\""];
    assert_eq!(*heard, wanted);
}

#[tokio::test]
async fn a_question_and_its_answer_pass_through() {
    let (server, folder) = (McpServer::notes(&[]).await, tempfile::tempdir().unwrap());
    let mcp = open(bound(&server.url()), folder.path()).await.unwrap();
    let alice = testkit::caller("alice").await;
    let mut context = testkit::context();
    context.client = object(json!({"elicitation": {"form": {}}}));
    let asked = run(&mcp, &alice, call("greet_me", json!({})), &context).await.unwrap().asked.unwrap();
    assert_eq!(asked.requests["name"]["params"]["message"], "Your name?");
    let responses = object(json!({"name": {"action": "accept", "content": {"name": "Alice"}}}));
    let answers = Some(Answers { responses, state: asked.state });
    let next = Operation::Invoke(Invoke { action: "greet_me".into(), input: Map::new(), answers });
    let outcome = run(&mcp, &alice, next, &context).await.unwrap();
    assert_eq!(data(&outcome), json!({"result": "hello Alice after s-1"}));
}

#[tokio::test]
async fn prompts_documents_and_completions_are_passed_on() {
    let (server, folder) = (McpServer::notes(&[]).await, tempfile::tempdir().unwrap());
    let mcp = open(bound(&server.url()), folder.path()).await.unwrap();
    let (alice, bob) = (testkit::caller("alice").await, testkit::caller("bob").await);
    let context = testkit::context();
    let catalog = mcp.catalog();
    let prompt = &catalog.prompts[0];
    assert_eq!(
        (prompt.name.as_str(), prompt.arguments.len(), prompt.identity.as_slice()),
        ("greeting", 1, ["user_id".to_owned()].as_slice())
    );
    let recite = Operation::Recite(Recite {
        prompt: "greeting".into(),
        arguments: object(json!({"name": "Eve"})),
        answers: None,
    });
    let said = data(&run(&mcp, &bob, recite, &context).await.unwrap());
    assert_eq!(said["messages"][0]["content"]["text"], "Say hello to Eve from bob.");
    let documents = catalog.documents.clone().unwrap();
    assert_eq!(documents.templates[0]["uriTemplate"], "notes://by/{name}");
    let read = |uri: &str| Operation::Read(Read { uri: uri.into(), answers: None });
    let own = data(&run(&mcp, &alice, read("notes://by/alice"), &context).await.unwrap());
    assert_eq!(own[0]["text"], "ALICE-0001 buy milk");
    assert!(run(&mcp, &bob, read("notes://by/alice"), &context).await.is_err());
    let missing = run(&mcp, &bob, read("notes://nothing"), &context).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    let complete = Complete {
        of: Completed::Prompt("greeting".into()),
        argument: "name".into(),
        value: "an".into(),
        settled: Map::new(),
    };
    let ends = data(&run(&mcp, &bob, Operation::Complete(complete), &context).await.unwrap());
    assert_eq!(ends, json!({"values": ["anna", "anton"], "total": 2, "hasMore": false}));
}

#[tokio::test]
async fn a_server_of_sessions_is_called_in_one_of_each_caller() {
    let (mut server, folder) = (McpServer::everything().await, tempfile::tempdir().unwrap());
    let mcp = open(json!({"url": server.url(), "shared": true}), folder.path()).await.unwrap();
    let (alice, bob) = (testkit::caller("alice").await, testkit::caller("bob").await);
    for caller in [&alice, &bob] {
        let echo = called(&mcp, caller, "echo", json!({"message": "hi"})).await.unwrap();
        assert_eq!(echo.blocks, [text("Echo: hi")]);
    }
    let weather = called(&mcp, &alice, "get-structured-content", json!({"location": "New York"})).await.unwrap();
    assert!(weather.structured.unwrap().get("temperature").is_some());
    // The sessions are gone, and new ones begin by themselves.
    server.kill().await;
    let away = called(&mcp, &alice, "echo", json!({"message": "hi"})).await.unwrap_err();
    assert_eq!(away.kind(), ErrorKind::Unavailable);
    server.restart(&[]).await;
    let echo = called(&mcp, &alice, "echo", json!({"message": "again"})).await.unwrap();
    assert_eq!(echo.blocks, [text("Echo: again")]);
}

#[tokio::test]
async fn what_nothing_ties_to_its_caller_is_closed() {
    let (server, folder) = (McpServer::notes(&[]).await, tempfile::tempdir().unwrap());
    let mcp = open(json!({"url": server.url(), "bind": {"user_id": "{caller.id}"}}), folder.path()).await.unwrap();
    let catalog = mcp.catalog();
    let mut names: Vec<&str> = catalog.actions.iter().map(|action| action.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["add_note", "list_notes"]);
    assert!(catalog.documents.is_none() && catalog.collections.is_empty());
    assert!(catalog.hidden.iter().any(|hidden| hidden.name == "whoami"), "{:?}", catalog.hidden);
}
