//! Whoever takes part in a flow that is not theirs connects nothing.

use reqwest::Url;
use serde_json::json;

use super::{Answered, World, http, page};
use crate::support::providers::Browser;

fn with(callback: &Url, change: impl Fn(&str, &str) -> Option<String>) -> Url {
    let mut changed = callback.clone();
    let pairs: Vec<_> = callback
        .query_pairs()
        .filter_map(|(name, value)| Some((name.clone().into_owned(), change(&name, &value)?)))
        .collect();
    changed.query_pairs_mut().clear().extend_pairs(pairs);
    changed
}

fn state_of(url: &Url) -> String {
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

#[tokio::test]
async fn an_answer_is_good_once_and_in_the_browser_where_it_began() {
    let world = World::start().await;
    let (visit, browser) = world.begin("alice").await;
    let Answered { callback, mut browser } = world.agree(browser, visit, "alice@upstream").await;
    // Without the cookie; in the browser of somebody who began a flow of their own.
    let (status, text) = page(Browser::new().get(&callback).await).await;
    assert_eq!((status, text.contains("another browser")), (403, true), "{text}");
    let (_, mut bobs) = world.begin("bob").await;
    let (status, text) = page(bobs.get(&callback).await).await;
    assert_eq!((status, text.contains("another browser")), (403, true), "{text}");
    assert!(!world.is_connected("alice").await && !world.is_connected("bob").await);
    // None of that spoiled it for the one whose it is.
    let kept = browser.clone();
    assert_eq!(page(browser.get(&callback).await).await.0, 200);
    assert!(world.is_connected("alice").await);
    // Twice: by the browser, and by one that kept its cookie.
    for mut again in [browser, kept] {
        let status = page(again.get(&callback).await).await.0;
        assert!([400, 403].contains(&status), "{status}");
    }
    assert_eq!(world.whoami("alice").await.unwrap(), "alice@upstream");
    assert!(!world.is_connected("bob").await);
}

#[tokio::test]
async fn a_victim_who_is_sent_an_attackers_address_gives_nothing_away() {
    // Alice begins and sends Bob the address of the authorization server, where Bob agrees with his own account.
    let world = World::start().await;
    let (visit, mut alices) = world.begin("alice").await;
    let Answered { callback, mut browser } = world.agree(Browser::new(), visit, "bob@upstream").await;
    assert_eq!(page(browser.get(&callback).await).await.0, 403);
    // Bob has a flow of his own under way: his cookie is not that of hers.
    let (_, mut bobs) = world.begin("bob").await;
    assert_eq!(page(bobs.get(&callback).await).await.0, 403);
    assert!(!world.is_connected("alice").await && !world.is_connected("bob").await);
    // Her own code in his flow: the code verifier of hers is not that of his.
    let (visit, browser) = world.begin("bob").await;
    let his = world.agree(browser, visit.clone(), "bob@upstream").await;
    let (her_visit, her_browser) = world.begin("alice").await;
    let hers = world.agree(her_browser, her_visit, "alice@upstream").await;
    let her_code = hers.callback.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let injected =
        with(&his.callback, |name, value| Some(if name == "code" { her_code.clone() } else { value.to_owned() }));
    let mut bobs = his.browser;
    let (status, text) = page(bobs.get(&injected).await).await;
    assert!(status >= 400, "{text}");
    assert!(!world.is_connected("bob").await);
    let _ = alices.get(&callback).await;
}

#[tokio::test]
async fn made_up_expired_and_foreign_states_and_issuers_are_refused() {
    let world = World::start().await;
    let (first, browser) = world.begin("alice").await;
    let earlier = world.agree(browser, first, "alice@upstream").await;
    let (second, browser) = world.begin("alice").await;
    // Who begins again ends what they began before.
    let mut mixed = earlier.browser.clone();
    assert!(page(mixed.get(&earlier.callback).await).await.0 >= 400);
    let Answered { callback, browser } = world.agree(browser, second.clone(), "alice@upstream").await;
    let state = state_of(&second);
    let flipped: String = state.chars().rev().collect();
    let elsewhere = "https://evil.test".to_owned();
    let tries = [
        with(&callback, |name, value| (name != "state").then(|| value.to_owned())),
        with(&callback, |name, value| Some(if name == "state" { flipped.clone() } else { value.to_owned() })),
        with(&callback, |name, value| Some(if name == "state" { state[..40].to_owned() } else { value.to_owned() })),
        Url::parse(&format!("{callback}&state={state}")).unwrap(),
        Url::parse(&format!("{callback}&code=another")).unwrap(),
        Url::parse(&format!(
            "{}?error=%3Cscript%3Ealert(1)%3C/script%3E&state=%3Cb%3E",
            callback.as_str().split('?').next().unwrap()
        ))
        .unwrap(),
    ];
    for tried in tries {
        let (status, text) = page(browser.clone().get(&tried).await).await;
        assert!((400..500).contains(&status), "{status} {tried}");
        assert!(!text.contains("<script>alert") && !text.contains("<b>"), "{text}");
    }
    assert!(!world.is_connected("alice").await);
    // Another issuer answers (RFC 9207), or none does although this one always names itself.
    let (visit, browser) = world.begin("alice").await;
    let Answered { callback, browser } = world.agree(browser, visit, "alice@upstream").await;
    assert!(callback.query_pairs().any(|(name, value)| name == "iss" && value == world.upstream.url));
    let mixed = with(&callback, |name, value| Some(if name == "iss" { elsewhere.clone() } else { value.to_owned() }));
    let (status, text) = page(browser.clone().get(&mixed).await).await;
    assert_eq!((status, text.contains("another service")), (403, true), "{text}");
    // That spent the state.
    assert_eq!(page(browser.clone().get(&callback).await).await.0, 400);
    let (visit, browser) = world.begin("alice").await;
    let Answered { callback, browser } = world.agree(browser, visit, "alice@upstream").await;
    let silent = with(&callback, |name, value| (name != "iss").then(|| value.to_owned()));
    assert_eq!(page(browser.clone().get(&silent).await).await.0, 403);
    assert!(!world.is_connected("alice").await);
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_needs_a_user() {
    let world = World::start().await;
    let (status, answer) = world.api("alice", reqwest::Method::POST, "/api/connections/nothing").await;
    assert_eq!((status, &answer["code"]), (404, &json!("not_found")));
    // Notes takes no credential that users set.
    let (status, _) = world.api("alice", reqwest::Method::GET, "/api/credentials/notes").await;
    assert_eq!(status, 404);
    let address = format!("{}/api/connections/notes", world.bellhop.url);
    assert_eq!(http().post(&address).send().await.unwrap().status(), 401);
    for path in ["/connect/made-up", "/connect/callback", "/connect/signed-in", "/connect/%FF"] {
        let response = http().get(format!("{}{path}", world.bellhop.url)).send().await.unwrap();
        assert_eq!(page(response).await.0, 400, "{path}");
    }
}
