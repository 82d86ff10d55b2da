//! The environment alone is enough: each variable works without a file.

use std::net::Ipv4Addr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use testkit::issuer::{SigningKey, now_s};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::support::fixtures::{self, SECRET, Shop};
use crate::support::model::FakeModel;
use crate::support::providers::BetterAuth;
use crate::support::{Bellhop, Mcp, process};

const SERVE: [&str; 4] = ["serve", "--port", "0", "--json"];

async fn serve(variables: &[(&str, &str)]) -> Bellhop {
    Bellhop::start(process::home(), &SERVE, variables).await
}

/// A token of the issuer that `JWT_ISSUER` names, signed with a shared secret.
fn token(user: &str, secret: &str, audience: &str) -> String {
    let claims = json!({"iss": "https://me.test", "aud": audience, "sub": user, "exp": now_s() + 600});
    SigningKey::of_secret("HS256", secret.as_bytes()).token(&claims)
}

/// What makes a house with folders and the issuer `https://me.test`.
fn basics<'a>(root: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![("BASE_DATA_PATH", root), ("JWT_SECRET", SECRET), ("JWT_ISSUER", "https://me.test")];
    all.extend(more);
    all
}

fn root() -> (tempfile::TempDir, String) {
    let folder = process::home();
    fixtures::furnish(folder.path());
    let path = folder.path().to_str().expect("a path").to_owned();
    (folder, path)
}

async fn chat(bellhop: &Bellhop, token: &str, message: &str) -> Value {
    let request = crate::support::http().post(format!("{}/api/agents/chat", bellhop.url)).bearer_auth(token);
    let response = request.json(&json!({"message": message})).send().await.expect("the server answers");
    response.json().await.expect("an answer in JSON")
}

/// How many orders the user has, by whichever projection is offered.
async fn orders(mcp: &Mcp) -> Value {
    let tools = mcp.tool_names().await;
    let typed = tools.iter().find(|name| name.ends_with("orders_list"));
    let envelope = match typed {
        Some(list) => mcp.call(list, &json!({})).await,
        None => mcp.call("list", &json!({"resource_type": "orders"})).await,
    };
    envelope.get("count").cloned().unwrap_or_else(|| panic!("{envelope:?}"))
}

#[tokio::test]
async fn database_url_with_sqlite() {
    let shop = Shop::sqlite().await;
    let variables = [("DATABASE_URL", shop.url.as_str()), ("JWT_SECRET", SECRET), ("JWT_ISSUER", "https://me.test")];
    let bellhop = serve(&variables).await;
    assert_eq!(orders(&bellhop.mcp(&token("alice", SECRET, "https://me.test"))).await, 2);
}

#[tokio::test]
async fn database_url_with_postgresql() {
    let shop = Shop::postgres().await;
    // As the how-to of the Python stack writes it.
    let url = shop.url.replacen("postgres://", "postgresql+asyncpg://", 1);
    let bellhop = serve(&[("DATABASE_URL", &url), ("JWT_SECRET", SECRET), ("JWT_ISSUER", "https://me.test")]).await;
    assert_eq!(orders(&bellhop.mcp(&token("bob", SECRET, "https://me.test"))).await, 2);
}

#[tokio::test]
async fn base_data_path_and_jwt_secret_with_jwt_issuer() {
    let (_folder, root) = root();
    let bellhop = serve(&basics(&root, &[])).await;
    let mcp = bellhop.mcp(&token("bob", SECRET, "https://me.test"));
    let tools = mcp.tool_names().await;
    let list = tools.iter().find(|name| name.ends_with("files_list")).unwrap_or_else(|| panic!("{tools:?}"));
    let files = mcp.data(list, &json!({})).await;
    assert!(files.to_string().contains("plan.md") && !files.to_string().contains("ALICE"), "{files}");
    let (status, _) =
        bellhop.mcp(&token("bob", "another secret, as long as the first one", "https://me.test")).status().await;
    assert_eq!(status, 401, "a token signed with another secret");
}

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

#[tokio::test]
async fn cors_origins_and_frontend_port() {
    let (_folder, root) = root();
    let more = [("CORS_ORIGINS", "https://app.test, https://two.test"), ("FRONTEND_PORT", "3123")];
    let bellhop = serve(&basics(&root, &more)).await;
    for (origin, allowed) in [
        ("https://app.test", true),
        ("https://two.test", true),
        ("http://localhost:3123", true),
        ("http://127.0.0.1:3123", true),
        ("http://localhost:3999", false),
        ("https://evil.test", false),
    ] {
        let request =
            crate::support::http().request(reqwest::Method::OPTIONS, format!("{}/api/agents/chat", bellhop.url));
        let request = request.header("origin", origin).header("access-control-request-method", "POST");
        let request = request.header("access-control-request-headers", "authorization,content-type");
        let response = request.send().await.expect("the server answers");
        let answer = response.headers().get("access-control-allow-origin").and_then(|value| value.to_str().ok());
        assert_eq!(answer == Some(origin), allowed, "{origin} got {answer:?}");
    }
}

#[tokio::test]
async fn backend_port() {
    let (_folder, root) = root();
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    let port = free.local_addr().expect("an address").port().to_string();
    drop(free);
    let bellhop =
        Bellhop::start(process::home(), &["serve", "--json"], &basics(&root, &[("BACKEND_PORT", &port)])).await;
    assert_eq!(bellhop.url, format!("http://127.0.0.1:{port}"));
    let home = process::home();
    let said = process::refused(home.path(), &["serve"], &basics(&root, &[("BACKEND_PORT", "eighty")])).await;
    assert!(said.contains("BACKEND_PORT"), "{said}");
}

#[tokio::test]
async fn debug_logs_more_and_never_a_token() {
    let (_folder, root) = root();
    let mut sizes = Vec::new();
    for debug in ["false", "true"] {
        let bellhop = serve(&basics(&root, &[("DEBUG", debug)])).await;
        let token = token("bob", SECRET, "https://me.test");
        bellhop.mcp(&token).tools().await;
        let log = bellhop.log();
        assert!(!log.contains(&token) && !log.contains(SECRET), "a secret is in the log:\n{log}");
        sizes.push(log.len());
    }
    assert!(sizes[1] > sizes[0], "DEBUG=true logs no more than DEBUG=false: {sizes:?}");
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

#[tokio::test]
async fn api_base_url_says_that_its_kind_does_not_exist_yet() {
    let (_folder, root) = root();
    let more = [("API_BASE_URL", "https://api.example.com"), ("API_KEY", "key-1234")];
    let bellhop = serve(&basics(&root, &more)).await;
    let log = bellhop.log();
    assert!(log.contains("API_BASE_URL") && log.contains("not exist"), "{log}");
    assert!(!log.contains("key-1234"), "{log}");
}

#[tokio::test]
async fn openai_api_key_selects_a_remote_model() {
    let (_folder, root) = root();
    let model = FakeModel::calling("files_list", json!({})).await;
    let url = format!("{}/", model.url);
    let more = [("OPENAI_API_KEY", "sk-of-this-test"), ("OPENAI_BASE_URL", url.as_str())];
    let bellhop = serve(&basics(&root, &more)).await;
    let answer = chat(&bellhop, &token("bob", SECRET, "https://me.test"), "which files do I have?").await;
    assert!(answer["response"].to_string().contains("plan.md"), "{answer}\n{}", bellhop.log());
    assert_eq!(answer["tools_used"][0]["success"], true, "{answer}");
    let seen = model.seen();
    assert!(seen.iter().all(|seen| seen.authorization == "Bearer sk-of-this-test"), "{seen:?}");
    assert!(!format!("{seen:?}").contains("ALICE"), "{seen:?}");
}

#[tokio::test]
async fn xiaomi_api_key_selects_mimo_at_its_own_provider() {
    let (_folder, root) = root();
    // Nothing leaves this machine: the proxy that the system names only listens to where the model was looked for.
    let proxy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    let address = format!("http://{}", proxy.local_addr().expect("an address"));
    let more =
        [("XIAOMI_API_KEY", "key-of-this-test"), ("HTTPS_PROXY", address.as_str()), ("https_proxy", address.as_str())];
    let bellhop = serve(&basics(&root, &more)).await;
    let asked = async {
        let (mut connection, _) = proxy.accept().await.expect("someone connects");
        let mut first = vec![0; 256];
        let read = connection.read(&mut first).await.expect("a request");
        drop(connection);
        String::from_utf8_lossy(&first[..read]).into_owned()
    };
    let token = token("bob", SECRET, "https://me.test");
    let (answer, asked) = tokio::join!(chat(&bellhop, &token, "which files do I have?"), async {
        tokio::time::timeout(Duration::from_secs(20), asked).await.expect("the provider is asked")
    });
    assert!(asked.starts_with("CONNECT api.xiaomimimo.com:443"), "{asked}");
    assert!(!answer.to_string().contains("key-of-this-test"), "{answer}");
}

#[tokio::test]
async fn without_a_key_the_built_in_model_answers() {
    let (_folder, root) = root();
    let bellhop = serve(&basics(&root, &[])).await;
    let answer = chat(&bellhop, &token("bob", SECRET, "https://me.test"), "list my files").await;
    assert!(answer["agent_used"].to_string().contains("built-in"), "{answer}");
    assert!(answer["response"].to_string().contains("plan.md"), "{answer}");
}

#[tokio::test]
async fn a_dot_env_file_counts_and_the_environment_wins() {
    let (_folder, root) = root();
    let home = process::home();
    let lines =
        format!("# of this folder\nBASE_DATA_PATH={root}\nJWT_SECRET=\"{SECRET}\"\nJWT_ISSUER=https://other.test\n");
    std::fs::write(home.path().join(".env"), lines).expect("a file can be written");
    let bellhop = Bellhop::start(home, &SERVE, &[("JWT_ISSUER", "https://me.test")]).await;
    assert_eq!(bellhop.mcp(&token("bob", SECRET, "https://me.test")).status().await.0, 200);
}

#[tokio::test]
async fn an_empty_environment_says_what_to_set() {
    let home = process::home();
    let said = process::refused(home.path(), &SERVE, &[]).await;
    assert!(said.contains("DATABASE_URL") && said.contains("BASE_DATA_PATH"), "{said}");
}
