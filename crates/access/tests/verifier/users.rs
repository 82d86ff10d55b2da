use std::collections::BTreeSet;

use bellhop_access::TokenError;
use serde_json::{Value, json};
use testkit::issuer::changed;

use super::{Inline, claims};

/// Whom a token without `sub` and with these claims speaks for.
async fn user(changes: Value) -> Result<String, TokenError> {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove("sub");
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    Inline::new("EdDSA").claims(&claims).await
}

#[tokio::test]
async fn the_id_comes_from_the_first_of_four_claims() {
    let all = json!({"userId": "d", "user_id": "c", "id": "b", "sub": "a"});
    for (left_out, id) in [(0, "a"), (1, "b"), (2, "c"), (3, "d")] {
        let mut claims = all.clone();
        for name in &["sub", "id", "user_id", "userId"][..left_out] {
            claims.as_object_mut().unwrap().remove(*name);
        }
        assert_eq!(user(claims).await, Ok(id.to_owned()));
    }
}

#[tokio::test]
async fn an_integer_is_an_id_in_decimal_digits() {
    assert_eq!(user(json!({"sub": 42})).await, Ok("42".into()));
    assert_eq!(user(json!({"sub": 0})).await, Ok("0".into()));
    assert_eq!(user(json!({"sub": -7})).await, Ok("-7".into()));
    assert_eq!(user(json!({"sub": u64::MAX})).await, Ok("18446744073709551615".into()));
}

#[tokio::test]
async fn a_token_without_an_id_is_refused() {
    assert_eq!(user(json!({})).await, Err(TokenError::NoUser));
    assert_eq!(user(json!({"email": "alice@example.com", "name": "Alice"})).await, Err(TokenError::NoUser));
}

#[tokio::test]
async fn what_is_not_an_id_is_refused_and_no_other_claim_is_tried() {
    for sub in [
        json!(["alice"]),
        json!([]),
        json!({"id": "alice"}),
        json!(""),
        json!(null),
        json!(true),
        json!(1.5),
        json!(1e30),
        json!("a".repeat(1025)),
    ] {
        assert_eq!(user(json!({"sub": sub})).await, Err(TokenError::NoUser), "{sub}");
        assert_eq!(user(json!({"sub": sub, "id": "bob"})).await, Err(TokenError::NoUser), "{sub} beside an id");
    }
}

#[tokio::test]
async fn ids_are_kept_byte_for_byte() {
    for id in [" alice ", "Alice", "..", "../alice", "a\0b", "é", "e\u{301}", "\u{202e}ecila", "None", "null", "user:1"]
    {
        assert_eq!(user(json!({"sub": id})).await, Ok(id.to_owned()));
    }
}

#[tokio::test]
async fn a_configured_claim_is_the_only_one_that_counts() {
    let inline = Inline::with("EdDSA", |mut config| {
        config.user_id_claim = Some("https://example.com/uid".into());
        config
    });
    assert_eq!(inline.changes(&json!({"https://example.com/uid": 7})).await, Ok("7".into()));
    assert_eq!(inline.changes(&json!({"id": "bob"})).await, Err(TokenError::NoUser));
}

#[tokio::test]
async fn a_token_that_a_client_got_for_itself_is_not_a_users() {
    for machine in [
        json!({"sub": "m2m", "client_id": "m2m"}),
        json!({"sub": "m2m", "azp": "m2m"}),
        json!({"sub": "m2m@clients", "gty": "client-credentials"}),
        json!({"sub": "0000", "idtyp": "app"}),
    ] {
        assert_eq!(user(machine.clone()).await, Err(TokenError::Machine), "{machine}");
    }
    assert_eq!(user(json!({"client_id": "m2m"})).await, Err(TokenError::NoUser));
    assert_eq!(user(json!({"sub": "alice", "client_id": "web", "azp": "web"})).await, Ok("alice".into()));
}

#[tokio::test]
async fn scopes_and_roles_come_from_the_usual_claims() {
    let inline = Inline::new("EdDSA");
    let claims = changed(
        claims(),
        &json!({
            "scope": "openid  tools:read",
            "scp": ["files.read", 7],
            "permissions": ["read:orders"],
            "roles": ["editor"],
            "role": "admin,Team Lead",
            "groups": ["staff"],
            "name": "Alice",
        }),
    );
    let caller = inline.verifier.verify(&inline.key.token(&claims)).await.unwrap();
    let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(*caller.scopes(), set(&["openid", "tools:read", "files.read", "read:orders"]));
    assert_eq!(*caller.roles(), set(&["editor", "admin", "Team Lead", "staff"]));
    assert_eq!(caller.display_name(), "Alice");
}

#[tokio::test]
async fn a_caller_does_not_print_its_claims() {
    let inline = Inline::new("EdDSA");
    let token = inline.key.token(&changed(claims(), &json!({"email": "alice@example.com"})));
    let caller = inline.verifier.verify(&token).await.unwrap();
    assert!(!format!("{caller:?}").contains("example.com"), "{caller:?}");
}
