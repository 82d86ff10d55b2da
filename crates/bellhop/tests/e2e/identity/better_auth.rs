//! Better Auth's jwt plugin.

use serde_json::{Value, json};

use super::{bellhop, is_refused, jwks, writes_a_note};
use crate::support::providers::{BetterAuth, part};

#[tokio::test]
async fn a_token_of_better_auth_calls_a_tool() {
    let provider = BetterAuth::start(&[]).await;
    let bellhop = bellhop(&jwks(provider.url(), provider.url(), &provider.jwks())).await;
    let (alice, bob) = (provider.sign_up("alice").await, provider.sign_up("bob").await);
    let (alices, bobs) = (provider.token(&alice).await, provider.token(&bob).await);
    writes_a_note(&bellhop, &alices, &alice.user_id).await;
    let missing = bellhop.mcp(&bobs).call("notes_files_get", &json!({"identifier": "note.txt"})).await;
    assert_eq!(missing["code"], "not_found", "{missing:?}");
    writes_a_note(&bellhop, &bobs, &bob.user_id).await;
}

#[tokio::test]
async fn every_algorithm_of_better_auth_is_understood() {
    for algorithm in ["EdDSA", "ES256", "ES512", "RS256", "PS256"] {
        let provider = BetterAuth::start(&[("ALG", algorithm)]).await;
        let bellhop = bellhop(&jwks(provider.url(), provider.url(), &provider.jwks())).await;
        let alice = provider.sign_up("alice").await;
        writes_a_note(&bellhop, &provider.token(&alice).await, &alice.user_id).await;
    }
}

#[tokio::test]
async fn a_key_that_better_auth_makes_later_is_fetched_and_one_that_vanishes_is_forgotten() {
    let provider = BetterAuth::start(&[("ROTATE_S", "1")]).await;
    let bellhop = bellhop(&jwks(provider.url(), provider.url(), &provider.jwks())).await;
    let alice = provider.sign_up("alice").await;
    let first = provider.token(&alice).await;
    writes_a_note(&bellhop, &first, &alice.user_id).await;
    // Longer than a key lives and than the pause between two fetches for unknown keys.
    tokio::time::sleep(std::time::Duration::from_millis(5_500)).await;
    let second = provider.token(&alice).await;
    assert_ne!(key_of(&first), key_of(&second), "Better Auth made no new key");
    let (status, _) = bellhop.mcp(&second).status().await;
    assert_eq!(status, 200, "{}", bellhop.log());
    // The old key's time was over long before its token's: it has vanished from the set that was fetched for the new one.
    assert!(part(&first, 1)["exp"].as_u64() > part(&second, 1)["iat"].as_u64(), "the first token is not expired");
    is_refused(&bellhop, &first, "a token whose key has vanished").await;
}

fn key_of(token: &str) -> String {
    token.split('.').next().expect("a header").to_owned()
}

#[tokio::test]
async fn a_session_token_of_better_auth_is_no_access_token() {
    let provider = BetterAuth::start(&[]).await;
    let bellhop = bellhop(&jwks(provider.url(), provider.url(), &provider.jwks())).await;
    let alice = provider.sign_up("alice").await;
    is_refused(&bellhop, &alice.session_token, "an opaque session token").await;
}

#[tokio::test]
async fn its_tokens_say_no_typ_and_its_keys_no_use_and_both_are_understood() {
    let provider = BetterAuth::start(&[]).await;
    let alice = provider.sign_up("alice").await;
    let token = provider.token(&alice).await;
    assert_eq!(part(&token, 0).get("typ"), None, "this test is about a header without it");
    let keys: Value = crate::support::http().get(provider.jwks()).send().await.unwrap().json().await.unwrap();
    assert!(keys["keys"].as_array().is_some_and(|keys| keys.iter().all(|key| key.get("use").is_none())), "{keys}");
    let bellhop = bellhop(&jwks(provider.url(), provider.url(), &provider.jwks())).await;
    writes_a_note(&bellhop, &token, &alice.user_id).await;
}

#[tokio::test]
async fn the_issuer_is_the_bare_origin_byte_for_byte() {
    let provider = BetterAuth::start(&[]).await;
    let token = provider.token(&provider.sign_up("alice").await).await;
    assert_eq!((&part(&token, 1)["iss"], &part(&token, 1)["aud"]), (&json!(provider.url()), &json!(provider.url())));
    for other in [format!("{}/", provider.url()), format!("{}/api/auth", provider.url())] {
        let bellhop = bellhop(&jwks(&other, provider.url(), &provider.jwks())).await;
        is_refused(&bellhop, &token, &other).await;
    }
}
