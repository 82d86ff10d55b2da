use serde_json::json;
use testkit::issuer::{SigningKey, now_s};

use super::blocks;
use crate::identity::{config, is_refused, serve, writes_a_note};
use crate::support::providers::{BetterAuth, BetterAuthMcp, OidcProvider, Wish};
use crate::support::{Bellhop, process};

const RESOURCE: &str = "https://agents.example.com/mcp";

#[tokio::test]
async fn better_auth() {
    let provider = BetterAuth::start(&[]).await;
    let bellhop = serve(&blocks("better-auth")[0].replace("https://app.example.com", provider.url()), "").await;
    let alice = provider.sign_up("alice").await;
    writes_a_note(&bellhop, &provider.token(&alice).await, &alice.user_id).await;
}

#[tokio::test]
async fn better_auth_with_its_mcp_plugin() {
    // Better Auth takes http for a resource on this machine only.
    let resource = "http://127.0.0.1:8808/mcp";
    let provider = BetterAuthMcp::start(resource).await;
    let block = blocks("better-auth")[1].replace("https://app.example.com", provider.url()).replace(RESOURCE, resource);
    let bellhop = serve(&block, "").await;
    let alice = provider.sign_up("alice").await;
    let tokens = provider.tokens(&alice, &Wish { scope: "notes:read", resource: Some(resource) }).await;
    writes_a_note(&bellhop, tokens.access(), &alice.user_id).await;
    let note =
        bellhop.mcp(&provider.token(&alice).await).data("notes_files_get", &json!({"identifier": "note.txt"})).await;
    assert_eq!(note["content"], format!("a note of {}", alice.user_id), "the same person by either token");
    let metadata = format!("{}/.well-known/oauth-protected-resource/mcp", bellhop.url);
    let metadata: serde_json::Value = crate::support::http().get(metadata).send().await.unwrap().json().await.unwrap();
    assert_eq!(metadata["authorization_servers"], json!([provider.issuer()]), "{metadata}");
}

#[tokio::test]
async fn any_provider_with_signed_and_with_opaque_tokens() {
    for (block, format) in [(0, "RS256"), (1, "opaque")] {
        let provider = OidcProvider::start(&json!({RESOURCE: format})).await;
        let block = blocks("custom")[block].replace("https://login.example.com", provider.url());
        let home = process::home();
        std::fs::write(home.path().join("test.toml"), config(&home, &block, "")).expect("a file can be written");
        let secret = [("INTROSPECTION_SECRET", "bellhop-secret")];
        let words = ["serve", "--config", "test.toml", "--port", "0", "--json"];
        let bellhop = Bellhop::start(home, &words, &secret).await;
        let (access, _) = provider.sign_in("alice", RESOURCE).await;
        assert_eq!(access.contains('.'), format != "opaque");
        writes_a_note(&bellhop, &access, "alice").await;
    }
}

#[tokio::test]
async fn an_application_with_a_shared_secret() {
    let secret = "a secret of this test, 32 bytes and more";
    let home = process::home();
    std::fs::write(home.path().join("test.toml"), config(&home, &blocks("custom")[2], "")).expect("a file");
    let words = ["serve", "--config", "test.toml", "--port", "0", "--json"];
    let bellhop = Bellhop::start(home, &words, &[("JWT_SECRET", secret)]).await;
    let claims = json!({"iss": "my-app", "aud": "bellhop", "sub": "alice", "exp": now_s() + 600});
    for alg in ["HS256", "HS384", "HS512"] {
        let token = SigningKey::of_secret(alg, secret.as_bytes()).token(&claims);
        assert_eq!(bellhop.mcp(&token).status().await.0, 200, "{alg}");
    }
    let refresh = testkit::issuer::changed(claims.clone(), &json!({"token_type": "refresh"}));
    let key = SigningKey::of_secret("HS256", secret.as_bytes());
    writes_a_note(&bellhop, &key.token(&claims), "alice").await;
    is_refused(&bellhop, &key.token(&refresh), "a refresh token of the same secret").await;
    let wrong = SigningKey::of_secret("HS256", b"another secret of 32 bytes or more");
    is_refused(&bellhop, &wrong.token(&claims), "another secret").await;
}

#[tokio::test]
async fn every_guide_is_short_and_says_what_was_tried() {
    let folder = format!("{}/../../docs/identity", env!("CARGO_MANIFEST_DIR"));
    let mut guides = 0;
    for entry in std::fs::read_dir(folder).expect("the guides are there") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a guide");
        assert!(text.lines().count() <= 40, "{} is too long", path.display());
        assert!(text.contains("Tried with"), "{} does not say what was tried", path.display());
        assert!(text.contains("```toml\n[auth]") || text.contains("```toml\n[[auth]]"), "{}", path.display());
        guides += 1;
    }
    assert_eq!(guides, 9);
}
