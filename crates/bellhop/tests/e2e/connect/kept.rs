//! Credentials that users or operators put into the store, at an API that looks at them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{http, process};
use crate::support::Bellhop;

/// Whose keys these are, as the upstream knows it.
const ACCOUNTS: [(&str, &str); 2] = [("Bearer alices-upstream-key", "alice"), ("Bearer bobs-upstream-key", "bob")];

async fn upstream() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "Keys", "version": "1"}, "servers": [{"url": url}],
        "security": [{"key": []}], "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "paths": {"/whoami": {"get": {"operationId": "whoami", "responses": {"200": {"description": "Whose key it is"}}}}}
    });
    let whoami = |headers: HeaderMap| async move {
        let sent = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        match ACCOUNTS.iter().find(|(key, _)| *key == sent) {
            Some((_, user)) => Ok(Json(json!({"user": user}))),
            None => Err(axum::http::StatusCode::UNAUTHORIZED),
        }
    };
    let described = |State(document): State<Arc<Value>>| async move { Json((*document).clone()) };
    let router = Router::new().route("/whoami", get(whoami)).route("/openapi.json", get(described));
    let router = router.with_state(Arc::new(document));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn each_users_calls_carry_their_own_key_whoever_put_it_there() {
    let url = upstream().await;
    let secret = "0123456789abcdef0123456789abcdef";
    let config = format!(
        "[auth]\nissuer = \"https://login.test\"\naudience = \"https://bellhop.test\"\nsecret = \"{secret}\"\n\
         [resources.keys]\nkind = \"openapi\"\nurl = \"{url}\"\ndocument = \"{url}/openapi.json\"\ncredential = {{ store = true }}\n\
         [audit]\nfile = \"audit.jsonl\"\n"
    );
    let home = process::home();
    std::fs::write(home.path().join("test.toml"), config).unwrap();
    let key = String::from_utf8(process::run(home.path(), &["secret", "key"], &[]).await.stdout).unwrap();
    let variables = [("BELLHOP_STORE_KEY", key.trim())];
    let words = ["serve", "--config", "test.toml", "--port", "0", "--json"];
    let bellhop = Bellhop::start(home, &words, &variables).await;
    let signing = testkit::issuer::SigningKey::of_secret("HS256", secret.as_bytes());
    let token = |user: &str| {
        let claims =
            json!({"iss": "https://login.test", "aud": "https://bellhop.test", "sub": user, "exp": 4_000_000_000_u64});
        signing.token(&claims)
    };
    let (alice, bob) = (token("alice"), token("bob"));

    let missing = bellhop.mcp(&alice).call("keys_whoami", &json!({})).await;
    assert_eq!(missing["code"], "not_connected");
    assert!(missing["error"].as_str().unwrap().contains("/api/credentials/keys"), "{missing:?}");
    let address = format!("{}/api/credentials/keys", bellhop.url);
    let set =
        http().put(&address).bearer_auth(&alice).json(&json!({"token": "alices-upstream-key"})).send().await.unwrap();
    assert_eq!(set.status(), 200);
    assert_eq!(bellhop.mcp(&alice).data("keys_whoami", &json!({})).await, json!({"user": "alice"}));
    assert_eq!(bellhop.mcp(&bob).call("keys_whoami", &json!({})).await["code"], "not_connected");

    // The operator sets Bob's, beside the running server.
    let folder = bellhop.home.path();
    let mut command =
        process::command(folder, &["secret", "set", "keys", "--user", "bob", "--config", "test.toml"], &variables);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut input, b"bobs-upstream-key\n").await.unwrap();
    drop(input);
    assert!(child.wait().await.unwrap().success());
    assert_eq!(bellhop.mcp(&bob).data("keys_whoami", &json!({})).await, json!({"user": "bob"}));
    assert_eq!(bellhop.mcp(&alice).data("keys_whoami", &json!({})).await, json!({"user": "alice"}));

    // A wrong key: the upstream's refusal, not ours.
    let wrong = http().put(&address).bearer_auth(&bob).json(&json!({"token": "alices-old-key"})).send().await.unwrap();
    assert_eq!(wrong.status(), 200);
    assert_eq!(bellhop.mcp(&bob).call("keys_whoami", &json!({})).await["code"], "permission_denied");
    let written = [folder.join("audit.jsonl"), folder.join("stderr.log"), folder.join(".bellhop/credentials.db")];
    let written: Vec<u8> = written.iter().flat_map(|file| std::fs::read(file).unwrap()).collect();
    for secret in ["alices-upstream-key", "bobs-upstream-key", "alices-old-key"] {
        assert!(!written.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} was written");
    }
    let audit = std::fs::read_to_string(folder.join("audit.jsonl")).unwrap();
    assert!(audit.contains("credentials.set") && !audit.contains("\"token\""), "{audit}");
}
