use serde_json::{Value, json};

use super::server::{Answer, Server, failed};

#[tokio::test]
async fn two_users_get_different_answers() {
    let server = Server::start().await;
    let made = server.call("alice", "desk_notes_create", json!({"data": {"text": "milk"}})).await;
    assert_eq!((made.status, made.json()), (200, json!({"success": true, "data": {"id": 1, "text": "milk"}, "id": 1})));
    let hers = server.call("alice", "desk_notes_list", json!({})).await.json();
    assert_eq!(hers, json!({"success": true, "data": [{"id": 1, "text": "milk"}], "count": 1, "has_more": false}));
    let his = server.call("bob", "desk_notes_list", json!({})).await.json();
    assert_eq!(his, json!({"success": true, "data": [], "count": 0, "has_more": false}));
}

#[tokio::test]
async fn another_users_item_is_not_found_in_the_words_for_a_missing_one() {
    let server = Server::start().await;
    server.call("alice", "desk_notes_create", json!({"data": {"text": "milk"}})).await;
    let foreign = server.call("bob", "desk_notes_get", json!({"identifier": 1})).await;
    let missing = server.call("bob", "desk_notes_get", json!({"identifier": 2})).await;
    assert_eq!(foreign.failure(), (404, failed("not_found", false)));
    assert_eq!(foreign.json()["error"], missing.json()["error"]);
}

#[tokio::test]
async fn the_list_holds_what_may_be_called_and_nothing_else() {
    let server = Server::start().await;
    let list = |token: String| async {
        let body = Answer::of(server.get("/api/tools").bearer_auth(token)).await.json();
        let names: Vec<_> =
            body["data"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(body["count"], names.len());
        names
    };
    let open = list(server.token("alice")).await;
    let all = list(server.token_with(json!({"sub": "alice", "scope": "vault:read vault:write"}))).await;
    assert!(open.contains(&"desk_notes_list".into()) && !open.iter().any(|name| name.starts_with("vault")), "{open:?}");
    assert!(all.contains(&"vault_notes_delete".into()), "{all:?}");
}

#[tokio::test]
async fn every_kind_of_failure_has_its_status() {
    let server = Server::start().await;
    let statuses = [
        ("invalid_argument", 400, false, ""),
        ("not_found", 404, false, ""),
        ("permission_denied", 403, false, ""),
        ("identity_mismatch", 403, false, ""),
        ("conflict", 409, false, ""),
        ("limit_exceeded", 422, false, ""),
        ("rate_limited", 429, true, "7"),
        ("timeout", 504, true, ""),
        ("unavailable", 503, true, "5"),
        ("not_connected", 403, false, ""),
        ("unsupported", 400, false, ""),
        ("internal", 500, false, ""),
    ];
    for (code, status, retryable, after) in statuses {
        let answer = server.call("alice", "desk_fail", json!({"kind": code})).await;
        let mut envelope = failed(code, retryable);
        if code == "rate_limited" {
            envelope["retry_after_s"] = json!(7);
        }
        if code == "not_connected" {
            envelope["visit"] = json!(super::resource::VISIT);
        }
        assert_eq!(answer.failure(), (status, envelope));
        assert_eq!(answer.header("retry-after"), after, "{code}");
        assert!(!answer.text.contains("secret"), "{}", answer.text);
    }
}

#[tokio::test]
async fn an_unknown_tool_is_404() {
    let server = Server::start().await;
    assert_eq!(server.call("alice", "nothing", json!({})).await.failure(), (404, failed("unknown_tool", false)));
}

#[tokio::test]
async fn a_name_that_is_no_text_is_400() {
    let server = Server::start().await;
    let answer = Answer::of(server.post("/api/tools/%ff").bearer_auth(server.token("alice"))).await;
    assert_eq!(answer.failure(), (400, failed("invalid_argument", false)));
}

#[tokio::test]
async fn bad_arguments_are_400_with_a_way_out() {
    let server = Server::start().await;
    let answer = server.call("alice", "desk_notes_list", json!({"colour": "red"})).await;
    assert_eq!(answer.failure(), (400, failed("invalid_argument", false)));
    assert!(answer.json()["error"].as_str().unwrap().contains("Known: "), "{}", answer.text);
    let answer = server.call("alice", "desk_notes_list", json!([1])).await;
    assert_eq!(answer.failure(), (400, failed("invalid_argument", false)));
}

#[tokio::test]
async fn an_argument_that_names_another_user_is_refused() {
    let server = Server::start().await;
    let answer = server.call("alice", "desk_notes_list", json!({"user_id": "bob"})).await;
    assert_eq!(answer.failure(), (403, failed("identity_mismatch", false)));
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused_and_none_is_none() {
    let server = Server::start().await;
    let post = || server.post("/api/tools/desk_notes_list").bearer_auth(server.token("alice"));
    let text = Answer::of(post().body("{}").header("content-type", "text/plain")).await;
    assert_eq!(text.failure(), (415, failed("unsupported_media_type", false)));
    let broken = Answer::of(post().body("{").header("content-type", "application/json")).await;
    assert_eq!(broken.failure(), (400, failed("invalid_argument", false)));
    let none = Answer::of(post()).await;
    assert_eq!((none.status, &none.json()["success"]), (200, &Value::Bool(true)));
    let charset = Answer::of(post().body("{}").header("content-type", "Application/JSON; charset=utf-8")).await;
    assert_eq!(charset.status, 200);
}

#[tokio::test]
async fn a_missing_scope_is_403_and_names_all_that_the_call_needs() {
    let server = Server::start().await;
    let answer = server.call("alice", "vault_notes_create", json!({"data": {"text": "x"}})).await;
    assert_eq!(answer.failure(), (403, failed("insufficient_scope", false)));
    assert_eq!(
        answer.header("www-authenticate"),
        format!(
            "Bearer resource_metadata=\"http://{}/.well-known/oauth-protected-resource/mcp\", error=\"insufficient_scope\", \
             error_description=\"the token lacks a scope that this needs\", scope=\"vault:read vault:write\"",
            server.address
        )
    );
}

#[tokio::test]
async fn calls_beyond_the_rate_are_429() {
    let options = gateway::Options { calls_per_minute_max: 2, ..gateway::Options::default() };
    let server = Server::with(bellhop_server::Config::default(), options).await;
    let mut last = None;
    for _ in 0..3 {
        last = Some(server.call("alice", "desk_notes_list", json!({})).await);
    }
    let last = last.unwrap();
    assert_eq!(last.status, 429);
    assert!(last.header("retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(server.call("bob", "desk_notes_list", json!({})).await.status, 200);
}
