//! Tokens of identity providers that nobody here wrote, and every way in which a token can be wrong.

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::issuer::{AUDIENCE, Answer, Issuer, SigningKey, now_s};

use crate::support::providers::{BetterAuth, OidcProvider};
use crate::support::{Bellhop, Mcp, process};

/// Serves a folder for each user to whoever has a token of this issuer.
async fn bellhop(auth: &str) -> Bellhop {
    bellhop_in(process::home(), auth).await
}

async fn bellhop_in(home: TempDir, auth: &str) -> Bellhop {
    let root = home.path().join("users");
    std::fs::create_dir_all(&root).expect("a folder can be made");
    let root = root.display();
    Bellhop::serve_in(home, &format!("[auth]\n{auth}\n\n[resources.notes]\nkind = \"files\"\nroot = \"{root}\"\n"))
        .await
}

fn jwks(issuer: &str, audience: &str, jwks: &str) -> String {
    format!("issuer = \"{issuer}\"\naudience = \"{audience}\"\njwks = \"{jwks}\"")
}

/// Writes a note and reads it back; whose folder it lies in shows whom the token was taken for.
async fn writes_a_note(bellhop: &Bellhop, token: &str, user: &str) {
    let mcp = bellhop.mcp(token);
    let text = format!("a note of {user}");
    mcp.data("notes_files_create", &json!({"data": {"path": "note.txt", "content": text}})).await;
    let note = mcp.data("notes_files_get", &json!({"identifier": "note.txt"})).await;
    assert_eq!(note["content"], text.as_str(), "{note}");
}

/// The challenge that a refused token gets, as RFC 6750 section 3 and RFC 9728 section 5.1 have it.
async fn is_refused(bellhop: &Bellhop, token: &str, why: &str) {
    let (status, challenge) = bellhop.mcp(token).status().await;
    assert_eq!(status, 401, "{why}: {token}");
    let challenge = challenge.unwrap_or_else(|| panic!("{why}: no challenge"));
    assert!(challenge.starts_with("Bearer "), "{why}: {challenge}");
    assert!(challenge.contains("error=\"invalid_token\""), "{why}: {challenge}");
    let metadata = format!("resource_metadata=\"{}/.well-known/oauth-protected-resource/mcp\"", bellhop.url);
    assert!(challenge.contains(&metadata), "{why}: {challenge}");
    for door in ["/api/tools", "/api/agents/chat"] {
        let request = crate::support::http().post(format!("{}{door}", bellhop.url)).bearer_auth(token);
        let request = if door == "/api/tools" {
            crate::support::http().get(format!("{}{door}", bellhop.url)).bearer_auth(token)
        } else {
            request.json(&json!({"message": "hello"}))
        };
        let response = request.send().await.expect("the server answers");
        assert_eq!(response.status(), 401, "{why} at {door}");
        assert!(response.headers().contains_key("www-authenticate"), "{why} at {door}: no challenge");
    }
}

#[tokio::test]
async fn a_token_of_better_auth_calls_a_tool() {
    let provider = BetterAuth::start(&[]).await;
    let bellhop = bellhop(&jwks(provider.url(), provider.url(), &provider.jwks())).await;
    let (alice, bob) = (provider.sign_up("alice").await, provider.sign_up("bob").await);
    let (alices, bobs) = (provider.token(&alice).await, provider.token(&bob).await);
    writes_a_note(&bellhop, &alices, &alice.user_id).await;
    let missing = bellhop.mcp(&bobs).call("notes_files_get", &json!({"identifier": "note.txt"})).await;
    assert_eq!(missing["code"], "not_found", "{missing:?}");
    writes_a_note(&bellhop, &bobs, &bob.user_id).await;
}

#[tokio::test]
async fn every_algorithm_of_better_auth_is_understood() {
    for algorithm in ["EdDSA", "ES256", "ES512", "RS256", "PS256"] {
        let provider = BetterAuth::start(&[("ALG", algorithm)]).await;
        let bellhop = bellhop(&jwks(provider.url(), provider.url(), &provider.jwks())).await;
        let alice = provider.sign_up("alice").await;
        writes_a_note(&bellhop, &provider.token(&alice).await, algorithm).await;
    }
}

#[tokio::test]
async fn a_key_that_better_auth_makes_later_is_fetched() {
    let provider = BetterAuth::start(&[("ROTATE_S", "1")]).await;
    let bellhop = bellhop(&jwks(provider.url(), provider.url(), &provider.jwks())).await;
    let alice = provider.sign_up("alice").await;
    let first = provider.token(&alice).await;
    writes_a_note(&bellhop, &first, "the first key").await;
    // Longer than a key lives and than the pause between two fetches for unknown keys.
    tokio::time::sleep(std::time::Duration::from_millis(5_500)).await;
    let second = provider.token(&alice).await;
    assert_ne!(key_of(&first), key_of(&second), "Better Auth made no new key");
    let (status, _) = bellhop.mcp(&second).status().await;
    assert_eq!(status, 200, "{}", bellhop.log());
}

fn key_of(token: &str) -> String {
    token.split('.').next().expect("a header").to_owned()
}

#[tokio::test]
async fn a_session_token_of_better_auth_is_no_access_token() {
    let provider = BetterAuth::start(&[]).await;
    let bellhop = bellhop(&jwks(provider.url(), provider.url(), &provider.jwks())).await;
    is_refused(&bellhop, "nt6J8xtCdEdyioAbi10XaeV4vhnnkfeC", "an opaque session token").await;
}

#[tokio::test]
async fn access_tokens_of_oidc_provider_call_a_tool() {
    let (rs, es, ed) = ("https://bellhop.test/rs", "https://bellhop.test/es", "https://bellhop.test/ed");
    let provider = OidcProvider::start(&json!({rs: "RS256", es: "ES256", ed: "EdDSA"})).await;
    // Without `jwks` the keys are found by discovery.
    let audiences = format!("issuer = \"{}\"\naudience = [\"{rs}\", \"{es}\", \"{ed}\"]", provider.url());
    let bellhop = bellhop(&audiences).await;
    for resource in [rs, es, ed] {
        let (access, id) = provider.sign_in("alice", resource).await;
        assert_eq!(access.split('.').count(), 3, "a JWT");
        let mcp = bellhop.mcp(&access);
        let path = json!({"data": {"path": format!("{}.txt", &resource[21..]), "content": "hello"}});
        mcp.data("notes_files_create", &path).await;
        is_refused(&bellhop, &id, "an id token, whose audience is the client").await;
    }
    let machine = provider.machine(rs).await;
    is_refused(&bellhop, &machine, "a token that a machine got for itself").await;
    let (foreign, _) = OidcProvider::start(&json!({rs: "RS256"})).await.sign_in("alice", rs).await;
    is_refused(&bellhop, &foreign, "a token of another provider with the same key ids").await;
}

/// Every token that must not open a door, with the reason.
fn faults(issuer: &Issuer) -> Vec<(&'static str, String)> {
    let claims = issuer.claims("alice");
    let with = |changes: Value| issuer.token_with("alice", &changes);
    let headed = |changes: Value| {
        let mut header = issuer.key.header();
        header.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        issuer.key.sign(&header, &claims)
    };
    let good = issuer.token("alice");
    let parts: Vec<&str> = good.split('.').collect();
    let other = SigningKey::new(&issuer.key.kid, issuer.key.alg);
    let unsigned = testkit::issuer::changed(issuer.key.header(), &json!({"alg": "none"}));
    let unsigned = SigningKey::of_secret("HS256", b"x").sign(&unsigned, &claims);
    let confused = SigningKey::of_secret("HS256", &issuer.key.public_bytes());
    let confused = confused.sign(&json!({"typ": "JWT", "alg": "HS256", "kid": issuer.key.kid}), &claims);
    let now_s = now_s();
    vec![
        ("a signature of another key of the same name", other.token(&claims)),
        ("a signature cut short", good[..good.len() - 4].to_owned()),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("no token at all", "x".to_owned()),
        ("alg none", unsigned.rsplit_once('.').map(|(signed, _)| format!("{signed}.")).expect("three parts")),
        ("the public key used as a shared secret", confused),
        ("an algorithm that is not the key's", headed(json!({"alg": "RS256"}))),
        ("an unknown critical parameter", headed(json!({"crit": ["x"], "x": 1}))),
        ("a key inside the token", headed(json!({"jwk": issuer.key.jwk()}))),
        ("a pointer to keys", headed(json!({"jku": format!("{}/jwks", issuer.url())}))),
        ("a pointer to a certificate", headed(json!({"x5u": "https://evil.test/cert"}))),
        ("a key that the issuer does not have", headed(json!({"kid": "another"}))),
        ("another issuer", with(json!({"iss": "https://evil.test"}))),
        ("an issuer with a slash more", with(json!({"iss": format!("{}/", issuer.url())}))),
        ("no issuer", with(json!({"iss": null}))),
        ("another audience", with(json!({"aud": "https://other.test"}))),
        ("no audience", with(json!({"aud": null}))),
        ("no expiry", with(json!({"exp": null}))),
        ("expired", with(json!({"exp": now_s - 120}))),
        ("an expiry that is no number", with(json!({"exp": "tomorrow"}))),
        ("not valid yet", with(json!({"nbf": now_s + 600}))),
        ("no user", with(json!({"sub": null}))),
        ("an empty user", with(json!({"sub": ""}))),
        ("a list of users", with(json!({"sub": ["alice"]}))),
        ("an object as user", with(json!({"sub": {"id": "alice"}}))),
        ("a machine's own token", with(json!({"client_id": "alice"}))),
        ("a bypass token", format!("{}.{}.bypass-signature", parts[0], parts[1])),
    ]
}

#[tokio::test]
async fn every_fault_of_a_token_is_401_with_a_challenge() {
    let issuer = Issuer::start("ES256").await;
    let bellhop = bellhop(&jwks(&issuer.url(), AUDIENCE, &issuer.jwks_url())).await;
    writes_a_note(&bellhop, &issuer.token("alice"), "alice").await;
    for (why, token) in faults(&issuer) {
        is_refused(&bellhop, &token, why).await;
    }
    assert_eq!(bellhop.mcp(&issuer.token("alice")).status().await.0, 200, "the good token is still good");
}

#[tokio::test]
async fn without_a_token_the_challenge_names_the_metadata_and_no_error() {
    let issuer = Issuer::start("ES256").await;
    let bellhop = bellhop(&jwks(&issuer.url(), AUDIENCE, &issuer.jwks_url())).await;
    let (status, challenge) = Mcp::new(&bellhop.url, None).status().await;
    let challenge = challenge.expect("a challenge");
    assert_eq!(status, 401);
    assert!(!challenge.contains("error="), "{challenge}");
    let address = challenge.split("resource_metadata=\"").nth(1).and_then(|rest| rest.split('"').next());
    let metadata = crate::support::http().get(address.expect("an address")).send().await.expect("the server answers");
    let metadata: Value = metadata.json().await.expect("JSON");
    assert_eq!(metadata["resource"], format!("{}/mcp", bellhop.url).as_str(), "{metadata}");
    assert_eq!(metadata["authorization_servers"], json!([issuer.url()]), "{metadata}");
}

#[tokio::test]
async fn a_token_in_the_query_is_not_looked_at() {
    let issuer = Issuer::start("ES256").await;
    let bellhop = bellhop(&jwks(&issuer.url(), AUDIENCE, &issuer.jwks_url())).await;
    let address = format!("{}/api/tools?access_token={}", bellhop.url, issuer.token("alice"));
    let response = crate::support::http().get(address).send().await.expect("the server answers");
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn while_the_provider_is_down_known_keys_still_count() {
    let mut issuer = Issuer::start("EdDSA").await;
    let bellhop = bellhop(&jwks(&issuer.url(), AUDIENCE, &issuer.jwks_url())).await;
    assert_eq!(bellhop.mcp(&issuer.token("alice")).status().await.0, 200);
    issuer.stop().await;
    assert_eq!(bellhop.mcp(&issuer.token("bob")).status().await.0, 200, "a new token of a known key");
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_are_503_and_never_a_way_in() {
    let issuer = Issuer::start("EdDSA").await;
    issuer.serve("/jwks", Answer::Status(500));
    let bellhop = bellhop(&jwks(&issuer.url(), AUDIENCE, &issuer.jwks_url())).await;
    assert_eq!(bellhop.mcp(&issuer.token("alice")).status().await.0, 503);
}

#[tokio::test]
async fn serve_does_not_start_without_an_issuer_or_an_audience() {
    for (auth, word) in [
        ("", "issuer"),
        ("[auth]\naudience = \"x\"\n", "issuer"),
        ("[auth]\nissuer = \"https://login.test\"\n", "audience"),
        ("[auth]\nissuer = \"https://login.test\"\naudience = \"\"\n", "audience"),
        ("[auth]\nissuer = \"https://login.test\"\naudience = \"x\"\nsecret = \"short\"\n", "32"),
    ] {
        let home = process::home();
        let text = format!("{auth}[resources.notes]\nkind = \"files\"\nroot = \".\"\n");
        std::fs::write(home.path().join("test.toml"), text).expect("a file can be written");
        let said = process::refused(home.path(), &["serve", "--config", "test.toml", "--port", "0"], &[]).await;
        assert!(said.contains(word), "{auth:?} was refused with\n{said}");
    }
}
