//! oidc-provider: authorization code with PKCE, client credentials, resource indicators, opaque tokens.

use std::time::Duration;

use serde_json::json;

use super::{bellhop, is_refused, serve, writes_a_note};
use crate::support::providers::{OidcProvider, Wish, part};

const API: &str = "https://bellhop.test/api";

#[tokio::test]
async fn access_tokens_of_oidc_provider_call_a_tool() {
    let resources = ["RS256", "ES256", "EdDSA", "Ed25519"].map(|alg| (format!("https://bellhop.test/{alg}"), alg));
    let provider = OidcProvider::start(&json!(std::collections::BTreeMap::from(resources.clone()))).await;
    // Without `jwks` the keys are found by discovery.
    let audiences = json!(resources.each_ref().map(|(resource, _)| resource));
    let bellhop = bellhop(&format!("issuer = \"{}\"\naudience = {audiences}", provider.url())).await;
    for (resource, alg) in &resources {
        let (access, id) = provider.sign_in(&format!("alice-{alg}"), resource).await;
        assert_eq!(part(&access, 0)["alg"], *alg, "the algorithm by its own name");
        assert_eq!(part(&access, 0)["typ"], "at+jwt");
        writes_a_note(&bellhop, &access, &format!("alice-{alg}")).await;
        is_refused(&bellhop, &id, "an id token, whose audience is the client").await;
    }
    let (rs, _) = &resources[0];
    let machine = provider.machine(rs).await;
    assert_eq!(part(&machine, 1)["sub"], part(&machine, 1)["client_id"], "the sign of a machine");
    is_refused(&bellhop, &machine, "a token that a machine got for itself").await;
    let (foreign, _) = OidcProvider::start(&json!({rs: "RS256"})).await.sign_in("alice", rs).await;
    is_refused(&bellhop, &foreign, "a token of another provider with the same key ids").await;
}

#[tokio::test]
async fn an_id_token_is_refused_also_where_the_client_is_the_audience() {
    let provider = OidcProvider::start(&json!({API: "RS256"})).await;
    let (_, id) = provider.sign_in("alice", API).await;
    assert_eq!((&part(&id, 1)["aud"], &part(&id, 1)["nonce"]), (&json!("app"), &json!("of-this-sign-in")));
    let auth = format!("issuer = \"{}\"\naudience = \"app\"", provider.url());
    is_refused(&bellhop(&auth).await, &id, "an id token").await;
    let willing = bellhop(&format!("{auth}\naccept_id_tokens = true")).await;
    writes_a_note(&willing, &id, "alice").await;
}

#[tokio::test]
async fn a_client_comes_in_under_a_prefix_of_its_own_where_configuration_says_so() {
    let provider = OidcProvider::start(&json!({API: "RS256"})).await;
    let auth = format!("issuer = \"{}\"\naudience = \"{API}\"\nclient_prefix = \"client:\"", provider.url());
    let bellhop = bellhop(&auth).await;
    writes_a_note(&bellhop, &provider.machine(API).await, "client:machine").await;
    let (namesake, _) = provider.sign_in("machine", API).await;
    writes_a_note(&bellhop, &namesake, "machine").await;
    let (mimic, _) = provider.sign_in("client:machine", API).await;
    is_refused(&bellhop, &mimic, "a user who would be the client").await;
}

#[tokio::test]
async fn an_opaque_token_is_asked_about_and_a_revoked_one_stops_working() {
    let provider = OidcProvider::start(&json!({API: "opaque", "https://other.test": "opaque"})).await;
    let auth = format!(
        "issuer = \"{}\"\naudience = \"{API}\"\n\
         introspection = {{ client_id = \"bellhop\", client_secret = \"bellhop-secret\", cache_s = 2 }}",
        provider.url()
    );
    let bellhop = bellhop(&auth).await;
    let wish = Wish { scope: "openid offline_access tools:read", resource: Some(API) };
    let (alice, bob) = (provider.tokens("alice", &wish).await, provider.tokens("bob", &wish).await);
    assert!(!alice.access().contains('.'), "{} is not opaque", alice.access());
    writes_a_note(&bellhop, alice.access(), "alice").await;
    writes_a_note(&bellhop, bob.access(), "bob").await;

    let said = provider.says(alice.refresh()).await;
    assert_eq!(said["active"], true, "the provider answers for refresh tokens too: {said}");
    is_refused(&bellhop, alice.refresh(), "a refresh token").await;
    let elsewhere = provider.tokens("alice", &Wish { resource: Some("https://other.test"), ..wish }).await;
    is_refused(&bellhop, elsewhere.access(), "an active token for another resource").await;
    is_refused(&bellhop, &provider.machine(API).await, "a machine's opaque token").await;
    is_refused(&bellhop, "x".repeat(43).as_str(), "a token that nobody made").await;

    provider.revoke(alice.access()).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    is_refused(&bellhop, alice.access(), "a revoked token").await;
    assert_eq!(bellhop.mcp(bob.access()).status().await.0, 200, "another's token is still good");
}

#[tokio::test]
async fn an_introspection_that_does_not_know_us_is_503_and_not_the_tokens_fault() {
    let provider = OidcProvider::start(&json!({API: "opaque"})).await;
    let auth = format!(
        "[auth]\nissuer = \"{}\"\naudience = \"{API}\"\njwks = \"none\"\n[auth.introspection]\nclient_id = \"bellhop\"\n\
         client_secret = \"a wrong one\"\nurl = \"{}/token/introspection\"",
        provider.url(),
        provider.url()
    );
    let bellhop = serve(&auth, "").await;
    let token = provider.tokens("alice", &Wish { scope: "openid tools:read", resource: Some(API) }).await;
    assert_eq!(bellhop.mcp(token.access()).status().await.0, 503);
    assert!(!bellhop.log().contains(token.access()) && !bellhop.log().contains("a wrong one"), "{}", bellhop.log());
}
