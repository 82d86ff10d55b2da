use serde_json::{Value, json};

use super::read_with;
use crate::Config;
use crate::api::Scheme;

fn servers(servers: Value, address: Option<&str>) -> Vec<String> {
    let document = json!({"openapi": "3.1.0", "servers": servers, "paths": {}}).to_string();
    let config = Config { server_variables: [("region".to_owned(), "eu".to_owned())].into(), ..Config::default() };
    read_with(&document, &config, address).unwrap().servers
}

#[test]
fn variables_are_filled_and_relative_addresses_resolved() {
    let written = json!([
        {"url": "https://{region}.example.com:{port}/v1/", "variables": {"region": {"default": "us"}, "port": {"default": 8443}}},
        {"url": "/v2"},
        {"url": "ftp://example.com"},
        {"url": "v3"},
    ]);
    let wanted = ["https://eu.example.com:8443/v1", "https://docs.example.com/v2", "https://docs.example.com/api/v3"];
    assert_eq!(servers(written.clone(), Some("https://docs.example.com/api/openapi.json")), wanted);
    assert_eq!(servers(written, Some("file:///srv/openapi.json")), ["https://eu.example.com:8443/v1"]);
    assert_eq!(servers(json!([]), Some("https://docs.example.com/api/openapi.json")), ["https://docs.example.com"]);
    assert_eq!(servers(json!([]), None), Vec::<String>::new());
}

#[test]
fn a_path_and_an_operation_may_have_their_own() {
    let document = json!({"openapi": "3.0.0", "servers": [{"url": "https://a.example"}], "paths": {"/x": {
        "servers": [{"url": "https://b.example"}],
        "get": {}, "post": {"servers": [{"url": "https://c.example/v1"}]},
    }}});
    let api = read_with(&document.to_string(), &Config::default(), None).unwrap();
    let found: Vec<_> = api.operations.iter().map(|it| it.servers.clone().unwrap_or_default()).collect();
    assert_eq!(found, [["https://b.example"], ["https://c.example/v1"]]);
}

#[test]
fn security_schemes_and_what_operations_need_of_them() {
    let code = json!({"authorizationUrl": "https://a.example/authorize", "tokenUrl": "https://a.example/token", "scopes": {"read": ""}});
    let document = json!({"openapi": "3.0.0", "security": [{"key": []}, {}], "paths": {"/x": {
        "get": {}, "put": {"security": []}, "post": {"security": [{"basic": [], "oauth": ["read"]}]},
    }}, "components": {"securitySchemes": {
        "basic": {"type": "http", "scheme": "Basic"}, "token": {"type": "http", "scheme": "bearer"},
        "digest": {"type": "http", "scheme": "digest"}, "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "query": {"type": "apiKey", "in": "query", "name": "key"}, "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
        "oauth": {"type": "oauth2", "flows": {"authorizationCode": code}}, "tls": {"type": "mutualTLS"}, "odd": {"type": "x"},
        "same": {"$ref": "#/components/securitySchemes/basic"},
    }}});
    let api = read_with(&document.to_string(), &Config::default(), None).unwrap();
    let wanted = [
        ("basic", Scheme::Basic),
        ("token", Scheme::Bearer),
        ("digest", Scheme::Http("digest".into())),
        ("key", Scheme::Header("X-Key".into())),
        ("query", Scheme::Query("key".into())),
        ("cookie", Scheme::Cookie("sid".into())),
        (
            "oauth",
            Scheme::OAuth {
                authorize_url: Some("https://a.example/authorize".into()),
                token_url: Some("https://a.example/token".into()),
                scopes: vec!["read".into()],
            },
        ),
        ("tls", Scheme::MutualTls),
        ("odd", Scheme::Unknown("x".into())),
        ("same", Scheme::Basic),
    ];
    let found: Vec<_> = api.schemes.iter().map(|(name, scheme)| (name.as_str(), scheme.clone())).collect();
    assert_eq!(found, wanted);
    let needed: Vec<_> = api.operations.iter().map(|it| it.security.clone()).collect();
    let text = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    assert_eq!(needed, [vec![text(&["key"]), text(&[])], vec![], vec![text(&["basic", "oauth"])]]);
}
