//! Links of tools' answers: whoever opens one is found out first, or says who they are where that is enough.

use reqwest::Url;
use serde_json::json;

use super::{World, free_port, page};
use crate::support::peers::ProviderServer;
use crate::support::providers::{Browser, OidcProvider};

/// The address that a call answers.
async fn link(world: &World, token: &str) -> Url {
    let envelope = world.bellhop.mcp(token).call("notes_whoami", &json!({})).await;
    assert_eq!(envelope["code"], "not_connected", "{envelope:?}");
    let link = envelope["visit"].as_str().unwrap_or_else(|| panic!("no address in {envelope:?}"));
    assert!(!link.contains("alice") && !link.contains("bob"), "{link}");
    link.parse().unwrap()
}

#[tokio::test]
async fn a_link_works_only_for_who_signs_in_as_the_user_it_was_made_for() {
    let port = free_port();
    let back = format!("http://127.0.0.1:{port}/connect/signed-in");
    let resources = json!({"https://bellhop.test": "RS256"}).to_string();
    let variables = [("RESOURCES", resources.as_str()), ("SIGN_IN_REDIRECT", back.as_str())];
    let provider = OidcProvider::of(ProviderServer::node("oidc-provider.mjs", &variables).await);
    let auth = format!(
        "[auth]\nissuer = \"{}\"\naudience = \"https://bellhop.test\"\nsign_in = {{ client_id = \"bellhop-sign-in\", \
         client_secret = \"sign-in-secret\" }}\n",
        provider.url()
    );
    let issuer = access::DevIssuer::new("https://unused.test", "https://bellhop.test").unwrap();
    let world = World::before(World::upstream(port, 600).await, port, issuer, &auth, "").await;
    let (alice, _) = provider.sign_in("alice", "https://bellhop.test").await;
    let (bob, _) = provider.sign_in("bob", "https://bellhop.test").await;
    let callback = format!("{}/connect/callback", world.bellhop.url);
    let signed_in = format!("{}/connect/signed-in", world.bellhop.url);

    // Alice sends her link to Bob, who signs in as himself.
    let link = link(&world, &alice).await;
    let mut bobs = Browser::new();
    let answer = bobs.through(link.clone(), "bob", &signed_in).await;
    let (status, text) = page(bobs.get(&answer).await).await;
    assert_eq!((status, text.contains("another user")), (403, true), "{text}");
    // An answer of one sign-in in another browser is worth nothing.
    assert_eq!(page(Browser::new().get(&answer).await).await.0, 400);

    let mut alices = Browser::new();
    let answer = alices.through(link.clone(), "alice", &signed_in).await;
    assert_eq!(page(bobs.clone().get(&answer).await).await.0, 400);
    let onward = alices.get(&answer).await;
    assert_eq!(onward.status(), 303);
    let visit: Url = onward.headers()["location"].to_str().unwrap().parse().unwrap();
    assert!(visit.as_str().starts_with(&world.upstream.url));
    let back = alices.through(visit, "alice@upstream", &callback).await;
    assert_eq!(page(alices.get(&back).await).await.0, 200);
    let who = world.bellhop.mcp(&alice).data("notes_whoami", &json!({})).await;
    assert_eq!(who["user"], "alice@upstream");
    assert_eq!(world.bellhop.mcp(&bob).call("notes_whoami", &json!({})).await["code"], "not_connected");
}

#[tokio::test]
async fn where_visitors_are_trusted_a_page_names_the_user_and_waits_for_a_yes() {
    let world = World::with(600, ", trust_visitors = true", "").await;
    let link = link(&world, &world.token("alice")).await;
    let mut browser = Browser::new();
    let (status, text) = page(browser.get(&link).await).await;
    assert_eq!(status, 200);
    assert!(text.contains("<b>alice</b>") && text.contains("<form method=\"post\">"), "{text}");
    // A form on another site brings no cookie of ours.
    assert_eq!(page(Browser::new().post(&link, &[]).await).await.0, 400);
    let onward = browser.post(&link, &[]).await;
    assert_eq!(onward.status(), 303);
    let visit: Url = onward.headers()["location"].to_str().unwrap().parse().unwrap();
    let back = browser.through(visit, "alice@upstream", &format!("{}/connect/callback", world.bellhop.url)).await;
    assert_eq!(page(browser.get(&back).await).await.0, 200);
    assert_eq!(world.whoami("alice").await.unwrap(), "alice@upstream");
}

#[tokio::test]
async fn without_a_way_to_tell_visitors_apart_the_products_page_is_named() {
    let world = World::with(600, ", page = \"https://app.test/settings\"", "").await;
    let refused = world.whoami("alice").await.unwrap_err();
    assert_eq!(refused["visit"], "https://app.test/settings");
}
