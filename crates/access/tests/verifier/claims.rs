use bellhop_access::{TokenError, VerifierOptions};
use serde_json::json;
use testkit::StillClock;
use testkit::issuer::{Issuer, now_s};

use super::{AUDIENCE, ISSUER, Inline, alice};

#[tokio::test]
async fn the_issuer_must_be_the_same_byte_for_byte() {
    let inline = Inline::new("EdDSA");
    for iss in [
        json!("https://issuer.test/"),
        json!("https://ISSUER.test"),
        json!("http://issuer.test"),
        json!("https://issuer.test:443"),
        json!(""),
        json!([ISSUER]),
        json!(7),
        json!(null),
    ] {
        assert_eq!(inline.changes(&json!({"iss": iss})).await, Err(TokenError::Issuer), "{iss}");
    }
}

#[tokio::test]
async fn the_audience_may_be_one_of_several() {
    let inline = Inline::new("EdDSA");
    for aud in [json!(AUDIENCE), json!([AUDIENCE]), json!(["https://other.test", AUDIENCE])] {
        assert_eq!(inline.changes(&json!({"aud": aud})).await, alice(), "{aud}");
    }
}

#[tokio::test]
async fn another_audience_or_none_is_refused() {
    let inline = Inline::new("EdDSA");
    for aud in [
        json!(null),
        json!(""),
        json!([]),
        json!("https://bellhop.test/"),
        json!("https://bellhop"),
        json!(["https://other.test"]),
        json!([AUDIENCE, 7]),
        json!({"aud": AUDIENCE}),
        json!(7),
        // An ID token is signed by the same key; its audience is the client.
        json!("client-id"),
    ] {
        assert_eq!(inline.changes(&json!({"aud": aud})).await, Err(TokenError::Audience), "{aud}");
    }
}

#[tokio::test]
async fn any_configured_audience_is_enough() {
    let inline = Inline::with("EdDSA", |mut config| {
        config.audiences.push("https://second.test".into());
        config
    });
    assert_eq!(inline.changes(&json!({"aud": "https://second.test"})).await, alice());
    assert_eq!(inline.changes(&json!({"aud": "https://third.test"})).await, Err(TokenError::Audience));
}

#[tokio::test]
async fn a_token_without_expiry_is_refused() {
    assert_eq!(Inline::new("EdDSA").changes(&json!({"exp": null})).await, Err(TokenError::NoExpiry));
}

#[tokio::test]
async fn times_may_have_fractions_and_are_cut_to_the_safe_side() {
    let inline = Inline::with("EdDSA", |mut config| {
        config.leeway_s = 0;
        config
    });
    let exact = json!({"exp": now_s() as f64 + 100.5, "nbf": now_s() as f64 - 100.5, "iat": now_s() as f64 - 0.5});
    assert_eq!(inline.changes(&exact).await, alice());
    assert_eq!(inline.changes(&json!({"exp": now_s() as f64 + 0.1})).await, Err(TokenError::Expired));
}

#[tokio::test]
async fn absurd_times_are_refused() {
    let inline = Inline::new("EdDSA");
    let milliseconds = now_s() * 1000;
    for time in [json!(-1), json!(1e300), json!(u64::MAX), json!(milliseconds), json!("2030"), json!([1]), json!(true)]
    {
        for name in ["exp", "nbf", "iat"] {
            assert_eq!(inline.changes(&json!({name: time})).await, Err(TokenError::Time), "{name} {time}");
        }
    }
}

#[tokio::test]
async fn a_token_is_good_from_nbf_to_exp_give_or_take_the_leeway() {
    let issuer = Issuer::start("EdDSA").await;
    let clock = StillClock::new();
    let verifier = issuer.verifier_with(VerifierOptions { clock: clock.clock(), ..VerifierOptions::default() });
    let start_s = now_s() + 1000;
    let token = issuer.token_with("alice", &json!({"nbf": start_s, "exp": start_s + 100}));
    let verify = || async { verifier.verify(&token).await.map(|caller| caller.expires_at_s()) };

    assert_eq!(verify().await, Err(TokenError::NotYetValid));
    clock.advance_s(968);
    assert_eq!(verify().await, Err(TokenError::NotYetValid), "32 s before, with a leeway of 30 s");
    clock.advance_s(4);
    assert_eq!(verify().await, Ok(start_s + 100), "28 s before");
    clock.advance_s(156);
    assert_eq!(verify().await, Ok(start_s + 100), "28 s after its end, from the cache");
    clock.advance_s(4);
    assert_eq!(verify().await, Err(TokenError::Expired), "32 s after");
    clock.set_back_s(200);
    assert_eq!(verify().await, Err(TokenError::NotYetValid), "a cached token honours nbf when the clock is set back");
}

#[tokio::test]
async fn a_token_from_the_future_is_refused() {
    let inline = Inline::new("EdDSA");
    assert_eq!(inline.changes(&json!({"iat": now_s() + 3000})).await, Err(TokenError::NotYetValid));
    assert_eq!(inline.changes(&json!({"iat": now_s() + 10})).await, alice(), "clocks differ a little");
    assert_eq!(inline.changes(&json!({"iat": null})).await, alice(), "it need not say");
}

#[tokio::test]
async fn errors_fit_into_a_challenge() {
    for error in [
        TokenError::TooLarge,
        TokenError::Malformed,
        TokenError::Header,
        TokenError::Type,
        TokenError::Algorithm,
        TokenError::Issuer,
        TokenError::UnknownKey,
        TokenError::Signature,
        TokenError::Audience,
        TokenError::Expired,
        TokenError::NotYetValid,
        TokenError::NoExpiry,
        TokenError::Time,
        TokenError::NoUser,
        TokenError::Machine,
        TokenError::Unavailable,
    ] {
        let text = error.to_string();
        // RFC 6750 section 3: %x20-21 / %x23-5B / %x5D-7E
        assert!(text.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\'), "{text}");
        assert_eq!(error.is_unavailable(), error == TokenError::Unavailable);
    }
}
