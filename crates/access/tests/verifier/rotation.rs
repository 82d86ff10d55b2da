use bellhop_access::{TokenError, Verifier, VerifierOptions};
use testkit::StillClock;
use testkit::issuer::{Issuer, SigningKey};

struct Setup {
    issuer: Issuer,
    clock: StillClock,
    verifier: Verifier,
}

impl Setup {
    async fn new(alg: &'static str) -> Self {
        let (issuer, clock) = (Issuer::start(alg).await, StillClock::new());
        let options = VerifierOptions { clock: clock.clock(), ..VerifierOptions::default() };
        let verifier = issuer.verifier_with(options);
        Self { issuer, clock, verifier }
    }

    async fn id(&self, token: &str) -> Result<String, TokenError> {
        self.verifier.verify(token).await.map(|caller| caller.id().as_str().to_owned())
    }

    fn requests(&self) -> usize {
        self.issuer.requests("/jwks")
    }
}

#[tokio::test]
async fn a_new_key_is_found_at_once() {
    let mut setup = Setup::new("EdDSA").await;
    let old = setup.issuer.token("alice");
    assert_eq!(setup.id(&old).await, Ok("alice".into()));
    setup.issuer.rotate(true);
    assert_eq!(setup.id(&setup.issuer.token("bob")).await, Ok("bob".into()));
    assert_eq!(setup.id(&old).await, Ok("alice".into()), "the old key still stands");
    assert_eq!(setup.requests(), 2);
}

#[tokio::test]
async fn a_vanished_key_takes_its_cached_tokens_with_it() {
    let mut setup = Setup::new("EdDSA").await;
    let old = setup.issuer.token("alice");
    assert_eq!(setup.id(&old).await, Ok("alice".into()));
    setup.issuer.rotate(false);
    assert_eq!(setup.id(&setup.issuer.token("bob")).await, Ok("bob".into()), "this fetches the new keys");
    assert_eq!(setup.id(&old).await, Err(TokenError::UnknownKey));
}

#[tokio::test]
async fn another_key_of_the_same_name_takes_the_old_ones_tokens_with_it() {
    for alg in ["EdDSA", "ES512", "RS256"] {
        let mut setup = Setup::new(alg).await;
        let old = setup.issuer.token("alice");
        assert_eq!(setup.id(&old).await, Ok("alice".into()), "{alg}");
        setup.issuer.key = SigningKey::new("key-0", alg);
        setup.issuer.publish(&[setup.issuer.key.clone()]);
        assert_eq!(setup.id(&setup.issuer.token("bob")).await, Ok("bob".into()), "{alg}");
        setup.clock.advance_s(60);
        assert_eq!(setup.id(&old).await, Err(TokenError::Signature), "{alg}");
    }
}

#[tokio::test]
async fn the_same_key_under_a_narrower_algorithm_takes_the_other_ones_tokens_with_it() {
    let mut setup = Setup::new("RS256").await;
    let old = setup.issuer.token("alice");
    assert_eq!(setup.id(&old).await, Ok("alice".into()));
    setup.issuer.key = setup.issuer.key.clone().saying("PS256");
    setup.issuer.publish(&[setup.issuer.key.clone()]);
    assert_eq!(setup.id(&setup.issuer.token("bob")).await, Ok("bob".into()));
    assert_eq!(setup.id(&old).await, Err(TokenError::Algorithm));
}

#[tokio::test]
async fn unknown_keys_are_asked_for_once_in_a_while() {
    let setup = Setup::new("EdDSA").await;
    assert_eq!(setup.id(&setup.issuer.token("alice")).await, Ok("alice".into()));
    for number in 0..50 {
        let stranger = SigningKey::new(&format!("stranger-{number}"), "EdDSA");
        let token = stranger.token(&setup.issuer.claims("mallory"));
        assert_eq!(setup.id(&token).await, Err(TokenError::UnknownKey));
    }
    assert_eq!(setup.requests(), 2, "the first of them, and no other within the cool-down");
    setup.clock.advance_s(6);
    let token = SigningKey::new("stranger-x", "EdDSA").token(&setup.issuer.claims("mallory"));
    assert_eq!(setup.id(&token).await, Err(TokenError::UnknownKey));
    assert_eq!(setup.requests(), 3);
}

#[tokio::test]
async fn a_key_known_to_be_unknown_is_not_asked_for_again() {
    let setup = Setup::new("EdDSA").await;
    let stranger = SigningKey::new("stranger", "EdDSA");
    let token = stranger.token(&setup.issuer.claims("mallory"));
    for _ in 0..4 {
        assert_eq!(setup.id(&token).await, Err(TokenError::UnknownKey));
        setup.clock.advance_s(6);
    }
    assert_eq!(setup.requests(), 2);
    setup.clock.advance_s(30);
    setup.issuer.publish(std::slice::from_ref(&stranger));
    assert_eq!(setup.id(&token).await, Ok("mallory".into()), "after a while it is");
}

#[tokio::test]
async fn forged_signatures_are_worth_one_fetch_at_most() {
    let setup = Setup::new("EdDSA").await;
    let forger = SigningKey::new("key-0", "EdDSA");
    for number in 0..50 {
        let token = forger.token(&setup.issuer.claims(&format!("user-{number}")));
        assert_eq!(setup.id(&token).await, Err(TokenError::Signature));
    }
    assert_eq!(setup.requests(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_callers_with_a_new_key_fetch_it_once_and_all_get_in() {
    let mut setup = Setup::new("EdDSA").await;
    assert_eq!(setup.id(&setup.issuer.token("alice")).await, Ok("alice".into()));
    setup.issuer.rotate(true);
    let all: Vec<_> = (0..100)
        .map(|number| {
            let (verifier, token) = (setup.verifier.clone(), setup.issuer.token(&format!("user-{number}")));
            tokio::spawn(async move { verifier.verify(&token).await.map(drop) })
        })
        .collect();
    for one in all {
        assert_eq!(one.await.unwrap(), Ok(()));
    }
    assert_eq!(setup.requests(), 2);
}

#[tokio::test]
async fn a_provider_that_names_no_keys_may_rotate_too() {
    let mut setup = Setup::new("ES256").await;
    let nameless = |setup: &Setup| {
        let mut jwk = setup.issuer.key.jwk();
        jwk.as_object_mut().unwrap().remove("kid");
        let keys = serde_json::json!({"keys": [jwk]});
        setup.issuer.serve("/jwks", testkit::issuer::Answer::Json(keys));
        setup.issuer.key.sign(&serde_json::json!({"alg": "ES256"}), &setup.issuer.claims("alice"))
    };
    let old = nameless(&setup);
    assert_eq!(setup.id(&old).await, Ok("alice".into()));
    setup.issuer.key = SigningKey::new("next", "ES256");
    let new = nameless(&setup);
    assert_eq!(setup.id(&new).await, Ok("alice".into()));
    assert_eq!(setup.id(&old).await, Err(TokenError::Signature));
}
