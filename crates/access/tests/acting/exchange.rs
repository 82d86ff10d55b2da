use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bellhop_access::{
    Caller, ExchangeError, ExchangeOptions, IssuerConfig, Keys, TokenExchange, Verifier, VerifierOptions,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use testkit::issuer::{AUDIENCE, Issuer, SigningKey};
use testkit::{Recorded, Recorder, StillClock};

fn keeping() -> VerifierOptions {
    VerifierOptions { keeps_tokens: true, ..VerifierOptions::default() }
}

/// What a form says.
fn form(request: &Recorded) -> HashMap<String, String> {
    let pairs = request.body.split('&').map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        out.push(char::from(u8::from_str_radix(&part[..2], 16).unwrap()));
        out.push_str(&part[2..]);
    }
    out
}

/// A token endpoint: for the token of X it gives `for-` and the end of X's token.
async fn endpoint(expires_in: impl Fn() -> Value + Send + Sync + 'static) -> Recorder {
    Recorder::answering(move |request| {
        let given = form(request)["subject_token"].clone();
        let token = format!("for-{}", &given[given.len() - 12..]);
        (
            200,
            json!({"access_token": token, "token_type": "Bearer", "expires_in": expires_in(),
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token"}),
        )
    })
    .await
}

fn options(endpoint: &Recorder) -> ExchangeOptions {
    ExchangeOptions::new(format!("{}/token", endpoint.url()), "bellhop")
}

async fn callers() -> (Issuer, Verifier) {
    let issuer = Issuer::start("EdDSA").await;
    let verifier = issuer.verifier_with(keeping());
    (issuer, verifier)
}

async fn exchanged(exchange: &TokenExchange, caller: &Caller) -> String {
    exchange.exchange(caller).await.unwrap().expose_secret().to_owned()
}

#[tokio::test]
async fn the_request_is_that_of_rfc_8693_with_basic_authentication() {
    let (issuer, verifier) = callers().await;
    let server = endpoint(|| json!(300)).await;
    let mut options = options(&server);
    options.client_id = "bell:hop".into();
    options.client_secret = Some("s&cret".to_owned().into());
    options.audience = Some("https://api.example.com".into());
    options.resource = Some("https://api.example.com/v1".into());
    options.scope = Some("read write".into());
    options.actor_token = Some("actor".to_owned().into());
    let exchange = TokenExchange::new(options).unwrap();
    let token = issuer.token("alice");
    let caller = verifier.verify(&token).await.unwrap();
    assert_eq!(exchanged(&exchange, &caller).await, format!("for-{}", &token[token.len() - 12..]));
    let request = server.only();
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/token"));
    // bell%3Ahop:s%26cret
    assert_eq!(request.header("authorization"), ["Basic YmVsbCUzQWhvcDpzJTI2Y3JldA=="]);
    let access_token = "urn:ietf:params:oauth:token-type:access_token";
    let wanted = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", token.as_str()),
        ("subject_token_type", access_token),
        ("audience", "https://api.example.com"),
        ("resource", "https://api.example.com/v1"),
        ("scope", "read write"),
        ("actor_token", "actor"),
        ("actor_token_type", access_token),
    ];
    assert_eq!(form(&request), wanted.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
}

#[tokio::test]
async fn a_client_may_say_who_it_is_in_the_form() {
    let (issuer, verifier) = callers().await;
    let server = endpoint(|| json!(300)).await;
    let mut options = options(&server);
    options.client_secret = Some("secret".to_owned().into());
    options.secret_in_form = true;
    let exchange = TokenExchange::new(options).unwrap();
    exchanged(&exchange, &verifier.verify(&issuer.token("alice")).await.unwrap()).await;
    let request = server.only();
    let form = form(&request);
    assert!(request.header("authorization").is_empty());
    assert_eq!((form["client_id"].as_str(), form["client_secret"].as_str()), ("bellhop", "secret"));
}

#[tokio::test]
async fn a_token_is_asked_for_once_until_shortly_before_it_expires() {
    let clock = StillClock::new();
    let (issuer, verifier) = callers().await;
    let server = endpoint(|| json!(300)).await;
    let mut options = options(&server);
    options.clock = clock.clock();
    let exchange = TokenExchange::new(options).unwrap();
    let caller = verifier.verify(&issuer.token("alice")).await.unwrap();
    let (one, two) = tokio::join!(exchanged(&exchange, &caller), exchanged(&exchange, &caller));
    assert_eq!((one, server.requests().len()), (two, 1), "asked once by two at once");
    clock.advance_s(269);
    exchanged(&exchange, &caller).await;
    assert_eq!(server.requests().len(), 1);
    clock.advance_s(2);
    exchanged(&exchange, &caller).await;
    assert_eq!(server.requests().len(), 2, "30 s before it expires another is got");
    assert!(exchange.forget(&caller).await && !exchange.forget(&caller).await);
    exchanged(&exchange, &caller).await;
    assert_eq!(server.requests().len(), 3, "one that was refused is not used again");
}

#[tokio::test]
async fn the_same_sub_of_two_issuers_and_two_tokens_of_one_user_are_never_mixed() {
    let keys = [SigningKey::new("one", "EdDSA"), SigningKey::new("two", "EdDSA")];
    let issuers = ["https://one.test", "https://two.test"];
    let configs = issuers.iter().zip(&keys).zip(["one", "two"]).map(|((issuer, key), prefix)| IssuerConfig {
        user_prefix: Some(prefix.into()),
        ..IssuerConfig::new(*issuer, AUDIENCE, Keys::Jwks(json!({"keys": [key.jwk()]})))
    });
    let verifier = Verifier::new(configs.collect(), keeping()).unwrap();
    let expires = testkit::issuer::now_s() + 600;
    let token = |at: usize, jti: &str| {
        keys[at].token(&json!({"iss": issuers[at], "aud": AUDIENCE, "sub": "alice", "exp": expires, "jti": jti}))
    };
    let server = endpoint(|| json!(300)).await;
    let exchange = TokenExchange::new(options(&server)).unwrap();
    let tokens = [token(0, "a"), token(1, "a"), token(0, "b")];
    for _ in 0..2 {
        for token in &tokens {
            let caller = verifier.verify(token).await.unwrap();
            assert_eq!(exchanged(&exchange, &caller).await, format!("for-{}", &token[token.len() - 12..]));
        }
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_caller_without_a_token_of_a_provider_gets_none() {
    let server = endpoint(|| json!(300)).await;
    let exchange = TokenExchange::new(options(&server)).unwrap();
    let caller = testkit::caller("alice").await;
    assert!(matches!(exchange.exchange(&caller).await, Err(ExchangeError::NoToken)));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn an_endpoint_that_gives_the_callers_own_token_back_is_refused() {
    let (issuer, verifier) = callers().await;
    let server = Recorder::answering(|request| {
        (200, json!({"access_token": form(request)["subject_token"], "token_type": "Bearer"}))
    })
    .await;
    let exchange = TokenExchange::new(options(&server)).unwrap();
    let caller = verifier.verify(&issuer.token("alice")).await.unwrap();
    assert!(matches!(exchange.exchange(&caller).await, Err(ExchangeError::Answer { .. })));
}

#[tokio::test]
async fn refusals_faults_and_nonsense_are_told_apart_and_not_remembered() {
    let (issuer, verifier) = callers().await;
    let caller = verifier.verify(&issuer.token("alice")).await.unwrap();
    let answers = [
        (400, json!({"error": "invalid_grant", "error_description": "<secret>"}), "refused: invalid_grant"),
        (400, json!({"error": "SELECT <x>"}), "refused: 400"),
        (401, json!({"error": "invalid_client"}), "refused: invalid_client"),
        (500, json!({}), "cannot be used: it answered 500"),
        (200, json!({"token_type": "Bearer"}), "it has no access_token"),
        (200, json!({"access_token": "t", "token_type": "DPoP"}), "its token is not a bearer token"),
        (200, json!({"access_token": "t", "token_type": "bearer", "expires_in": -1}), "its expires_in is no number"),
        (302, json!({}), "refused: 302"),
    ];
    let at = Arc::new(AtomicUsize::new(0));
    let (turn, said) = (Arc::clone(&at), answers.clone());
    let server = Recorder::answering(move |_| {
        let (status, body, _) = &said[turn.fetch_add(1, Ordering::SeqCst)];
        (*status, body.clone())
    })
    .await;
    let exchange = TokenExchange::new(options(&server)).unwrap();
    for (_, _, wanted) in &answers {
        let error = exchange.exchange(&caller).await.unwrap_err().to_string();
        assert!(error.contains(wanted) && !error.contains("secret") && !error.contains("SELECT"), "{error}: {wanted}");
    }
    assert_eq!(at.load(Ordering::SeqCst), answers.len());
}

#[test]
fn tokens_are_not_sent_over_a_network_without_tls() {
    let of = |url: &str| TokenExchange::new(ExchangeOptions::new(url, "bellhop")).map(drop);
    assert!(
        of("http://idp.example.com/token").is_err() && of("ftp://idp.example.com").is_err() && of("token").is_err()
    );
    assert!(of("https://idp.example.com/token").is_ok() && of("http://127.0.0.1:1/token").is_ok());
    assert!(TokenExchange::new(ExchangeOptions::new("https://idp.example.com", "")).is_err());
}

#[tokio::test]
async fn nothing_prints_the_token() {
    let (issuer, verifier) = callers().await;
    let token = issuer.token("alice");
    let caller = verifier.verify(&token).await.unwrap();
    let exchange = TokenExchange::new(ExchangeOptions::new("https://idp.example.com", "bellhop")).unwrap();
    let printed = format!("{caller:?} {caller:#?} {verifier:?} {exchange:?}");
    assert!(!printed.contains(token.rsplit('.').next().unwrap()), "{printed}");
}
