use std::collections::{BTreeMap, BTreeSet};

use bellhop_access::{ConfigError, IssuerConfig, TokenError, Verifier, VerifierOptions};
use serde_json::json;
use testkit::issuer::changed;

use super::{AUDIENCE, ISSUER, Inline, alice, claims, jwks};

#[tokio::test]
async fn an_id_token_is_known_by_its_own_signs_even_where_the_audience_is_ours() {
    let inline = Inline::new("EdDSA");
    for sign in [
        json!({"nonce": "n"}),
        json!({"at_hash": "h"}),
        json!({"c_hash": "h"}),
        json!({"s_hash": "h"}),
        json!({"token_use": "id"}),
        json!({"typ": "ID"}),
        json!({"token_use": "id", "typ": "Bearer"}),
    ] {
        assert_eq!(inline.changes(&sign).await, Err(TokenError::Type), "{sign}");
    }
}

#[tokio::test]
async fn refresh_and_logout_tokens_are_no_access_tokens() {
    let inline = Inline::with("EdDSA", |config| IssuerConfig { accept_id_tokens: true, ..config });
    for sign in [
        json!({"token_use": "refresh"}),
        json!({"typ": "Refresh"}),
        json!({"typ": "Offline"}),
        json!({"typ": "Logout"}),
        json!({"type": "refresh"}),
        json!({"token_type": "refresh"}),
        json!({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}),
    ] {
        assert_eq!(inline.changes(&sign).await, Err(TokenError::Type), "{sign}");
    }
}

#[tokio::test]
async fn an_access_token_that_says_so_may_carry_the_nonce_of_the_sign_in() {
    let inline = Inline::new("EdDSA");
    let with_nonce = changed(claims(), &json!({"nonce": "n"}));
    let header = json!({"typ": "at+jwt", "alg": "EdDSA", "kid": "one"});
    assert_eq!(inline.token(&inline.key.sign(&header, &with_nonce)).await, alice());
    for says in [json!({"typ": "Bearer"}), json!({"token_use": "access"}), json!({"token_type": "access"})] {
        assert_eq!(inline.claims(&changed(with_nonce.clone(), &says)).await, alice(), "{says}");
    }
}

#[tokio::test]
async fn id_tokens_are_accepted_only_where_configuration_says_so() {
    let inline = Inline::with("EdDSA", |config| IssuerConfig { accept_id_tokens: true, ..config });
    assert_eq!(inline.changes(&json!({"nonce": "n", "at_hash": "h"})).await, alice());
    assert_eq!(inline.changes(&json!({"token_use": "id"})).await, alice());
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_key_is_no_bearer_token() {
    let inline = Inline::new("EdDSA");
    assert_eq!(
        inline.changes(&json!({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}})).await,
        Err(TokenError::Bound)
    );
    assert_eq!(inline.changes(&json!({"cnf": null})).await, alice());
}

#[tokio::test]
async fn a_token_may_be_accepted_by_the_client_it_was_given_to() {
    let inline = Inline::with("EdDSA", |config| IssuerConfig {
        audiences: vec![],
        clients: vec!["https://app.test".into(), "second".into()],
        ..config
    });
    let no_aud = |more| changed(changed(claims(), &json!({"aud": null})), &more);
    for given in [json!({"azp": "https://app.test"}), json!({"client_id": "second"}), json!({"cid": "second"})] {
        assert_eq!(inline.claims(&no_aud(given.clone())).await, alice(), "{given}");
    }
    for given in [
        json!({}),
        json!({"azp": "https://evil.test"}),
        json!({"azp": "https://app.test", "client_id": "evil"}),
        json!({"azp": ["https://app.test"]}),
        json!({"azp": ""}),
    ] {
        assert_eq!(inline.claims(&no_aud(given.clone())).await, Err(TokenError::Client), "{given}");
    }
    let azp = json!({"azp": "https://app.test"});
    assert_eq!(inline.claims(&changed(claims(), &azp)).await, Err(TokenError::Audience), "it is for somebody else");
    assert_eq!(inline.claims(&changed(no_aud(azp), &json!({"aud": []}))).await, alice(), "for nobody in particular");
}

#[tokio::test]
async fn with_audience_and_clients_both_must_fit() {
    let inline = Inline::with("EdDSA", |config| IssuerConfig { clients: vec!["web".into()], ..config });
    assert_eq!(inline.changes(&json!({"azp": "web"})).await, alice());
    assert_eq!(inline.changes(&json!({"azp": "other"})).await, Err(TokenError::Client));
    assert_eq!(inline.changes(&json!({})).await, Err(TokenError::Client));
    assert_eq!(inline.changes(&json!({"azp": "web", "aud": "x"})).await, Err(TokenError::Audience));
}

#[test]
fn without_audience_and_clients_nothing_is_for_us() {
    let keys = bellhop_access::Keys::Jwks(jwks(&[testkit::issuer::SigningKey::new("one", "EdDSA").jwk()]));
    let config = IssuerConfig::without_audience(ISSUER, keys);
    let error = Verifier::new(vec![config], VerifierOptions::default()).map(drop).unwrap_err();
    assert!(matches!(error, ConfigError::NoAudience { .. }));
}

#[tokio::test]
async fn machines_are_known_by_the_signs_of_their_providers() {
    let inline = Inline::new("EdDSA");
    for machine in [
        json!({"sub": "m2m", "cid": "m2m"}),
        json!({"sub": "app-id", "appid": "app-id"}),
        json!({"sub": AUDIENCE}),
        json!({"sub": "m2m@clients", "azp": "m2m"}),
        json!({"tid": "t", "oid": "o", "sub": "o", "roles": ["x"]}),
        json!({"sub": "f3c1", "azp": "My-Service", "preferred_username": "service-account-my-service"}),
    ] {
        assert_eq!(inline.changes(&machine).await, Err(TokenError::Machine), "{machine}");
    }
    for user in [
        json!({"tid": "t", "oid": "alice", "scp": "x"}),
        json!({"preferred_username": "service-account-x", "azp": "web"}),
    ] {
        assert_eq!(inline.changes(&user).await, alice(), "{user}");
    }
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[tokio::test]
async fn scopes_and_roles_come_from_the_claims_that_configuration_names() {
    let inline = Inline::with("EdDSA", |config| IssuerConfig {
        scopes_claims: vec!["authorization.scopes".into()],
        roles_claims: vec!["realm_access.roles".into(), "https://example.com/roles".into(), "missing".into()],
        ..config
    });
    let claims = json!({
        "authorization": {"scopes": "a b"}, "realm_access": {"roles": ["admin"]},
        "https://example.com/roles": "editor,reader", "scope": "not-this", "roles": ["nor-this"],
    });
    let caller = inline.verifier.verify(&inline.key.token(&changed(super::claims(), &claims))).await.unwrap();
    assert_eq!(*caller.scopes(), set(&["a", "b"]));
    assert_eq!(*caller.roles(), set(&["admin", "editor", "reader"]));
}

#[tokio::test]
async fn a_scope_holds_what_configuration_says_and_what_that_holds() {
    let holds = |scope: &str, below: &[&str]| (scope.to_owned(), set(below));
    let inline = Inline::with("EdDSA", |config| IssuerConfig {
        scopes: BTreeMap::from([
            holds("shop:admin", &["shop:write", "shop:audit"]),
            holds("shop:write", &["shop:read"]),
            // A circle ends.
            holds("shop:read", &["shop:admin:none", "shop:circle"]),
            holds("shop:circle", &["shop:read"]),
        ]),
        ..config
    });
    for (scope, held) in [
        ("shop:admin", &["shop:admin", "shop:audit", "shop:write", "shop:read", "shop:admin:none", "shop:circle"][..]),
        ("shop:write other", &["shop:write", "other", "shop:read", "shop:admin:none", "shop:circle"]),
        ("shop:*", &["shop:*"]),
        ("shop", &["shop"]),
        ("", &[]),
    ] {
        let token = inline.key.token(&changed(claims(), &json!({"scope": scope})));
        let caller = inline.verifier.verify(&token).await.unwrap();
        assert_eq!(*caller.scopes(), set(held), "{scope}");
    }
}
