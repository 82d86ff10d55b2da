use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use bellhop_server::{Config, endpoints};
use serde_json::{Value, json};

use super::server::{Answer, Server, failed};

#[tokio::test]
async fn health_says_that_the_process_lives() {
    let server = Server::start().await;
    let answer = Answer::of(server.get("/healthz")).await;
    assert_eq!((answer.status, answer.json()), (200, json!({"status": "ok"})));
}

#[tokio::test]
async fn readiness_asks_the_resources_and_tells_nothing_of_their_insides() {
    let server = Server::start().await;
    let answer = Answer::of(server.get("/readyz")).await;
    let all_up = json!({"status": "up", "tokens": "up", "resources": {"desk": "up", "vault": "up"}});
    assert_eq!((answer.status, answer.json()), (200, all_up));
    server.seen.is_down.store(true, Ordering::SeqCst);
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let answer = Answer::of(server.get("/readyz")).await;
    let down = json!({"status": "down", "tokens": "up", "resources": {"desk": "down", "vault": "up"}});
    assert_eq!((answer.status, answer.json()), (503, down));
}

#[tokio::test]
async fn many_who_ask_at_once_make_one_look() {
    let server = Server::start().await;
    let asked = (0..50).map(|_| Answer::of(server.get("/readyz")));
    for answer in futures::future::join_all(asked).await {
        assert_eq!(answer.status, 200);
    }
    assert!(server.seen.health_asked.load(Ordering::SeqCst) <= 2);
}

#[tokio::test]
async fn metrics_count_by_route_and_outcome_and_name_nobody() {
    let server = Server::start().await;
    server.call("alice-the-user", "desk_notes_list", json!({})).await;
    server.call("alice-the-user", "a_made_up_tool", json!({})).await;
    server.call("alice-the-user", "desk_fail", json!({"kind": "conflict"})).await;
    Answer::of(server.get("/some/made/up/path")).await;
    let made_up = reqwest::Method::from_bytes(b"BREW").unwrap();
    Answer::of(server.http.request(made_up, server.url("/healthz"))).await;
    let answer = Answer::of(server.get("/metrics")).await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    for line in [
        "bellhop_http_requests_total{route=\"/api/tools/{name}\",method=\"POST\",status=\"200\"} 1",
        "bellhop_http_requests_total{route=\"/api/tools/{name}\",method=\"POST\",status=\"404\"} 1",
        "bellhop_http_requests_total{route=\"unmatched\",method=\"GET\",status=\"404\"} 1",
        "bellhop_http_requests_total{route=\"/healthz\",method=\"other\",status=\"405\"} 1",
        "bellhop_http_request_duration_seconds_count{route=\"/api/tools/{name}\"} 3",
        "bellhop_http_requests_in_flight{route=\"/metrics\"} 1",
        "bellhop_tool_calls_total{door=\"http\",outcome=\"ok\"} 1",
        "bellhop_tool_calls_total{door=\"http\",outcome=\"unknown_tool\"} 1",
        "bellhop_tool_calls_total{door=\"http\",outcome=\"conflict\"} 1",
    ] {
        assert!(answer.text.lines().any(|there| there == line), "{line}\n{}", answer.text);
    }
    for word in ["alice-the-user", "made_up", "made/up", "BREW", "desk_notes"] {
        assert!(!answer.text.contains(word), "{word}");
    }
}

#[tokio::test]
async fn metrics_can_be_turned_off() {
    let config = Config { metrics: false, ..Config::default() };
    let server = Server::with(config, Default::default()).await;
    assert_eq!(Answer::of(server.get("/metrics")).await.failure(), (404, failed("not_found", false)));
    assert_eq!(Answer::of(server.get("/openapi.json")).await.json()["paths"].get("/metrics"), None);
}

#[tokio::test]
async fn the_openapi_document_has_every_endpoint_and_what_each_needs() {
    let server = Server::start().await;
    let document = Answer::of(server.get("/openapi.json")).await.json();
    assert_eq!(
        (&document["openapi"], &document["components"]["securitySchemes"]["bearer"]["scheme"]),
        (&json!("3.1.0"), &json!("bearer"))
    );
    assert_eq!(document["servers"][0]["url"], format!("http://{}", server.address));
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            described.insert((method.to_uppercase(), path.clone(), operation.get("security") != Some(&json!([]))));
        }
    }
    let there = endpoints(&Config::default());
    let there: BTreeSet<_> = there
        .iter()
        .map(|it| {
            (it.method.to_owned(), it.path.replace("{*path}", "{path}"), it.access == bellhop_server::Access::User)
        })
        .collect();
    assert_eq!(described, there);
}

#[tokio::test]
async fn a_request_keeps_a_plain_id_and_gets_one_otherwise() {
    let server = Server::start().await;
    let ask = |id: &str| Answer::of(server.get("/nowhere").header("x-request-id", id.to_owned()));
    let kept = ask("Req_1-a").await;
    assert_eq!((kept.header("x-request-id"), &kept.json()["request_id"]), ("Req_1-a", &json!("Req_1-a")));
    for id in ["a b", "a\"b", "", "ä", &"x".repeat(65), "a,b", "../x"] {
        let made = ask(id).await;
        let given = made.header("x-request-id");
        assert!(given != id && given.len() == 20, "{id} {given}");
        assert_eq!(made.json()["request_id"], given);
    }
}

#[tokio::test]
async fn what_is_not_there_is_404_and_what_is_not_taken_405_both_in_the_envelope() {
    let server = Server::start().await;
    for path in [
        "/",
        "/api",
        "/api/",
        "/api/tools/",
        "/mcp/",
        "/healthz/",
        "/api/tools/a/b",
        "/index.html",
        "/%2e%2e/etc/passwd",
        "//mcp",
    ] {
        assert_eq!(Answer::of(server.get(path)).await.failure(), (404, failed("not_found", false)), "{path}");
    }
    let answer = Answer::of(server.post("/healthz")).await;
    assert_eq!((answer.failure(), answer.header("allow")), ((405, failed("method_not_allowed", false)), "GET,HEAD"));
    let answer = Answer::of(server.post("/api/tools").bearer_auth(server.token("alice"))).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "GET,HEAD"));
}

#[test]
fn the_configuration_is_read_with_defaults_and_without_unknown_keys() {
    let read = |value: Value| serde_json::from_value::<Config>(value);
    assert_eq!(read(json!({})).unwrap(), Config::default());
    assert_eq!(read(json!({"body_bytes_max": 5})).unwrap().body_bytes_max, 5);
    assert!(read(json!({"colour": 1})).unwrap_err().to_string().contains("unknown field `colour`"));
}
