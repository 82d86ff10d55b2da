//! Canaille: tokens for users are JSON Web Tokens in the form of ID tokens, tokens of machines are opaque, and it is
//! asked about both.

use std::time::Duration;

use super::{bellhop, is_refused, writes_a_note};
use crate::support::providers::{Canaille, part};

fn auth(provider: &Canaille, tokens: &str, more: &str) -> String {
    format!(
        "issuer = \"{}\"\naudience = \"bellhop\"\n{more}\nintrospection = {{ client_id = \"bellhop\", \
         client_secret = \"bellhop-secret\", tokens = \"{tokens}\", cache_s = 2 }}",
        provider.url()
    )
}

#[tokio::test]
async fn tokens_of_canaille_call_a_tool_until_they_are_revoked() {
    let provider = Canaille::start().await;
    let bellhop = bellhop(&auth(&provider, "all", "")).await;
    let (alice, bob) = (provider.sign_in("alice").await, provider.sign_in("bob").await);
    assert_eq!(part(alice.access(), 0)["alg"], "RS512");
    writes_a_note(&bellhop, alice.access(), "alice").await;
    writes_a_note(&bellhop, bob.access(), "bob").await;
    is_refused(&bellhop, alice.id(), "an id token").await;
    is_refused(&bellhop, alice.refresh(), "a refresh token").await;
    provider.revoke(alice.access()).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    is_refused(&bellhop, alice.access(), "a revoked token whose signature is good").await;
    assert_eq!(bellhop.mcp(bob.access()).status().await.0, 200);
}

#[tokio::test]
async fn an_opaque_token_of_a_machine_is_no_user() {
    let provider = Canaille::start().await;
    let machine = provider.machine().await;
    assert!(!machine.contains('.'), "{machine} is not opaque");
    let users_only = bellhop(&auth(&provider, "opaque", "")).await;
    is_refused(&users_only, &machine, "a token that a machine got for itself").await;
    let with_clients = bellhop(&auth(&provider, "opaque", "client_prefix = \"client:\"")).await;
    writes_a_note(&with_clients, &machine, "client:machine").await;
}
