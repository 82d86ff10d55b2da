use bellhop_server::Config;

use super::server::{Answer, Server};

async fn server() -> Server {
    let config = Config {
        cors_origins: vec![
            "https://app.example.com".into(),
            "http://localhost:3000".into(),
            "https://port.example.com:443".into(),
        ],
        ..Config::default()
    };
    Server::with(config, Default::default()).await
}

fn preflight(server: &Server, path: &str, origin: &str) -> reqwest::RequestBuilder {
    server
        .http
        .request(reqwest::Method::OPTIONS, server.url(path))
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,mcp-protocol-version,mcp-method,mcp-name")
}

#[tokio::test]
async fn a_cookie_is_given_to_pages_of_configured_origins_where_an_account_is_connected_and_nowhere_else() {
    let server = server().await;
    let allowed = |path: &'static str, origin: &'static str| {
        let server = &server;
        async move {
            let answer = Answer::of(preflight(server, path, origin)).await;
            let header = |name| answer.header(name).to_owned();
            (header("access-control-allow-origin"), header("access-control-allow-credentials"))
        }
    };
    let ours = "https://app.example.com";
    assert_eq!(allowed("/api/connections/desk", ours).await, (ours.to_owned(), "true".to_owned()));
    assert_eq!(allowed("/api/credentials/desk", ours).await, (ours.to_owned(), String::new()));
    assert_eq!(allowed("/api/connections", ours).await, (ours.to_owned(), String::new()));
    let (origin, _) = allowed("/api/connections/desk", "https://evil.example.com").await;
    assert_eq!(origin, "");
}

#[tokio::test]
async fn a_page_of_a_configured_origin_may_ask_and_read() {
    let server = server().await;
    for origin in ["https://app.example.com", "http://localhost:3000", "https://port.example.com"] {
        for path in ["/mcp", "/api/tools", "/api/agents/chat", "/api/tools/x"] {
            let answer = Answer::of(preflight(&server, path, origin)).await;
            assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, origin), "{path}");
            let allowed = answer.header("access-control-allow-headers").to_lowercase();
            for name in
                ["authorization", "content-type", "mcp-protocol-version", "mcp-method", "mcp-name", "last-event-id"]
            {
                assert!(allowed.contains(name), "{allowed}");
            }
            assert_eq!(answer.header("access-control-allow-credentials"), "");
        }
        let refused = Answer::of(server.get("/api/tools").header("origin", origin)).await;
        assert_eq!((refused.status, refused.header("access-control-allow-origin")), (401, origin));
        let exposed = refused.header("access-control-expose-headers").to_lowercase();
        for name in ["www-authenticate", "x-request-id", "retry-after"] {
            assert!(exposed.contains(name), "{exposed}");
        }
        assert!(refused.header("vary").to_lowercase().contains("origin"));
    }
}

#[tokio::test]
async fn a_page_of_any_other_origin_may_not() {
    let server = server().await;
    for origin in [
        "https://evil.example",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://app.example.com.evil.example",
        "null",
    ] {
        let answer = Answer::of(preflight(&server, "/api/tools", origin)).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
        let answer = Answer::of(server.get("/healthz").header("origin", origin)).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
    }
}

#[test]
fn what_is_no_origin_no_host_or_no_address_is_named() {
    let says = |config: Config| config.check().unwrap_err().to_string();
    for origin in ["*", "app.example.com", "https://app.example.com/path", "https://*.example.com", "ftp://x", ""] {
        let said = says(Config { cors_origins: vec![origin.into()], ..Config::default() });
        assert!(said.contains("is not an origin"), "{origin} {said}");
    }
    for url in ["mcp.example.com", "https://", "https://x/?a=1", "https://user:secret@x", "ftp://x"] {
        let said = says(Config { public_url: Some(url.into()), ..Config::default() });
        assert!(said.contains("is not a base URL"), "{url} {said}");
    }
    assert!(says(Config { allowed_hosts: vec!["a b".into()], ..Config::default() }).contains("is not a host"));
    assert!(says(Config { body_bytes_max: 0, ..Config::default() }).starts_with("body_bytes_max = 0"));
    assert_eq!(Config::default().check(), Ok(()));
}
