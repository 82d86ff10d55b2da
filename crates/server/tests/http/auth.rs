use std::collections::BTreeSet;
use std::time::Duration;

use access::{DevIssuer, Keys};
use bellhop_server::{Access, Config, endpoints};
use serde_json::{Value, json};

use super::server::{Answer, ISSUER, Server, failed};

/// Every endpoint. One that is added must be added here, with who may reach it.
const ALL: [(&str, &str, Access); 22] = [
    ("POST", "/mcp", Access::User),
    ("POST", "/api/agents/chat", Access::User),
    ("GET", "/api/tools", Access::User),
    ("POST", "/api/tools/{name}", Access::User),
    ("GET", "/api/credentials/{resource}", Access::User),
    ("PUT", "/api/credentials/{resource}", Access::User),
    ("DELETE", "/api/credentials/{resource}", Access::User),
    ("GET", "/api/connections", Access::User),
    ("GET", "/api/connections/{resource}", Access::User),
    ("POST", "/api/connections/{resource}", Access::User),
    ("DELETE", "/api/connections/{resource}", Access::User),
    ("GET", "/connect/callback", Access::Public),
    ("GET", "/connect/signed-in", Access::Public),
    ("GET", "/connect/{ticket}", Access::Public),
    ("POST", "/connect/{ticket}", Access::Public),
    ("GET", "/.well-known/jwks.json", Access::Public),
    ("GET", "/.well-known/oauth-protected-resource", Access::Public),
    ("GET", "/.well-known/oauth-protected-resource/{*path}", Access::Public),
    ("GET", "/healthz", Access::Public),
    ("GET", "/readyz", Access::Public),
    ("GET", "/metrics", Access::Public),
    ("GET", "/openapi.json", Access::Public),
];

fn at(path: &str) -> String {
    path.replace("{name}", "desk_notes_list")
        .replace("{resource}", "desk")
        .replace("{ticket}", "none")
        .replace("{*path}", "mcp")
}

#[test]
fn no_endpoint_is_missing_from_the_table_of_this_test() {
    let there: BTreeSet<_> =
        endpoints(&Config::default()).iter().map(|it| (it.method, it.path, it.access == Access::User)).collect();
    let here: BTreeSet<_> =
        ALL.iter().map(|(method, path, access)| (*method, *path, *access == Access::User)).collect();
    assert_eq!(there, here);
}

#[tokio::test]
async fn every_endpoint_is_tried_without_a_user() {
    let server = Server::start().await;
    for (method, path, access) in ALL {
        for method in [method, "GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"] {
            let request = server.http.request(method.parse().unwrap(), server.url(&at(path)));
            let answer = Answer::of(request).await;
            if access == Access::Public {
                assert_ne!(answer.status, 401, "{method} {path}");
                continue;
            }
            assert_eq!(answer.status, 401, "{method} {path}");
            let metadata = format!("http://{}/.well-known/oauth-protected-resource/mcp", server.address);
            assert_eq!(
                answer.header("www-authenticate"),
                format!("Bearer resource_metadata=\"{metadata}\", scope=\"vault:read\"")
            );
            if method != "HEAD" {
                assert_eq!(answer.failure(), (401, failed("unauthenticated", false)));
            }
        }
    }
}

fn wrong_tokens(server: &Server) -> Vec<(&'static str, String)> {
    let another = DevIssuer::new(ISSUER, "https://bellhop.test/mcp").unwrap();
    let elsewhere =
        DevIssuer::from_pkcs8("https://elsewhere.test", "https://bellhop.test/mcp", server.issuer.pkcs8()).unwrap();
    let other_audience = DevIssuer::from_pkcs8(ISSUER, "https://other.test/mcp", server.issuer.pkcs8()).unwrap();
    let sign = |issuer: &DevIssuer, claims: Value, ttl_s: u64| {
        let Value::Object(claims) = claims else { panic!() };
        issuer.token(claims, Duration::from_secs(ttl_s)).unwrap()
    };
    let good = server.token("alice");
    let cut = good.rsplit_once('.').unwrap().0.to_owned();
    vec![
        ("nonsense", "nonsense".into()),
        ("without a signature", format!("{cut}.")),
        ("the development bypass", format!("{cut}.bypass-signature")),
        ("of another key", sign(&another, json!({"sub": "alice"}), 60)),
        ("of another issuer", sign(&elsewhere, json!({"sub": "alice"}), 60)),
        ("for another audience", sign(&other_audience, json!({"sub": "alice"}), 60)),
        ("not yet valid", sign(&server.issuer, json!({"sub": "alice", "nbf": 4_000_000_000_u64}), 3600)),
        ("without a user", sign(&server.issuer, json!({}), 60)),
        ("of a list of users", sign(&server.issuer, json!({"sub": ["alice"]}), 60)),
        ("too large", format!("{good}{}", "x".repeat(20_000))),
    ]
}

#[tokio::test]
async fn every_faulty_token_is_401_with_a_challenge_that_says_why() {
    let server = Server::start().await;
    for (what, token) in wrong_tokens(&server) {
        for (method, path, access) in ALL {
            if access == Access::Public {
                continue;
            }
            let request = server.http.request(method.parse().unwrap(), server.url(&at(path)));
            let answer = Answer::of(request.header("authorization", format!("Bearer {token}"))).await;
            assert_eq!(answer.failure(), (401, failed("invalid_token", false)), "{what} {path}");
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with("Bearer resource_metadata=\""), "{challenge}");
            assert!(
                challenge.contains(", error=\"invalid_token\", error_description=\"the token "),
                "{what} {challenge}"
            );
            assert!(!answer.text.contains("eyJ"), "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn only_the_bearer_scheme_of_the_one_header_counts() {
    let server = Server::start().await;
    let token = server.token("alice");
    let get = || server.get("/api/tools");
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(Answer::of(get().header("authorization", format!("{scheme} {token}"))).await.status, 200);
    }
    for header in [
        format!("Basic {token}"),
        token.clone(),
        format!("Token {token}"),
        format!("Bearer{token}"),
        "Bearer".into(),
        "Bearer ".into(),
    ] {
        let answer = Answer::of(get().header("authorization", header)).await;
        assert_eq!(answer.failure(), (401, failed("unauthenticated", false)));
    }
    let query = Answer::of(server.get(&format!("/api/tools?access_token={token}&token={token}"))).await;
    assert_eq!(query.status, 401);
    let cookie =
        Answer::of(get().header("cookie", format!("access_token={token}; Authorization=Bearer {token}"))).await;
    assert_eq!(cookie.status, 401);
    let form = server.post("/api/tools/desk_notes_list").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(Answer::of(form.body(format!("access_token={token}"))).await.status, 401);
}

#[tokio::test]
async fn two_authorization_headers_are_none_that_can_be_trusted() {
    let server = Server::start().await;
    let (alice, bob) = (server.token("alice"), server.token("bob"));
    let answer = Answer::of(server.get("/api/tools").bearer_auth(alice).bearer_auth(bob)).await;
    assert_eq!(answer.failure(), (400, failed("invalid_request", false)));
    assert!(answer.header("www-authenticate").contains("error=\"invalid_request\""));
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_503_and_not_the_tokens_fault() {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let jwks = format!("http://{}/jwks", nobody.local_addr().unwrap());
    drop(nobody);
    let issuer = DevIssuer::new(ISSUER, "https://bellhop.test/mcp").unwrap();
    let server = Server::with_keys(Config::default(), Default::default(), issuer, Keys::JwksUrl(jwks)).await;
    let answer = Answer::of(server.get("/api/tools").bearer_auth(server.token("alice"))).await;
    let mut envelope = failed("unavailable", true);
    envelope["retry_after_s"] = json!(5);
    assert_eq!(answer.failure(), (503, envelope));
    assert_eq!((answer.header("retry-after"), answer.header("www-authenticate")), ("5", ""));
    assert_eq!(Answer::of(server.get("/readyz")).await.status, 503);
    assert_eq!(Answer::of(server.get("/healthz")).await.status, 200);
}

#[tokio::test]
async fn the_resource_says_who_gives_tokens_for_it() {
    let server = Server::start().await;
    let expected = json!({
        "resource": format!("http://{}/mcp", server.address),
        "resource_name": "Bellhop",
        "authorization_servers": [ISSUER],
        "bearer_methods_supported": ["header"],
        "scopes_supported": ["vault:read", "vault:write"]
    });
    for path in ["", "/mcp"] {
        let answer = Answer::of(server.get(&format!("/.well-known/oauth-protected-resource{path}"))).await;
        assert_eq!((answer.status, answer.json()), (200, expected.clone()));
        assert_eq!(answer.header("content-type"), "application/json");
    }
    for path in ["/other", "/mcp/more", "/mcp/"] {
        let answer = Answer::of(server.get(&format!("/.well-known/oauth-protected-resource{path}"))).await;
        assert_eq!(answer.failure(), (404, failed("not_found", false)), "{path}");
    }
}

#[tokio::test]
async fn behind_a_public_address_that_is_the_one_that_counts() {
    for (public_url, resource, metadata) in [
        (
            "https://mcp.example.com",
            "https://mcp.example.com/mcp",
            "https://mcp.example.com/.well-known/oauth-protected-resource/mcp",
        ),
        (
            "https://Mcp.Example.com/",
            "https://mcp.example.com/mcp",
            "https://mcp.example.com/.well-known/oauth-protected-resource/mcp",
        ),
        (
            "https://example.com/bell/",
            "https://example.com/bell/mcp",
            "https://example.com/.well-known/oauth-protected-resource/bell/mcp",
        ),
    ] {
        let config = Config { public_url: Some(public_url.into()), ..Config::default() };
        let server = Server::with(config, Default::default()).await;
        let document = Answer::of(server.get("/.well-known/oauth-protected-resource")).await.json();
        assert_eq!(document["resource"], resource);
        let path = metadata.split_once("/.well-known").unwrap().1;
        assert_eq!(Answer::of(server.get(&format!("/.well-known{path}"))).await.json(), document);
        let challenge = Answer::of(server.get("/api/tools")).await;
        assert_eq!(
            challenge.header("www-authenticate"),
            format!("Bearer resource_metadata=\"{metadata}\", scope=\"vault:read\"")
        );
    }
}

#[tokio::test]
async fn what_a_user_is_told_is_kept_by_no_cache() {
    let server = Server::start().await;
    let answer = Answer::of(server.get("/api/tools").bearer_auth(server.token("alice"))).await;
    assert_eq!((answer.header("cache-control"), answer.header("x-content-type-options")), ("no-store", "nosniff"));
}
