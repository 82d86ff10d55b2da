//! Better Auth's MCP plugin: two issuers on one server and one key.

use serde_json::json;

use super::{is_refused, serve, writes_a_note};
use crate::support::providers::{BetterAuthMcp, Wish, part};

const RESOURCE: &str = "http://127.0.0.1:8808/mcp";

fn plugin(provider: &BetterAuthMcp) -> String {
    format!("[[auth]]\nissuer = \"{}\"\naudience = \"{RESOURCE}\"\n", provider.issuer())
}

#[tokio::test]
async fn two_issuers_on_one_key_are_told_apart_and_share_users_only_when_told_to() {
    let provider = BetterAuthMcp::start(RESOURCE).await;
    let alice = provider.sign_up("alice").await;
    let wish = Wish { scope: "openid notes:read", resource: Some(RESOURCE) };
    let (page, tokens) = (provider.token(&alice).await, provider.tokens(&alice, &wish).await);
    assert_eq!(part(&page, 0)["kid"], part(tokens.access(), 0)["kid"], "both are signed with one key");
    assert_ne!(part(&page, 1)["iss"], part(tokens.access(), 1)["iss"]);

    let one = serve(&plugin(&provider), "").await;
    writes_a_note(&one, tokens.access(), &alice.user_id).await;
    is_refused(&one, &page, "a token of the other issuer with the same key").await;
    is_refused(&one, tokens.id(), "an id token of the same key and issuer").await;

    let base = provider.url();
    let page_issuer =
        format!("[[auth]]\nissuer = \"{base}\"\naudience = \"{base}\"\njwks = \"{base}/api/auth/jwks\"\n");
    let apart = serve(&format!("{}{page_issuer}user_prefix = \"page:\"", plugin(&provider)), "").await;
    writes_a_note(&apart, tokens.access(), &alice.user_id).await;
    writes_a_note(&apart, &page, &format!("page:{}", alice.user_id)).await;

    let same = format!("{}{page_issuer}same_users_as = \"{}\"", plugin(&provider), provider.issuer());
    let same = serve(&same, "").await;
    writes_a_note(&same, tokens.access(), &alice.user_id).await;
    let note = same.mcp(&page).data("notes_files_get", &json!({"identifier": "note.txt"})).await;
    assert_eq!(note["content"], format!("a note of {}", alice.user_id));
}

#[tokio::test]
async fn the_audience_is_a_list_with_openid_and_a_text_without() {
    let provider = BetterAuthMcp::start(RESOURCE).await;
    let bellhop = serve(&plugin(&provider), "").await;
    let alice = provider.sign_up("alice").await;
    for (scope, is_list) in [("openid notes:read", true), ("notes:read", false)] {
        let tokens = provider.tokens(&alice, &Wish { scope, resource: Some(RESOURCE) }).await;
        let aud = &part(tokens.access(), 1)["aud"];
        assert_eq!((aud.is_array(), aud.is_string()), (is_list, !is_list), "{aud}");
        assert_eq!(bellhop.mcp(tokens.access()).status().await.0, 200, "{aud}");
    }
}

#[tokio::test]
async fn without_a_resource_its_token_is_opaque_and_for_nobody() {
    let provider = BetterAuthMcp::start(RESOURCE).await;
    let bellhop = serve(&plugin(&provider), "").await;
    let alice = provider.sign_up("alice").await;
    let tokens = provider.tokens(&alice, &Wish { scope: "openid notes:read", resource: None }).await;
    assert!(!tokens.access().contains('.'), "{}", tokens.access());
    is_refused(&bellhop, tokens.access(), "an opaque token").await;
}
