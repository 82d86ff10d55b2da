use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use testkit::issuer::{SigningKey, now_s};

use super::{SERVE, basics, root, serve, token};
use crate::support::fixtures::SECRET;
use crate::support::process;
use crate::support::providers::BetterAuth;

#[tokio::test]
async fn jwt_secret_without_jwt_issuer_says_what_is_missing() {
    let (_folder, root) = root();
    let home = process::home();
    let said = process::refused(home.path(), &SERVE, &[("BASE_DATA_PATH", &root), ("JWT_SECRET", SECRET)]).await;
    assert!(said.contains("JWT_ISSUER"), "{said}");
}

#[tokio::test]
async fn better_auth_url() {
    let (_folder, root) = root();
    let provider = BetterAuth::start(&[]).await;
    // The secret is what Better Auth itself needs; with the address there, public keys are used.
    let more = [("BETTER_AUTH_URL", provider.url()), ("BETTER_AUTH_SECRET", SECRET), ("BASE_DATA_PATH", root.as_str())];
    let bellhop = serve(&more).await;
    let session = provider.sign_up("alice").await;
    assert_eq!(bellhop.mcp(&provider.token(&session).await).status().await.0, 200);
    let forged = json!({"iss": provider.url(), "aud": provider.url(), "sub": session.user_id, "exp": now_s() + 600});
    let forged = SigningKey::of_secret("HS256", SECRET.as_bytes()).token(&forged);
    assert_eq!(bellhop.mcp(&forged).status().await.0, 401, "the shared secret opens nothing beside public keys");
}

#[tokio::test]
async fn better_auth_url_with_the_path_of_its_api() {
    let (_folder, root) = root();
    let provider = BetterAuth::start(&[("BASE_PATH", "/id/v2")]).await;
    let address = format!("{}/id/v2", provider.url());
    let bellhop = serve(&[("BETTER_AUTH_URL", address.as_str()), ("BASE_DATA_PATH", root.as_str())]).await;
    let session = provider.sign_up("alice").await;
    assert_eq!(bellhop.mcp(&provider.token(&session).await).status().await.0, 200, "{}", bellhop.log());
}

#[tokio::test]
async fn better_auth_secret_with_an_issuer() {
    let (_folder, root) = root();
    let more = [("BETTER_AUTH_SECRET", SECRET), ("JWT_ISSUER", "https://me.test"), ("BASE_DATA_PATH", root.as_str())];
    let bellhop = serve(&more).await;
    assert_eq!(bellhop.mcp(&token("alice", SECRET, "https://me.test")).status().await.0, 200);
}

#[tokio::test]
async fn better_auth_secret_alone_says_what_is_missing() {
    let (_folder, root) = root();
    let home = process::home();
    let said =
        process::refused(home.path(), &SERVE, &[("BASE_DATA_PATH", &root), ("BETTER_AUTH_SECRET", SECRET)]).await;
    assert!(said.contains("BETTER_AUTH_URL"), "{said}");
}

/// A development token that nobody signed.
fn bypass_token(user: &str) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims =
        json!({"sub": user, "email": "dev@example.com", "name": "Dev", "iat": 1_234_567_890, "exp": 9_999_999_999_u64});
    format!("{}.{}.bypass-signature", part(json!({"alg": "HS256", "typ": "JWT"})), part(claims))
}

#[tokio::test]
async fn auth_bypass_opens_on_loopback_only_and_warns() {
    let (_folder, root) = root();
    let variables = [("BASE_DATA_PATH", root.as_str()), ("AUTH_BYPASS", "true")];
    let bellhop = serve(&variables).await;
    assert_eq!(bellhop.mcp(&bypass_token("bob")).status().await.0, 200);
    assert!(bellhop.log().contains("WARN"), "{}", bellhop.log());
    let home = process::home();
    let said = process::refused(home.path(), &["serve", "--port", "0", "--host", "0.0.0.0"], &variables).await;
    assert!(said.contains("loopback"), "{said}");
}

#[tokio::test]
async fn without_auth_bypass_such_a_token_is_refused() {
    let (_folder, root) = root();
    let bellhop = serve(&basics(&root, &[])).await;
    assert_eq!(bellhop.mcp(&bypass_token("bob")).status().await.0, 401);
}
