use std::net::Ipv4Addr;

use tokio::net::TcpListener;

use super::{basics, root, serve, token};
use crate::support::fixtures::SECRET;
use crate::support::{Bellhop, process};

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
