//! Several issuers at once, everywhere where a user counts: rows, files, limits, the audit.

use serde_json::{Value, json};
use testkit::issuer::{AUDIENCE, Issuer};

use super::{is_refused, serve, writes_a_note};
use crate::support::{Bellhop, process};

fn section(issuer: &Issuer, more: &str) -> String {
    format!(
        "[[auth]]\nissuer = \"{}\"\naudience = \"{AUDIENCE}\"\njwks = \"{}\"\n{more}\n",
        issuer.url(),
        issuer.jwks_url()
    )
}

#[tokio::test]
async fn the_same_sub_of_two_issuers_is_two_users_in_rows_files_limits_and_audit() {
    let (staff, shop) = (Issuer::start("EdDSA").await, Issuer::start("ES256").await);
    let home = process::home();
    let root = home.path().join("users");
    std::fs::create_dir_all(&root).expect("a folder can be made");
    database(&home.path().join("data.db")).await;
    let config = format!(
        "{}{}[audit]\nfile = \"audit.jsonl\"\n[limits]\ncalls_per_minute_max = 6\n\
         [resources.notes]\nkind = \"files\"\nroot = \"users\"\n[resources.db]\nkind = \"sql\"\nurl = \"sqlite://data.db\"\n",
        section(&staff, ""),
        section(&shop, "user_prefix = \"shop:\""),
    );
    let bellhop = Bellhop::serve_in(home, &config).await;
    let (ours, theirs) = (staff.token("alice"), shop.token("alice"));
    writes_a_note(&bellhop, &ours, "alice").await;
    writes_a_note(&bellhop, &theirs, "shop:alice").await;
    for (token, mine) in [(&ours, "of alice of the staff"), (&theirs, "of alice of the shop")] {
        let rows = bellhop.mcp(token).data("db_things_list", &json!({})).await;
        let names: Vec<_> = rows.as_array().expect("rows").iter().map(|row| row["name"].clone()).collect();
        assert_eq!(names, [mine], "{rows}");
    }
    is_refused(&bellhop, &staff.token("shop:alice"), "a user who would be another issuer's").await;
    // Each may do so many calls; what the one has used up is not the other's.
    let mut said = Value::Null;
    for _ in 0..6 {
        said = bellhop.mcp(&ours).call_raw("notes_files_list", &json!({})).await;
    }
    assert_eq!(said["result"]["structuredContent"]["code"], "rate_limited", "{said}");
    bellhop.mcp(&theirs).data("notes_files_list", &json!({})).await;
    let lines = std::fs::read_to_string(bellhop.home.path().join("audit.jsonl")).expect("the audit can be read");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    for (caller, issuer) in [("alice", staff.url()), ("shop:alice", shop.url())] {
        let own: Vec<_> = lines.iter().filter(|line| line["caller"] == caller).collect();
        assert!(!own.is_empty() && own.iter().all(|line| line["issuer"] == issuer.as_str()), "{caller}: {lines:?}");
    }
}

async fn database(path: &std::path::Path) {
    use sqlx::{Connection, Executor, SqliteConnection};
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let mut connection = SqliteConnection::connect(&url).await.expect("SQLite opens");
    connection
        .execute(
            "CREATE TABLE things (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, name TEXT NOT NULL);
             INSERT INTO things (user_id, name) VALUES
                ('alice', 'of alice of the staff'), ('shop:alice', 'of alice of the shop'), ('bob', 'of bob');",
        )
        .await
        .expect("a table can be made");
}

#[tokio::test]
async fn each_issuer_has_its_own_audience_keys_and_claims() {
    let (one, two) = (Issuer::start("EdDSA").await, Issuer::start("RS256").await);
    let second = format!(
        "[[auth]]\nissuer = \"{}\"\naudience = [\"x\", \"y\"]\njwks = \"{}\"\nuser_prefix = \"two:\"\n\
         user_id_claim = \"account.id\"\nscopes_claim = \"https://example.com/scopes\"\n\
         [auth.scopes]\n\"notes:all\" = [\"notes:write\"]\n\"notes:write\" = [\"notes:read\"]\n",
        two.url(),
        two.jwks_url()
    );
    let rules = "access.read.scopes = [\"notes:read\"]\naccess.write.scopes = [\"notes:read\", \"notes:write\"]";
    let bellhop = serve(&format!("{}{second}", section(&one, "")), rules).await;
    let scope = json!({"scope": "notes:read notes:write"});
    writes_a_note(&bellhop, &one.token_with("alice", &scope), "alice").await;
    let claims = json!({
        "aud": ["z", "y"], "account": {"id": 7}, "https://example.com/scopes": ["notes:all"], "scope": "nothing",
    });
    writes_a_note(&bellhop, &two.token_with("alice", &claims), "two:7").await;
    is_refused(&bellhop, &two.token_with("alice", &json!({"account": {"id": 7}})), "the first issuer's audience").await;
    is_refused(&bellhop, &one.token_with("alice", &json!({"aud": "x"})), "the second issuer's audience").await;
    let stolen = two.key.token(&one.claims("alice"));
    is_refused(&bellhop, &stolen, "a token in one issuer's name with another's key").await;
}

#[tokio::test]
async fn the_metadata_lists_every_issuer_byte_for_byte() {
    let (one, two, secret) = (Issuer::start("EdDSA").await, Issuer::start("EdDSA").await, "x".repeat(32));
    let with_slash = format!("{}/", one.url());
    let sections = format!(
        "[[auth]]\nissuer = \"{with_slash}\"\naudience = \"{AUDIENCE}\"\njwks = \"{}\"\n{}{}\
         [[auth]]\nissuer = \"our-own-app\"\naudience = \"{AUDIENCE}\"\nsecret = \"{secret}\"\nuser_prefix = \"c:\"\n\
         [[auth]]\nissuer = \"https://page.test\"\naudience = \"x\"\njwks = \"{}\"\nuser_prefix = \"d:\"\nadvertised = false\n",
        one.jwks_url(),
        section(&two, "user_prefix = \"b:\""),
        "",
        two.jwks_url(),
    );
    let bellhop = serve(&sections, "").await;
    let address = format!("{}/.well-known/oauth-protected-resource/mcp", bellhop.url);
    let document: Value = crate::support::http().get(address).send().await.unwrap().json().await.unwrap();
    assert_eq!(document["authorization_servers"], json!([with_slash, two.url()]), "{document}");
}
