use std::time::Duration;

use bellhop_access::{
    ClientAuth, ConfigError, Introspected, IntrospectionConfig, IssuerConfig, Keys, TokenError, Verifier,
    VerifierOptions,
};
use serde_json::{Value, json};
use testkit::StillClock;
use testkit::issuer::{AUDIENCE, Answer, Issuer, changed, now_s};

const SECRET: &str = "a secret: with %, + and blanks";
const PATH: &str = "/introspect";
const TOKEN: &str = "nt6J8xtCdEdyioAbi10XaeV4vhnnkfeC";

/// A provider that judges opaque tokens, and a verifier that asks it.
struct Peer {
    issuer: Issuer,
    clock: StillClock,
    verifier: Verifier,
}

impl Peer {
    async fn start() -> Self {
        Self::with(|config| config).await
    }

    async fn with(configure: impl FnOnce(IssuerConfig) -> IssuerConfig) -> Self {
        let (issuer, clock) = (Issuer::start("EdDSA").await, StillClock::new());
        let introspection = IntrospectionConfig {
            url: Some(format!("{}{PATH}", issuer.url())),
            ..IntrospectionConfig::new("us", SECRET)
        };
        let config = configure(IssuerConfig { introspection: Some(introspection), ..issuer.config() });
        let options = VerifierOptions { clock: clock.clock(), ..VerifierOptions::default() };
        let verifier = Verifier::new(vec![config], options).unwrap();
        Self { issuer, clock, verifier }
    }

    /// What the provider says of every token.
    fn says(&self, changes: Value) {
        self.issuer.serve(PATH, Answer::Json(changed(active(), &changes)));
    }

    async fn id(&self, token: &str) -> Result<String, TokenError> {
        self.verifier.verify(token).await.map(|caller| caller.id().as_str().to_owned())
    }

    fn questions(&self) -> usize {
        self.issuer.requests(PATH)
    }
}

fn active() -> Value {
    json!({
        "active": true, "token_type": "Bearer", "sub": "alice", "aud": [AUDIENCE], "client_id": "app",
        "scope": "a b", "exp": now_s() + 3600,
    })
}

fn alice() -> Result<String, TokenError> {
    Ok("alice".into())
}

#[tokio::test]
async fn an_active_token_is_the_user_that_its_issuer_says() {
    let peer = Peer::start().await;
    peer.says(json!({}));
    let caller = peer.verifier.verify(TOKEN).await.unwrap();
    assert_eq!((caller.id().as_str(), caller.issuer()), ("alice", peer.issuer.url().as_str()));
    assert_eq!(caller.scopes().iter().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(caller.claim("active"), None, "that is no claim of the token");
}

#[tokio::test]
async fn bellhop_shows_its_secret_as_configured() {
    let basic = Peer::start().await;
    basic.says(json!({}));
    assert_eq!(basic.id(TOKEN).await, alice());
    let seen = basic.issuer.received(PATH);
    assert_eq!(seen.body, format!("token={TOKEN}&token_type_hint=access_token"));
    let sent = seen.authorization.unwrap();
    let expected = "dXM6YStzZWNyZXQlM0Erd2l0aCslMjUlMkMrJTJCK2FuZCtibGFua3M=";
    assert_eq!(sent, format!("Basic {expected}"));

    let post = Peer::with(|mut config| {
        config.introspection.as_mut().unwrap().client_auth = ClientAuth::Post;
        config
    })
    .await;
    post.says(json!({}));
    assert_eq!(post.id(TOKEN).await, alice());
    let seen = post.issuer.received(PATH);
    assert_eq!(seen.authorization, None);
    let client = "client_id=us&client_secret=a+secret%3A+with+%25%2C+%2B+and+blanks";
    assert_eq!(seen.body, format!("token={TOKEN}&token_type_hint=access_token&{client}"));
}

#[tokio::test]
async fn what_is_not_an_active_access_token_for_us_is_refused() {
    let now_s = now_s();
    for (answer, why) in [
        (json!({"active": false}), TokenError::Inactive),
        (json!({"active": null}), TokenError::Inactive),
        (json!({"active": "true"}), TokenError::Inactive),
        (json!({"active": 1}), TokenError::Inactive),
        (json!({"token_type": null}), TokenError::Type),
        (json!({"token_type": "refresh_token"}), TokenError::Type),
        (json!({"token_type": "DPoP"}), TokenError::Type),
        (json!({"token_use": "refresh_token"}), TokenError::Type),
        (json!({"cnf": {"jkt": "x"}}), TokenError::Bound),
        (json!({"iss": "https://other.test"}), TokenError::Issuer),
        (json!({"aud": null}), TokenError::Audience),
        (json!({"aud": "https://other.test"}), TokenError::Audience),
        (json!({"exp": now_s - 60}), TokenError::Expired),
        (json!({"exp": "soon"}), TokenError::Time),
        (json!({"nbf": now_s + 600}), TokenError::NotYetValid),
        (json!({"sub": null}), TokenError::NoUser),
        (json!({"sub": "app"}), TokenError::Machine),
    ] {
        let peer = Peer::start().await;
        peer.says(answer.clone());
        assert_eq!(peer.id(TOKEN).await, Err(why), "{answer}");
    }
}

#[tokio::test]
async fn a_revoked_token_works_no_longer_than_the_answer_is_believed() {
    let peer = Peer::start().await;
    peer.says(json!({}));
    assert_eq!(peer.id(TOKEN).await, alice());
    peer.says(json!({"active": false}));
    peer.clock.advance_s(29);
    assert_eq!((peer.id(TOKEN).await, peer.questions()), (alice(), 1));
    peer.clock.advance_s(2);
    assert_eq!((peer.id(TOKEN).await, peer.questions()), (Err(TokenError::Inactive), 2));
    peer.says(json!({}));
    peer.clock.advance_s(3);
    assert_eq!((peer.id(TOKEN).await, peer.questions()), (Err(TokenError::Inactive), 2), "refusals are kept briefly");
    peer.clock.advance_s(3);
    assert_eq!((peer.id(TOKEN).await, peer.questions()), (alice(), 3));
}

#[tokio::test]
async fn no_answer_outlives_the_token() {
    let peer = Peer::start().await;
    peer.says(json!({"exp": now_s() + 10}));
    assert_eq!(peer.id(TOKEN).await, alice());
    peer.clock.advance_s(11);
    peer.says(json!({"active": false}));
    assert_eq!((peer.id(TOKEN).await, peer.questions()), (Err(TokenError::Inactive), 2));
}

#[tokio::test]
async fn a_token_that_does_not_say_when_it_expires_is_asked_about_again() {
    let peer = Peer::start().await;
    peer.says(json!({"exp": null}));
    let caller = peer.verifier.verify(TOKEN).await.unwrap();
    assert!(caller.expires_at_s() <= now_s() + 30, "no longer than the answer is believed");
    peer.clock.advance_s(31);
    assert_eq!((peer.id(TOKEN).await, peer.questions()), (alice(), 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn about_one_token_one_question_is_asked_at_a_time() {
    let peer = Peer::start().await;
    peer.issuer.serve(PATH, Answer::Late(Duration::from_millis(100), active()));
    let gives_up = tokio::time::timeout(Duration::from_millis(20), peer.verifier.verify(TOKEN)).await;
    assert!(gives_up.is_err(), "whoever goes away leaves the question to the next");
    let all: Vec<_> = (0..50).map(|_| peer.verifier.clone()).collect();
    let all = all.into_iter().map(|verifier| tokio::spawn(async move { verifier.verify(TOKEN).await.map(drop) }));
    for one in all.collect::<Vec<_>>() {
        assert_eq!(one.await.unwrap(), Ok(()));
    }
    assert!(peer.questions() <= 2, "{}", peer.questions());
}

#[tokio::test]
async fn an_issuer_that_fails_is_503_and_left_alone_for_a_moment() {
    let mut peer = Peer::start().await;
    for answer in [
        Answer::Status(500),
        Answer::Status(401),
        Answer::Text("no JSON".into()),
        Answer::Text("{\"active\": true, \"active\": false}".into()),
        Answer::Json(json!([true])),
        Answer::Redirect("https://evil.test".into()),
        Answer::Text("x".repeat(70_000)),
    ] {
        peer.issuer.serve(PATH, answer.clone());
        let before = peer.questions();
        assert_eq!(peer.id(TOKEN).await, Err(TokenError::Unavailable), "{answer:?}");
        assert_eq!(peer.id("another").await, Err(TokenError::Unavailable));
        assert_eq!(peer.questions(), before + 1, "{answer:?}");
        peer.clock.advance_s(2);
    }
    peer.issuer.stop().await;
    assert_eq!(peer.id(TOKEN).await, Err(TokenError::Unavailable));
    peer.issuer.restart().await;
    peer.says(json!({}));
    peer.clock.advance_s(2);
    assert_eq!(peer.id(TOKEN).await, alice(), "a failure is not remembered against a token");
}

#[tokio::test]
async fn a_token_that_the_issuer_chokes_on_shuts_nobody_else_out() {
    let peer = Peer::start().await;
    peer.says(json!({}));
    assert_eq!(peer.id(TOKEN).await, alice());
    for status in [400, 413, 414, 422] {
        peer.clock.advance_s(60);
        peer.issuer.serve(PATH, Answer::Status(status));
        let before = peer.questions();
        assert_eq!(peer.id("garbage").await, Err(TokenError::Inactive), "{status}");
        assert_eq!(peer.id("garbage").await, Err(TokenError::Inactive), "{status}");
        assert_eq!(peer.questions(), before + 1, "it is remembered against that token");
        peer.says(json!({}));
        assert_eq!(peer.id(TOKEN).await, alice(), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_flood_of_made_up_tokens_leaves_turns_to_known_ones() {
    let peer = Peer::start().await;
    peer.says(json!({}));
    assert_eq!(peer.id(TOKEN).await, alice());
    peer.clock.advance_s(31);
    peer.issuer.serve(PATH, Answer::Late(Duration::from_secs(3), json!({"active": false})));
    let flood: Vec<_> = (0..200)
        .map(|number| {
            let verifier = peer.verifier.clone();
            tokio::spawn(async move { verifier.verify(&format!("made-up-{number}")).await.map(drop) })
        })
        .collect();
    // By then those whose turn it is have been asked about, slowly.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(peer.questions(), 1 + 16, "half of the turns");
    peer.says(json!({}));
    let known = tokio::time::timeout(Duration::from_secs(2), peer.id(TOKEN)).await;
    assert_eq!(known, Ok(alice()), "it did not wait for the flood");
    flood.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_that_came_before_a_question_share_its_answer_however_briefly_it_is_believed() {
    let peer = Peer::with(|mut config| {
        config.introspection.as_mut().unwrap().cache_s = 0;
        config
    })
    .await;
    peer.issuer.serve(PATH, Answer::Late(Duration::from_millis(300), active()));
    let all: Vec<_> = (0..50).map(|_| peer.verifier.clone()).collect();
    let all = all.into_iter().map(|verifier| tokio::spawn(async move { verifier.verify(TOKEN).await.map(drop) }));
    for one in all.collect::<Vec<_>>() {
        assert_eq!(one.await.unwrap(), Ok(()));
    }
    let together = peer.questions();
    assert!(together <= 3, "{together}");
    peer.says(json!({"active": false}));
    assert_eq!(peer.id(TOKEN).await, Err(TokenError::Inactive), "no answer to an earlier question counts");
}

#[tokio::test]
async fn json_web_tokens_are_judged_by_keys_and_never_sent() {
    let peer = Peer::start().await;
    peer.says(json!({}));
    assert_eq!(peer.id(&peer.issuer.token("bob")).await, Ok("bob".into()));
    let forged = testkit::issuer::SigningKey::new("key-0", "EdDSA").token(&peer.issuer.claims("bob"));
    assert_eq!(peer.id(&forged).await, Err(TokenError::Signature));
    assert_eq!(peer.id("no bearer\ttoken").await, Err(TokenError::Malformed));
    assert_eq!(peer.questions(), 0);
}

#[tokio::test]
async fn json_web_tokens_are_asked_about_too_where_configuration_says_so() {
    let peer = Peer::with(|mut config| {
        config.introspection.as_mut().unwrap().tokens = Introspected::All;
        config
    })
    .await;
    let bob = peer.issuer.token("bob");
    peer.says(json!({"sub": "mallory"}));
    assert_eq!(peer.id(&bob).await, Ok("bob".into()), "what is signed counts");
    peer.clock.advance_s(31);
    peer.says(json!({"active": false}));
    assert_eq!(peer.id(&bob).await, Err(TokenError::Inactive));
    let forged = testkit::issuer::SigningKey::new("key-0", "EdDSA").token(&peer.issuer.claims("bob"));
    peer.says(json!({}));
    assert_eq!(peer.id(&forged).await, Err(TokenError::Signature), "its word does not replace a signature");
}

#[tokio::test]
async fn without_keys_only_opaque_tokens_count() {
    let peer = Peer::with(|config| IssuerConfig { keys: Keys::None, ..config }).await;
    peer.says(json!({}));
    assert_eq!(peer.verifier.ready().await, Ok(()));
    assert_eq!(peer.id(TOKEN).await, alice());
    assert_eq!(peer.id(&peer.issuer.token("bob")).await, Err(TokenError::UnknownKey));
}

#[tokio::test]
async fn the_address_is_found_by_discovery() {
    let peer = Peer::with(|mut config| {
        config.introspection.as_mut().unwrap().url = None;
        IssuerConfig { keys: Keys::None, ..config }
    })
    .await;
    assert!(peer.verifier.ready().await.is_err());
    let document =
        json!({"issuer": peer.issuer.url(), "introspection_endpoint": format!("{}{PATH}", peer.issuer.url())});
    peer.issuer.serve("/.well-known/oauth-authorization-server", Answer::Json(document));
    peer.says(json!({}));
    assert_eq!(peer.verifier.ready().await, Ok(()));
    assert_eq!(peer.id(TOKEN).await, alice());

    let moved = json!({"issuer": peer.issuer.url(), "introspection_endpoint": format!("{}/moved", peer.issuer.url())});
    peer.issuer.serve("/.well-known/oauth-authorization-server", Answer::Json(moved));
    peer.issuer.serve("/moved", Answer::Json(active()));
    peer.issuer.serve(PATH, Answer::Status(400));
    peer.clock.advance_s(31);
    assert_eq!(peer.id(TOKEN).await, Err(TokenError::Inactive), "an address that answers about a token is kept");
    peer.issuer.serve(PATH, Answer::Status(404));
    peer.clock.advance_s(6);
    assert_eq!(peer.id(TOKEN).await, Err(TokenError::Unavailable));
    peer.clock.advance_s(2);
    assert_eq!((peer.id(TOKEN).await, peer.issuer.requests("/moved")), (alice(), 1), "one that fails is found anew");
}

#[tokio::test]
async fn people_whose_answers_lack_a_subject_are_not_their_client() {
    let peer = Peer::with(|config| IssuerConfig { client_prefix: Some("client:".into()), ..config }).await;
    for (token, name) in [("token-of-alice", "alice"), ("token-of-bob", "bob")] {
        peer.says(json!({"sub": null, "client_id": "web", "username": name}));
        assert_eq!(peer.id(token).await, Err(TokenError::NoUser), "{name}");
    }
    peer.says(json!({"sub": null, "client_id": "m2m"}));
    assert_eq!(peer.id(TOKEN).await, Ok("client:m2m".into()));
}

#[tokio::test]
async fn an_opaque_token_without_introspection_is_nothing() {
    let issuer = Issuer::start("EdDSA").await;
    assert_eq!(issuer.verifier().verify(TOKEN).await.map(drop), Err(TokenError::Malformed));
}

#[test]
fn a_configuration_that_makes_no_sense_is_refused() {
    let asked = |name: &str| IssuerConfig {
        introspection: Some(IntrospectionConfig::new("us", SECRET)),
        user_prefix: Some(name.into()),
        ..IssuerConfig::new(format!("https://{name}.test"), AUDIENCE, Keys::Discover)
    };
    let refused = |issuers| Verifier::new(issuers, VerifierOptions::default()).map(drop).unwrap_err();
    let both = refused(vec![asked("one"), asked("two")]);
    assert!(matches!(both, ConfigError::TwoIntrospections { .. }), "one would learn the other's tokens");
    let with = |change: fn(&mut IntrospectionConfig)| {
        let mut config = asked("one");
        change(config.introspection.as_mut().unwrap());
        refused(vec![config])
    };
    assert!(matches!(with(|it| it.client_id.clear()), ConfigError::NoClient { .. }));
    assert!(matches!(with(|it| it.client_secret = "".into()), ConfigError::NoClient { .. }));
    assert!(matches!(with(|it| it.cache_s = 301), ConfigError::Cache { cache_s: 301, .. }));
    assert!(matches!(with(|it| it.url = Some("ftp://x".into())), ConfigError::Address { .. }));
    let keyless = IssuerConfig::new("https://one.test", AUDIENCE, Keys::None);
    assert!(matches!(refused(vec![keyless]), ConfigError::NoWay { .. }));
    let jwt = IssuerConfig { introspection: None, ..asked("three") };
    let mut revocable = asked("two");
    revocable.introspection.as_mut().unwrap().tokens = Introspected::Jwt;
    assert!(Verifier::new(vec![asked("one"), revocable, jwt], VerifierOptions::default()).is_ok());
}
