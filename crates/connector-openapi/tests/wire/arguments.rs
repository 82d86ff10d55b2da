use serde_json::{Value, json};
use testkit::{Canary, Recorded, Recorder};

use crate::{answers, api, call, document};

/// One way in which an argument gets into a request.
struct Way {
    name: &'static str,
    method: &'static str,
    path: &'static str,
    parameter: Option<Value>,
    body: Option<&'static str>,
    argument: fn(&str) -> Value,
}

fn text(attack: &str) -> Value {
    json!(attack)
}

fn list(attack: &str) -> Value {
    json!([attack, "b", attack])
}

fn object(attack: &str) -> Value {
    json!({"a": attack, attack: "b"})
}

fn parameter(place: &str, style: &str, explode: bool, kind: &str) -> Option<Value> {
    let schema = match kind {
        "array" => json!({"type": "array", "items": {"type": "string"}}),
        "object" => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        _ => json!({"type": "string"}),
    };
    let required = place == "path";
    Some(json!({"name": "v", "in": place, "style": style, "explode": explode, "required": required, "schema": schema}))
}

fn ways() -> Vec<Way> {
    let mut ways = Vec::new();
    let mut add = |name, place: &str, style: &str, explode: bool, kind: &str, argument| {
        let path = if place == "path" { "/things/{v}/parts" } else { "/things" };
        ways.push(Way {
            name,
            method: "get",
            path,
            parameter: parameter(place, style, explode, kind),
            body: None,
            argument,
        });
    };
    add("path-simple", "path", "simple", false, "string", text);
    add("path-label", "path", "label", false, "string", text);
    add("path-matrix", "path", "matrix", false, "string", text);
    add("path-simple-list", "path", "simple", true, "array", list);
    add("path-label-list", "path", "label", true, "array", list);
    add("path-matrix-object", "path", "matrix", true, "object", object);
    add("query-form", "query", "form", true, "string", text);
    add("query-form-list", "query", "form", true, "array", list);
    add("query-form-object", "query", "form", true, "object", object);
    add("query-space", "query", "spaceDelimited", false, "array", list);
    add("query-pipe", "query", "pipeDelimited", false, "array", list);
    add("query-deep", "query", "deepObject", true, "object", object);
    add("header-simple", "header", "simple", false, "string", text);
    add("header-object", "header", "simple", true, "object", object);
    add("cookie-form", "cookie", "form", false, "string", text);
    let mut reserved = parameter("query", "form", true, "string").unwrap();
    reserved["allowReserved"] = true.into();
    ways.push(Way {
        name: "query-reserved",
        method: "get",
        path: "/things",
        parameter: Some(reserved),
        body: None,
        argument: text,
    });
    for (name, body) in [
        ("body-json", "application/json"),
        ("body-form", "application/x-www-form-urlencoded"),
        ("body-multipart", "multipart/form-data"),
    ] {
        ways.push(Way { name, method: "post", path: "/things", parameter: None, body: Some(body), argument: text });
    }
    ways
}

/// Every way has a path of its own, to see what it became.
fn described(ways: &[Way]) -> Value {
    let mut paths = json!({});
    for way in ways {
        let mut operation = json!({"operationId": way.name, "responses": answers()});
        operation["parameters"] = way.parameter.iter().cloned().collect();
        if let Some(media_type) = way.body {
            let schema = json!({"type": "object", "properties": {"v": {"type": "string"}}});
            operation["requestBody"] = json!({"content": {media_type: {"schema": schema}}});
        }
        paths[format!("/{}{}", way.name, way.path)] = json!({way.method: operation});
    }
    document(paths)
}

/// One request, to the operation's own path on the configured server, with nothing slipped in beside.
fn is_proper(seen: &Recorded, way: &Way, host: &str) -> bool {
    let (path, _) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
    let segments = path.split('/').collect::<Vec<_>>();
    let (first, last) = way.path.split_once("{v}").unwrap_or((way.path, ""));
    let is_own = path.starts_with(&format!("/v1/{}{first}", way.name)) && path.ends_with(last);
    let same_depth = segments.len() == 3 + way.path.split('/').count() - 1;
    let has_steps = segments.iter().any(|segment| matches!(*segment, "." | ".."));
    is_own && same_depth && !has_steps && seen.header("host") == [host] && seen.header("x-injected").is_empty()
}

#[tokio::test]
async fn no_argument_decides_where_a_call_goes() {
    let canary = Canary::start().await;
    let server = Recorder::start().await;
    let host = server.url().trim_start_matches("http://").to_owned();
    let ways = ways();
    let api = api(&described(&ways), Some(format!("{}/v1", server.url()))).await.unwrap();
    let (mut sent, mut refused) = (0, 0);
    for attack in canary.attacks() {
        for way in &ways {
            match call(&api, way.name, json!({"v": (way.argument)(&attack)})).await {
                Ok(_) => {
                    let seen = server.only();
                    assert!(is_proper(&seen, way, &host), "{} {attack:?}: {seen:?}", way.name);
                    sent += 1;
                }
                Err(error) => {
                    assert!(error.kind() != connector::ErrorKind::Internal, "{} {attack:?}: {error:?}", way.name);
                    assert!(server.requests().is_empty(), "{} {attack:?}", way.name);
                    refused += 1;
                }
            }
        }
    }
    assert!(sent > 2_000 && refused > 300, "{sent} {refused}");
    assert_eq!(canary.connections(), 0);
}
