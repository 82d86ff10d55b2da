use reqwest::header::HeaderMap;
use serde_json::json;

use super::chat;
use crate::support::fixtures::{auth, token_with};
use crate::support::peers::ProviderServer;
use crate::support::{Bellhop, http};

/// Better Auth as an API of its users' own sessions and organisations, with two users.
struct Accounts {
    server: ProviderServer,
    tokens: Vec<(&'static str, String)>,
}

impl Accounts {
    async fn start() -> Self {
        let server = ProviderServer::node("better-auth-api.mjs", &[]).await;
        let mut tokens = Vec::new();
        for user in ["alice", "bob"] {
            let account = json!({"email": format!("{user}@example.com"), "password": "a long password", "name": format!("Name of {user}")});
            let request = http().post(format!("{}/api/auth/sign-up/email", server.url)).json(&account);
            let response = request.send().await.expect("Better Auth answers");
            let headers: &HeaderMap = response.headers();
            let session = headers["set-auth-token"].to_str().expect("a token").to_owned();
            tokens.push((user, token_with(user, &json!({"session": session}))));
        }
        Self { server, tokens }
    }

    fn config(&self) -> String {
        let (auth, url) = (auth(), &self.server.url);
        format!(
            "{auth}\n[limits]\ntools = \"typed\"\n\n[resources.accounts]\nkind = \"openapi\"\nurl = \"{url}/api/auth\"\n\
             document = \"{url}/api/auth/open-api/generate-schema\"\ncredential = {{ claim = \"session\" }}\n\
             include = {{ names = [\"updateUser\", \"getSession\", \"listUserSessions\", \"*organization*\"] }}\n"
        )
    }

    fn token(&self, user: &str) -> &str {
        self.tokens.iter().find(|(name, _)| *name == user).map(|(_, token)| token.as_str()).expect("a token")
    }
}

#[tokio::test]
async fn each_user_sees_and_changes_their_own_account() {
    let accounts = Accounts::start().await;
    let bellhop = Bellhop::serve(&accounts.config()).await;
    for (user, other) in [("alice", "bob"), ("bob", "alice")] {
        let client = bellhop.mcp(accounts.token(user));
        let session = client.data("accounts_getSession", &json!({})).await;
        assert_eq!(session["user"]["email"], format!("{user}@example.com"), "{session}");
        let name = format!("New name of {user}");
        client.data("accounts_updateUser", &json!({"name": name})).await;
        let session = client.data("accounts_getSession", &json!({})).await;
        assert_eq!(session["user"]["name"], name, "{session}");
        let sessions = client.data("accounts_listUserSessions", &json!({})).await;
        assert_eq!(sessions.as_array().map(Vec::len), Some(1), "{sessions}");
        assert!(!session.to_string().contains(other), "{session}");
    }
    let hers = bellhop.mcp(accounts.token("alice")).data("accounts_getSession", &json!({})).await;
    assert_eq!(hers["user"]["name"], "New name of alice", "{hers}");
}

#[tokio::test]
async fn an_organisation_is_its_makers() {
    let accounts = Accounts::start().await;
    let bellhop = Bellhop::serve(&accounts.config()).await;
    let (alice, bob) = (bellhop.mcp(accounts.token("alice")), bellhop.mcp(accounts.token("bob")));
    let named = |all: &[String], word: &str| {
        all.iter().find(|it| it.contains(word)).cloned().unwrap_or_else(|| panic!("no {word} in {all:?}"))
    };
    let names = alice.tool_names().await;
    let create = named(&names, "organization_create");
    let made = alice.data(&create, &json!({"name": "Tea", "slug": "tea"})).await;
    let id = made["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    let list = names
        .iter()
        .find(|it| it.ends_with("organization_list"))
        .cloned()
        .unwrap_or_else(|| panic!("no list in {names:?}"));
    let (hers, his) = (alice.data(&list, &json!({})).await, bob.data(&list, &json!({})).await);
    assert_eq!((hers[0]["slug"].clone(), his), (json!("tea"), json!([])));
    let update = named(&names, "organization_update");
    let answer = bob.call(&update, &json!({"organizationId": id, "data": {"name": "Coffee"}})).await;
    assert_eq!(answer["success"], false, "{answer:?}");
    let hers = alice.data(&list, &json!({})).await;
    assert_eq!(hers[0]["name"], "Tea", "{hers}");
}

#[tokio::test]
async fn by_chat_each_user_sees_their_own_session() {
    let accounts = Accounts::start().await;
    let bellhop = Bellhop::serve(&accounts.config()).await;
    for (user, other) in [("alice", "bob"), ("bob", "alice")] {
        let answer = chat(&bellhop, accounts.token(user), "get session").await;
        let said = answer["response"].as_str().map(str::to_owned).unwrap_or_default();
        assert!(said.contains(&format!("{user}@example.com")) && !said.contains(other), "{answer}");
    }
}
