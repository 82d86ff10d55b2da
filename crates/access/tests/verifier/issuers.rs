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
        keys.insert(caller.key().to_owned());
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

#[tokio::test]
async fn a_user_without_the_claim_with_the_id_is_nobody_and_not_the_client() {
    let config =
        IssuerConfig { client_prefix: Some("client:".into()), user_id_claim: Some("email".into()), ..plain("one") };
    let house = House::of(vec![config]);
    let key = &house.keys[0].1;
    let ask = async |changes| {
        let claims = changed(changed(claims(), &json!({"iss": "https://one.test", "client_id": "web"})), &changes);
        house.verifier.verify(&key.token(&claims)).await.map(|caller| caller.id().as_str().to_owned())
    };
    for person in [
        json!({"sub": "alice"}),
        json!({"sub": "bob"}),
        json!({"sub": 7}),
        json!({"sub": ["web"]}),
        json!({"sub": null, "user_id": "alice"}),
        json!({"sub": null, "username": "alice"}),
        json!({"sub": null, "preferred_username": "alice"}),
        json!({"sub": null, "name": "Alice"}),
        json!({"sub": null, "client_id": ""}),
    ] {
        assert_eq!(ask(person.clone()).await, Err(TokenError::NoUser), "{person}");
    }
    assert_eq!(ask(json!({"email": "a@x.test"})).await, Ok("a@x.test".into()));
    assert_eq!(ask(json!({"sub": "web"})).await, Ok("client:web".into()));
    assert_eq!(ask(json!({"sub": null})).await, Ok("client:web".into()));
    assert_eq!(ask(json!({"sub": "9", "gty": "client-credentials"})).await, Ok("client:web".into()));
}

/// What `sub` is for whoever goes by it, beside the id, for a token with these claims.
async fn sub_and_id(house: &House, issuer: &str, changes: serde_json::Value) -> (String, String) {
    let iss = format!("https://{issuer}.test");
    let key = &house.keys.iter().find(|(name, _)| *name == iss).unwrap().1;
    let claims = changed(changed(claims(), &json!({"iss": iss})), &changes);
    let caller = house.verifier.verify(&key.token(&claims)).await.unwrap();
    (caller.claim("sub").unwrap().as_str().unwrap().to_owned(), caller.id().as_str().to_owned())
}

#[tokio::test]
async fn sub_is_the_id_where_another_issuer_could_have_the_same_sub() {
    let by_email = |config| IssuerConfig { user_id_claim: Some("email".into()), ..config };
    let shared = IssuerConfig { same_users_as: Some("https://a.test".into()), ..plain("c") };
    let house = House::of(vec![plain("a"), by_email(prefixed("b", "b:")), by_email(shared)]);
    let both = |sub: &str, id: &str| (sub.to_owned(), id.to_owned());
    let bob = json!({"sub": "7", "email": "bob@x.test"});
    assert_eq!(sub_and_id(&house, "a", json!({"sub": "7"})).await, both("7", "7"));
    assert_eq!(sub_and_id(&house, "b", bob.clone()).await, both("b:bob@x.test", "b:bob@x.test"));
    assert_eq!(sub_and_id(&house, "c", bob).await, both("bob@x.test", "bob@x.test"));
    let without = json!({"sub": null, "email": "bob@x.test"});
    assert_eq!(sub_and_id(&house, "b", without).await, both("b:bob@x.test", "b:bob@x.test"));
}

#[tokio::test]
async fn no_sub_of_a_bare_issuer_reads_like_another_issuers_user() {
    let bare = IssuerConfig { user_id_claim: Some("email".into()), ..plain("a") };
    let house = House::of(vec![bare, prefixed("b", "b:")]);
    let (sub, id) = sub_and_id(&house, "a", json!({"sub": "b:bob", "email": "eve@x.test"})).await;
    assert_eq!((sub.as_str(), id.as_str()), ("eve@x.test", "eve@x.test"));
    assert_eq!(House::of(vec![plain("a"), prefixed("b", "b:")]).id("a", "b:bob").await, Err(TokenError::ForeignUser));
}

#[tokio::test]
async fn the_only_issuer_keeps_its_sub_unless_clients_come_in_under_a_prefix() {
    let bare = IssuerConfig { user_id_claim: Some("email".into()), ..plain("a") };
    let eve = json!({"sub": "client:web", "email": "eve@x.test"});
    let (sub, id) = sub_and_id(&House::of(vec![bare.clone()]), "a", eve.clone()).await;
    assert_eq!((sub.as_str(), id.as_str()), ("client:web", "eve@x.test"));
    let with_clients = IssuerConfig { client_prefix: Some("client:".into()), ..bare };
    let (sub, id) = sub_and_id(&House::of(vec![with_clients]), "a", eve).await;
    assert_eq!((sub.as_str(), id.as_str()), ("eve@x.test", "eve@x.test"), "no user's rows are a client's");
}
