//! `API_BASE_URL` and `API_KEY`: one key is one user's, or everybody's where that is said.

use serde_json::json;

use super::{ISSUER, api, last, token};
use crate::support::fixtures::SECRET;
use crate::support::{Bellhop, process};

async fn serve(url: &str, more: &[(&str, &str)]) -> Bellhop {
    let mut all = vec![("JWT_SECRET", SECRET), ("JWT_ISSUER", ISSUER), ("API_BASE_URL", url)];
    all.extend(more);
    Bellhop::start(process::home(), &["serve", "--port", "0", "--json"], &all).await
}

#[tokio::test]
async fn one_key_alone_opens_nothing_and_says_what_would() {
    let api = api().await;
    let bellhop = serve(api.url(), &[("API_KEY", "key-1234")]).await;
    assert!(bellhop.mcp(&token("alice", &json!({}))).tool_names().await.iter().all(|name| !name.starts_with("api_")));
    let log = bellhop.log();
    assert!(log.contains("API_USER") && log.contains("API_SHARED"), "{log}");
    assert!(!log.contains("key-1234"), "{log}");
}

#[tokio::test]
async fn one_key_of_one_user_is_nobody_elses() {
    let api = api().await;
    let bellhop = serve(api.url(), &[("API_KEY", "key-1234"), ("API_USER", "alice")]).await;
    bellhop.mcp(&token("alice", &json!({}))).data("api_listNotes", &json!({})).await;
    assert_eq!(last(&api).header("authorization"), ["Bearer key-1234"]);
    let before = api.requests().len();
    let refused = bellhop.mcp(&token("bob", &json!({}))).call("api_listNotes", &json!({})).await;
    assert_eq!(refused["code"], "permission_denied", "{refused:?}");
    assert_eq!(api.requests().len(), before);
}

#[tokio::test]
async fn one_key_for_all_where_that_is_said() {
    let api = api().await;
    let bellhop = serve(api.url(), &[("API_KEY", "key-1234"), ("API_SHARED", "true")]).await;
    for user in ["alice", "bob"] {
        bellhop.mcp(&token(user, &json!({}))).data("api_listNotes", &json!({})).await;
        assert_eq!(last(&api).header("authorization"), ["Bearer key-1234"]);
    }
    assert!(bellhop.log().contains("acts as") || bellhop.log().contains("as the same account"), "{}", bellhop.log());
}

#[tokio::test]
async fn both_at_once_are_refused() {
    let home = process::home();
    let variables =
        [("API_BASE_URL", "http://127.0.0.1:1"), ("API_KEY", "k"), ("API_USER", "a"), ("API_SHARED", "true")];
    let said = process::refused(home.path(), &["check", "--dev"], &variables).await;
    assert!(said.contains("API_SHARED") && said.contains("API_USER"), "{said}");
}
