use std::collections::BTreeSet;

use bellhop_access::{ConfigError, IssuerConfig, Keys, TokenError, Verifier, VerifierOptions};
use serde_json::json;
use testkit::issuer::{AUDIENCE, SigningKey, changed};

use super::{claims, jwks};

/// Issuers by name, each with a key of its own.
struct House {
    keys: Vec<(String, SigningKey)>,
    verifier: Verifier,
}

fn issuer(name: &str, key: &SigningKey) -> IssuerConfig {
    IssuerConfig::new(format!("https://{name}.test"), AUDIENCE, Keys::Jwks(jwks(&[key.jwk()])))
}

fn prefixed(name: &str, prefix: &str) -> IssuerConfig {
    IssuerConfig { user_prefix: Some(prefix.into()), ..issuer(name, &SigningKey::new("one", "EdDSA")) }
}

fn plain(name: &str) -> IssuerConfig {
    issuer(name, &SigningKey::new("one", "EdDSA"))
}

fn refused(issuers: Vec<IssuerConfig>) -> ConfigError {
    Verifier::new(issuers, VerifierOptions::default()).map(drop).unwrap_err()
}

impl House {
    fn of(configs: Vec<IssuerConfig>) -> Self {
        let mut keys = Vec::new();
        let configs = configs.into_iter().map(|config| {
            let key = SigningKey::new("one", "EdDSA");
            keys.push((config.issuer.clone(), key.clone()));
            IssuerConfig { keys: Keys::Jwks(jwks(&[key.jwk()])), ..config }
        });
        let verifier = Verifier::new(configs.collect(), VerifierOptions::default()).unwrap();
        Self { keys, verifier }
    }

    fn token(&self, issuer: &str, sub: &str) -> String {
        let issuer = format!("https://{issuer}.test");
        let key = &self.keys.iter().find(|(name, _)| *name == issuer).unwrap().1;
        key.token(&changed(claims(), &json!({"iss": issuer, "sub": sub, "org": "o1"})))
    }

    async fn id(&self, issuer: &str, sub: &str) -> Result<String, TokenError> {
        self.verifier.verify(&self.token(issuer, sub)).await.map(|caller| caller.id().as_str().to_owned())
    }
}

#[tokio::test]
async fn the_same_sub_of_two_issuers_is_two_users() {
    let house = House::of(vec![prefixed("one", "one:"), prefixed("two", "two:"), plain("three")]);
    let mut keys = BTreeSet::new();
    for (name, id) in [("one", "one:alice"), ("two", "two:alice"), ("three", "alice")] {
        let caller = house.verifier.verify(&house.token(name, "alice")).await.unwrap();
        assert_eq!(caller.id().as_str(), id);
        assert_eq!(caller.claim("sub"), Some(&json!(id)), "whoever goes by the claim sees the same");
        assert_eq!(caller.claim("org"), Some(&json!("o1")), "other claims are as they were");
        assert_eq!(caller.realm(), caller.issuer());
        keys.insert(caller.key());
    }
    assert_eq!(keys.len(), 3);
}

#[tokio::test]
async fn a_prefix_stands_once_before_every_claim_that_has_the_id() {
    let house = House::of(vec![prefixed("one", "one:")]);
    let key = &house.keys[0].1;
    let claims = json!({"iss": "https://one.test", "sub": "7", "id": 7, "user_id": "8", "name": "7"});
    let caller = house.verifier.verify(&key.token(&changed(super::claims(), &claims))).await.unwrap();
    let seen = ["sub", "id", "user_id", "name"].map(|name| caller.claim(name).cloned().unwrap());
    assert_eq!(seen, [json!("one:7"), json!("one:7"), json!("8"), json!("7")]);
}

#[tokio::test]
async fn no_issuer_reaches_into_the_users_of_another() {
    let house = House::of(vec![prefixed("one", "one:"), plain("bare")]);
    assert_eq!(house.id("bare", "one:alice").await, Err(TokenError::ForeignUser));
    assert_eq!(house.id("bare", "one:").await, Err(TokenError::ForeignUser));
    assert_eq!(house.id("bare", "one").await, Ok("one".into()));
    assert_eq!(house.id("one", "one:alice").await, Ok("one:one:alice".into()));
}

#[test]
fn two_issuers_with_the_same_users_must_be_told_so() {
    assert!(matches!(refused(vec![plain("one"), plain("two")]), ConfigError::SameUsers { .. }));
    assert!(matches!(refused(vec![prefixed("one", "x:"), prefixed("two", "x:")]), ConfigError::SameUsers { .. }));
    let three = vec![prefixed("one", "x:"), plain("two"), plain("three")];
    assert!(matches!(refused(three), ConfigError::SameUsers { .. }));
}

#[test]
fn no_prefix_begins_with_another() {
    // `a` and `b:c` would be `a:b` and `c`.
    for (one, other) in [("a:", "a:b:"), ("a", "ab"), ("a:b:", "a:")] {
        let both = vec![prefixed("one", one), prefixed("two", other)];
        assert!(matches!(refused(both), ConfigError::Prefixes { .. }), "{one} {other}");
    }
    let own = IssuerConfig { client_prefix: Some("x:client:".into()), ..prefixed("one", "x:") };
    assert!(matches!(refused(vec![own]), ConfigError::Prefixes { .. }), "a user could be a client");
    for wrong in ["", "a\nb", &"x".repeat(65)] {
        assert!(matches!(refused(vec![prefixed("one", wrong)]), ConfigError::Prefix { .. }), "{wrong:?}");
    }
}

#[tokio::test]
async fn issuers_that_say_so_share_their_users() {
    let second = IssuerConfig { same_users_as: Some("https://one.test".into()), ..plain("two") };
    let house = House::of(vec![second, prefixed("one", "one:"), prefixed("three", "three:")]);
    let first = house.verifier.verify(&house.token("one", "alice")).await.unwrap();
    let second = house.verifier.verify(&house.token("two", "alice")).await.unwrap();
    assert_eq!((second.id().as_str(), second.issuer()), ("one:alice", "https://two.test"));
    assert_eq!((first.key(), first.realm()), (second.key(), second.realm()));
    assert_eq!(house.id("three", "alice").await, Ok("three:alice".into()));
}

#[test]
fn sharing_users_leads_to_one_issuer_that_has_them() {
    let sharing = |name: &str, with: &str| IssuerConfig { same_users_as: Some(with.into()), ..plain(name) };
    for issuers in [
        vec![plain("one"), sharing("two", "https://nobody.test")],
        vec![sharing("one", "https://one.test")],
        vec![sharing("one", "https://two.test"), sharing("two", "https://one.test")],
        vec![
            prefixed("one", "one:"),
            IssuerConfig { user_prefix: Some("x:".into()), ..sharing("two", "https://one.test") },
        ],
    ] {
        assert!(matches!(refused(issuers), ConfigError::SameUsersAs { .. }));
    }
}

#[tokio::test]
async fn with_an_id_of_one_s_own_claim_the_prefix_stands_there() {
    let config = IssuerConfig { user_id_claim: Some("data.uid".into()), ..prefixed("one", "one:") };
    let house = House::of(vec![config]);
    let claims = changed(claims(), &json!({"iss": "https://one.test", "data": {"uid": "u1"}, "sub": "u1"}));
    let caller = house.verifier.verify(&house.keys[0].1.token(&claims)).await.unwrap();
    assert_eq!(caller.id().as_str(), "one:u1");
    assert_eq!((caller.claim("data"), caller.claim("sub")), (Some(&json!({"uid": "one:u1"})), Some(&json!("one:u1"))));
}

#[tokio::test]
async fn clients_come_in_under_a_prefix_of_their_own() {
    let house = House::of(vec![IssuerConfig { client_prefix: Some("client:".into()), ..plain("one") }]);
    let key = &house.keys[0].1;
    let ask = async |changes| {
        let claims = changed(changed(claims(), &json!({"iss": "https://one.test"})), &changes);
        house.verifier.verify(&key.token(&claims)).await.map(|caller| caller.id().as_str().to_owned())
    };
    assert_eq!(ask(json!({"sub": "m2m", "client_id": "m2m"})).await, Ok("client:m2m".into()));
    assert_eq!(ask(json!({"sub": null, "client_id": "m2m"})).await, Ok("client:m2m".into()));
    assert_eq!(ask(json!({"sub": null})).await, Err(TokenError::NoUser));
    assert_eq!(ask(json!({"sub": "alice", "client_id": "web"})).await, Ok("alice".into()));
    assert_eq!(ask(json!({"sub": "client:m2m"})).await, Err(TokenError::ForeignUser), "no user is a client");
}
