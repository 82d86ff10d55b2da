use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use connector::ErrorKind;
use serde_json::json;
use upstream::{ClientConfig, ConnectConfig, Credential, CredentialSource};

use super::{Accounts, Links, World, connected};

#[tokio::test]
async fn a_token_that_lives_short_is_taken_as_it_comes() {
    for lives_s in [0, 30, 60] {
        let world = World::with(lives_s).await;
        world.keep(0).await;
        assert_eq!(world.token().await.unwrap(), "access-1", "{lives_s}");
        assert_eq!(world.server.refreshed(), 1, "{lives_s}");
        if lives_s > 0 {
            assert_eq!(world.token().await.unwrap(), "access-1", "{lives_s}");
            assert_eq!(world.server.refreshed(), 1, "{lives_s}");
        }
    }
}

#[tokio::test]
async fn many_calls_at_once_refresh_once() {
    let world = World::with(30).await;
    world.server.takes_ms.store(300, Ordering::SeqCst);
    world.keep(0).await;
    let calls = futures::future::join_all((0..8).map(|_| world.token())).await;
    assert!(calls.iter().all(|token| token.as_deref().ok() == Some("access-1")), "{calls:?}");
    assert_eq!(world.server.refreshed(), 1);
}

#[tokio::test]
async fn a_server_that_hangs_is_asked_by_one_and_does_not_hold_the_record() {
    let world = World::with(600).await;
    world.server.metadata_hangs.store(true, Ordering::SeqCst);
    world.keep(0).await;
    let waited = tokio::time::timeout(Duration::from_secs(1), futures::future::join(world.token(), world.token()));
    assert!(waited.await.is_err());
    assert_eq!(world.server.metadata_asked.load(Ordering::SeqCst), 1);
    // Another process, for which it does not hang, is not kept from refreshing.
    world.server.metadata_hangs.store(false, Ordering::SeqCst);
    let other = connected(&world.server, &world.store, "bellhop");
    let begun = Instant::now();
    assert!(
        matches!(other.credential(&world.alice).await, Ok(Some(Credential::Token(token))) if token.expose() == "access-1")
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_refresh_goes_on_when_its_caller_is_gone_and_is_waited_for() {
    let world = World::with(600).await;
    world.server.takes_ms.store(500, Ordering::SeqCst);
    world.keep(0).await;
    let config = ConnectConfig {
        issuer: Some(world.server.url.clone()),
        client_id: "bellhop".into(),
        ..ConnectConfig::default()
    };
    let configs = [("notes".to_owned(), config, ClientConfig::default())];
    let accounts = Accounts::new(world.store.clone(), Default::default()).with_connections(configs, Links::default());
    let source = super::ConnectionSource(accounts.connect("notes").unwrap().clone());
    let gone = tokio::time::timeout(Duration::from_millis(200), source.credential(&world.alice)).await;
    assert!(gone.is_err());
    accounts.close().await;
    assert_eq!((world.token().await.unwrap().as_str(), world.server.refreshed()), ("access-1", 1));
}

#[tokio::test]
async fn an_account_that_is_connected_anew_during_a_refresh_stays() {
    let world = World::with(600).await;
    world.server.takes_ms.store(500, Ordering::SeqCst);
    world.keep(0).await;
    let anew = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let grant = json!({"access_token": "anew", "refresh_token": "anew", "expires_at_s": super::now_s() + 600});
        world.store.put(&world.slot(), "oauth", grant.to_string().as_bytes()).await.unwrap();
    };
    let (token, ()) = futures::future::join(world.token(), anew).await;
    assert_eq!(token.unwrap(), "anew");
    assert_eq!(world.server.revocations.load(Ordering::SeqCst), 0);
    // What the server takes back is forgotten.
    world.keep(0).await;
    world.server.forget().await;
    let lost = world.token().await.unwrap_err();
    assert_eq!(lost.kind(), ErrorKind::NotConnected);
}

#[tokio::test]
async fn only_the_token_that_was_sent_is_replaced_when_it_is_refused() {
    let world = World::with(600).await;
    world.keep(600).await;
    let sent = |text: &str| Credential::Token(text.to_owned().into());
    // Just granted: a new one would not help.
    assert!(!world.source.refused(&world.alice, &sent("access-0")).await);
    // Another one is there already.
    assert!(world.source.refused(&world.alice, &sent("earlier")).await);
    assert_eq!(world.server.refreshed(), 0);
    tokio::time::sleep(Duration::from_secs(6)).await;
    let first = sent("access-0");
    let burst = futures::future::join_all((0..4).map(|_| world.source.refused(&world.alice, &first))).await;
    assert_eq!((burst, world.server.refreshed()), (vec![true; 4], 1));
    assert_eq!(world.token().await.unwrap(), "access-1");
}

#[tokio::test]
async fn what_another_client_was_granted_is_no_account() {
    let world = World::with(600).await;
    world.keep(0).await;
    assert_eq!(world.token().await.unwrap(), "access-1");
    let other = connected(&world.server, &world.store, "another");
    assert_eq!(other.credential(&world.alice).await.unwrap_err().kind(), ErrorKind::NotConnected);
    assert_eq!(world.token().await.unwrap(), "access-1");
}
