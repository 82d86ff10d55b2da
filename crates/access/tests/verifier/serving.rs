use std::time::Duration;

use bellhop_access::{TokenError, Verifier, VerifierOptions};
use testkit::StillClock;
use testkit::issuer::{Answer, Issuer, SigningKey};

fn options(clock: &StillClock) -> VerifierOptions {
    VerifierOptions { clock: clock.clock(), ..VerifierOptions::default() }
}

async fn id(verifier: &Verifier, token: &str) -> Result<String, TokenError> {
    verifier.verify(token).await.map(|caller| caller.id().as_str().to_owned())
}

/// Waits for a fetch that nobody waits for.
async fn until_requests(issuer: &Issuer, wanted: usize) {
    for _ in 0..500 {
        if issuer.requests("/jwks") == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(issuer.requests("/jwks"), wanted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_callers_at_once_fetch_the_keys_once() {
    let issuer = Issuer::start("EdDSA").await;
    issuer.serve("/jwks", Answer::Late(Duration::from_millis(100), published(&issuer.key)));
    let verifier = issuer.verifier();
    let all: Vec<_> = (0..200)
        .map(|number| {
            let (verifier, user) = (verifier.clone(), format!("user-{number}"));
            let token = issuer.token(&user);
            tokio::spawn(async move { assert_eq!(id(&verifier, &token).await, Ok(user)) })
        })
        .collect();
    for one in all {
        one.await.unwrap();
    }
    assert_eq!(issuer.requests("/jwks"), 1);
}

#[tokio::test]
async fn a_caller_who_gives_up_neither_stops_nor_repeats_the_fetch() {
    let issuer = Issuer::start("EdDSA").await;
    issuer.serve("/jwks", Answer::Late(Duration::from_millis(300), published(&issuer.key)));
    let verifier = issuer.verifier();
    for _ in 0..5 {
        let gives_up = tokio::time::timeout(Duration::from_millis(20), verifier.ready()).await;
        assert!(gives_up.is_err());
    }
    assert_eq!(id(&verifier, &issuer.token("alice")).await, Ok("alice".into()));
    assert_eq!(issuer.requests("/jwks"), 1);
}

#[tokio::test]
async fn known_keys_serve_while_the_provider_is_down() {
    let mut issuer = Issuer::start("EdDSA").await;
    let clock = StillClock::new();
    let verifier = issuer.verifier_with(options(&clock));
    let (alice, bob) = (issuer.token("alice"), issuer.token("bob"));
    assert_eq!(id(&verifier, &alice).await, Ok("alice".into()));

    issuer.stop().await;
    clock.advance_s(3000);
    assert_eq!(id(&verifier, &alice).await, Ok("alice".into()), "a cached token");
    clock.advance_s(500);
    assert_eq!(id(&verifier, &bob).await, Ok("bob".into()), "a new token");
    assert_eq!(verifier.ready().await, Ok(()));

    let stranger = SigningKey::new("stranger", "EdDSA").token(&issuer.claims("mallory"));
    assert_eq!(id(&verifier, &stranger).await, Err(TokenError::UnknownKey), "not unavailable: keys are known");
}

#[tokio::test]
async fn without_any_key_the_answer_is_unavailable_until_the_provider_is_back() {
    let mut issuer = Issuer::start("EdDSA").await;
    let clock = StillClock::new();
    let verifier = issuer.verifier_with(options(&clock));
    let token = issuer.token("alice");

    issuer.stop().await;
    assert!(verifier.ready().await.is_err());
    assert!(id(&verifier, &token).await.unwrap_err().is_unavailable());
    issuer.restart().await;
    assert!(id(&verifier, &token).await.unwrap_err().is_unavailable(), "it is not asked again at once");
    assert_eq!(issuer.requests("/jwks"), 0);
    clock.advance_s(6);
    assert_eq!(id(&verifier, &token).await, Ok("alice".into()));
    assert_eq!(verifier.ready().await, Ok(()));
    assert_eq!(issuer.requests("/jwks"), 1);
}

#[tokio::test]
async fn keys_are_renewed_behind_the_callers_back() {
    let issuer = Issuer::start("EdDSA").await;
    let clock = StillClock::new();
    let verifier = issuer.verifier_with(options(&clock));
    let token = issuer.token("alice");
    for _ in 0..3 {
        assert_eq!(id(&verifier, &token).await, Ok("alice".into()));
    }
    assert_eq!(issuer.requests("/jwks"), 1);
    clock.advance_s(601);
    issuer.serve("/jwks", Answer::Late(Duration::from_secs(1), published(&issuer.key)));
    for _ in 0..3 {
        let answer = tokio::time::timeout(Duration::from_millis(500), id(&verifier, &token)).await;
        assert_eq!(answer, Ok(Ok("alice".into())), "nobody waits");
    }
    until_requests(&issuer, 2).await;
}

#[tokio::test]
async fn after_a_long_quiet_time_the_first_caller_waits_for_fresh_keys() {
    let mut issuer = Issuer::start("EdDSA").await;
    let clock = StillClock::new();
    let verifier = issuer.verifier_with(options(&clock));
    let old = issuer.token("alice");
    assert_eq!(id(&verifier, &old).await, Ok("alice".into()));
    issuer.rotate(false);
    clock.advance_s(1201);
    assert_eq!(id(&verifier, &old).await, Err(TokenError::UnknownKey));
}

#[tokio::test]
async fn a_token_that_is_remembered_is_the_same_caller() {
    let issuer = Issuer::start("RS256").await;
    let verifier = issuer.verifier();
    let token = issuer.token("alice");
    let (first, second) = (verifier.verify(&token).await.unwrap(), verifier.verify(&token).await.unwrap());
    // Both share one allocation, so the second was not made anew.
    assert!(std::ptr::eq(first.claim("sub").unwrap(), second.claim("sub").unwrap()));
}

fn published(key: &SigningKey) -> serde_json::Value {
    super::jwks(&[key.jwk()])
}
