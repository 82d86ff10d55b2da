//! Whose call it is, through the doors: an API that keeps every byte that reaches it, and two users of one server.

mod environment;

use access::{IssuerConfig, Keys, Verifier, VerifierOptions};
use serde_json::{Map, Value, json};
use testkit::issuer::{SigningKey, now_s};
use testkit::{Recorded, Recorder};

use crate::support::fixtures::{SECRET, Shop};
use crate::support::{Bellhop, process};

const ISSUER: &str = "https://me.test";

/// The API's description, at one of the usual places; anything else is answered with what was asked.
async fn api() -> Recorder {
    let operation = |id: &str, parameters: Value| {
        json!({"operationId": id, "parameters": parameters, "security": [{"bearer": []}],
            "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {}}}}}})
    };
    let query = |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string"}});
    let path = json!({"name": "user_id", "in": "path", "required": true, "schema": {"type": "string"}});
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1"},
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            "/notes": {"get": operation("listNotes", json!([query("q")]))},
            "/users/{user_id}/notes": {"get": operation("userNotes", json!([path, query("tenant"), query("q")]))},
        },
    });
    Recorder::answering(move |request| match request.target.as_str() {
        "/openapi.json" => (200, document.clone()),
        target if target.starts_with("/notes") || target.starts_with("/users") => (200, json!({"target": target})),
        _ => (404, json!({})),
    })
    .await
}

/// What arrived, descriptions apart.
fn calls(api: &Recorder) -> Vec<Recorded> {
    let found = |it: &Recorded| it.target.starts_with("/notes") || it.target.starts_with("/users");
    api.requests().into_iter().filter(found).collect()
}

fn last(api: &Recorder) -> Recorded {
    calls(api).pop().expect("the API was called")
}

fn token(user: &str, more: &Value) -> String {
    let mut claims = json!({"iss": ISSUER, "aud": ISSUER, "sub": user, "exp": now_s() + 600});
    claims.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    SigningKey::of_secret("HS256", SECRET.as_bytes()).token(&claims)
}

fn config(api: &Recorder, how: &str) -> String {
    format!(
        "[auth]\nissuer = \"{ISSUER}\"\naudience = \"{ISSUER}\"\nsecret = \"{SECRET}\"\n\n[limits]\ntools = \"typed\"\n\n\
         [resources.things]\nkind = \"openapi\"\nurl = \"{}\"\nrest_collections = false\n{how}\n",
        api.url()
    )
}

async fn failed(bellhop: &Bellhop, token: &str, tool: &str, arguments: Value) -> Map<String, Value> {
    let envelope = bellhop.mcp(token).call(tool, &arguments).await;
    assert_eq!(envelope["success"], false, "{envelope:?}");
    envelope
}

#[tokio::test]
async fn a_declared_query_gives_each_user_their_own_key_and_is_no_tool() {
    let (api, shop) = (api().await, Shop::sqlite().await);
    let keys = "SELECT 'key-' || id AS key FROM users WHERE id = :caller_id";
    let how = format!(
        "credential = {{ query = \"shop.keys\" }}\n[resources.shop]\nkind = \"sql\"\nurl = \"{}\"\n{}\n\
         [resources.shop.queries.keys]\ndescription = \"Keys.\"\nsql = \"{keys}\"\n",
        shop.url,
        shop.config()
    );
    let bellhop = Bellhop::serve(&config(&api, &how)).await;
    for user in ["alice", "bob", "alice"] {
        let mcp = bellhop.mcp(&token(user, &json!({})));
        mcp.data("things_listNotes", &json!({"q": "x"})).await;
        assert_eq!(last(&api).header("authorization"), [format!("Bearer key-{user}")]);
        let tools = mcp.tool_names().await;
        assert!(!tools.iter().any(|name| name.contains("keys")), "{tools:?}");
        let described = mcp.call_raw("shop_keys", &json!({})).await;
        assert!(!described.to_string().contains("key-"), "{described}");
    }
    let before = calls(&api).len();
    let error = failed(&bellhop, &token("nobody", &json!({})), "things_listNotes", json!({})).await;
    assert_eq!(error["code"], "permission_denied", "{error:?}");
    assert_eq!(calls(&api).len(), before);
}

#[tokio::test]
async fn a_query_that_answers_all_alike_does_not_start() {
    let (api, shop) = (api().await, Shop::sqlite().await);
    for (query, wanted) in [("shop.keys", "answer each user with their own"), ("shop.none", "there is no query")] {
        let how = format!(
            "credential = {{ query = \"{query}\" }}\n[resources.shop]\nkind = \"sql\"\nurl = \"{}\"\n{}\n\
             [resources.shop.queries.keys]\ndescription = \"Keys.\"\nsql = \"SELECT 'one' AS key\"\nshared = true\n",
            shop.url,
            shop.config()
        );
        let home = process::home();
        std::fs::write(home.path().join("test.toml"), config(&api, &how)).unwrap();
        let said = process::refused(home.path(), &["check", "--config", "test.toml"], &[]).await;
        assert!(said.contains(wanted), "{said}");
    }
}

#[tokio::test]
async fn the_users_own_token_reaches_the_token_endpoint_and_never_the_api() {
    let api = api().await;
    let endpoint = Recorder::answering(|request| {
        let token = request.body.split('&').find_map(|pair| pair.strip_prefix("subject_token=")).unwrap();
        let end: String = token.chars().rev().take(16).collect();
        (200, json!({"access_token": format!("new.{end}"), "token_type": "Bearer", "expires_in": 300}))
    })
    .await;
    let how = format!(
        "exchange = {{ token_url = \"{}/token\", client_id = \"bellhop\", client_secret = \"s\", audience = \"things\" }}",
        endpoint.url()
    );
    let bellhop = Bellhop::serve(&config(&api, &how)).await;
    for user in ["alice", "bob"] {
        let token = token(user, &json!({}));
        bellhop.mcp(&token).data("things_listNotes", &json!({})).await;
        let tools = format!("{}/api/tools/things_listNotes", bellhop.url);
        let answer = crate::support::http().post(tools).bearer_auth(&token).json(&json!({})).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let chat = format!("{}/api/agents/chat", bellhop.url);
        let message = json!({"message": "list notes"});
        crate::support::http().post(chat).bearer_auth(&token).json(&message).send().await.unwrap();
        let (end, signature): (String, _) = (token.chars().rev().take(16).collect(), token.rsplit('.').next().unwrap());
        assert_eq!(last(&api).header("authorization"), [format!("Bearer new.{end}")]);
        for request in api.requests() {
            assert!(!request.text().contains(signature), "{request:?}");
        }
        assert!(!bellhop.log().contains(signature));
    }
    assert_eq!(endpoint.requests().len(), 2, "one for each user's token");
}

#[tokio::test]
async fn an_api_checks_signed_tokens_with_the_published_keys_and_they_let_nobody_in_here() {
    let api = api().await;
    let how = "signed = { audience = \"https://things.example\", claims = [\"tenant\"] }\n\
               [signing]\nissuer = \"https://bellhop.example\"";
    let bellhop = Bellhop::serve(&config(&api, how)).await;
    let keys = Keys::JwksUrl(format!("{}/.well-known/jwks.json", bellhop.url));
    let there = IssuerConfig::new("https://bellhop.example", "https://things.example", keys);
    let there = Verifier::new(vec![there], VerifierOptions::default()).unwrap();
    for user in ["alice", "bob"] {
        bellhop.mcp(&token(user, &json!({"tenant": "acme"}))).data("things_listNotes", &json!({})).await;
        let request = last(&api);
        let signed = request.header("authorization")[0].strip_prefix("Bearer ").unwrap().to_owned();
        let seen = there.verify(&signed).await.unwrap();
        assert_eq!(
            (seen.id().as_str(), seen.claim("tenant"), seen.claim("idp")),
            (user, Some(&json!("acme")), Some(&json!(ISSUER)))
        );
        assert_eq!(bellhop.mcp(&signed).status().await.0, 401);
    }
}

#[tokio::test]
async fn this_server_is_none_of_its_own_issuers() {
    let api = api().await;
    let how = format!("signed = {{ audience = \"x\" }}\n[signing]\nissuer = \"{ISSUER}\"");
    let home = process::home();
    std::fs::write(home.path().join("test.toml"), config(&api, &how)).unwrap();
    let said = process::refused(home.path(), &["check", "--config", "test.toml"], &[]).await;
    assert!(said.contains("[signing] issuer"), "{said}");
}

#[tokio::test]
async fn what_is_bound_cannot_be_set_and_ones_own_value_is_left_out() {
    let api = api().await;
    let how = "bind = { user_id = \"{caller.id}\", \"query:tenant\" = \"{claims.tenant}\" }";
    let bellhop = Bellhop::serve(&config(&api, how)).await;
    let alice = token("alice", &json!({"tenant": "acme"}));
    let mcp = bellhop.mcp(&alice);
    assert_eq!(mcp.tool_names().await, ["things_userNotes"]);
    let schema = mcp.tools().await.remove(0)["inputSchema"].to_string();
    assert!(!schema.contains("user_id") && !schema.contains("tenant"), "{schema}");
    for own in [
        json!({}),
        json!({"user_id": "alice"}),
        json!({"tenant": "acme", "userId": "alice"}),
        json!({"Tenant": "acme"}),
    ] {
        mcp.data("things_userNotes", &own).await;
        assert_eq!(last(&api).target, "/users/alice/notes?tenant=acme", "{own}");
    }
    let before = calls(&api).len();
    let others = [
        json!({"user_id": "bob"}),
        json!({"userId": "bob"}),
        json!({"tenant": "other"}),
        json!({"TENANT": "alice"}),
        json!({"tenant": ["acme", "other"]}),
        json!({"user": "bob"}),
        json!({"X-User-Id": "bob"}),
    ];
    for other in others {
        let error = failed(&bellhop, &alice, "things_userNotes", other.clone()).await;
        assert!(error["code"] == "identity_mismatch" || other.get("X-User-Id").is_some(), "{other}: {error:?}");
    }
    let error = failed(&bellhop, &token("bob", &json!({})), "things_userNotes", json!({})).await;
    assert_eq!(error["code"], "permission_denied", "{error:?}");
    assert!(error["error"].as_str().unwrap().contains("tenant"), "{error:?}");
    assert_eq!(calls(&api).len(), before);
}

#[tokio::test]
async fn check_says_how_calls_are_tied_and_what_would_open_the_rest() {
    let api = api().await;
    let check = async |how: &str| {
        let home = process::home();
        std::fs::write(home.path().join("test.toml"), config(&api, how)).unwrap();
        let output = process::run(home.path(), &["check", "--config", "test.toml"], &[("KEY", "k")]).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let said = check("bind = { user_id = \"{caller.id}\" }").await;
    assert!(said.contains("own, by user_id") && said.contains("hidden: nothing that is bound"), "{said}");
    let said = check("credential = { env = \"KEY\", user = \"alice\" }").await;
    assert!(said.contains("own, by the variable KEY, which is alice's as bearer token"), "{said}");
    let said = check("shared = true\ncredential = { env = \"KEY\" }").await;
    assert!(said.contains("2 actions are the same for every signed-in user"), "{said}");
    let said = check("").await;
    assert!(said.contains("nothing ties a call to its user") && said.contains("open with: credential"), "{said}");
}
