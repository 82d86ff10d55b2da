//! The guides of `docs/identity`: each configuration is loaded as it stands there and meets tokens of that provider.
//!
//! Better Auth, oidc-provider and HS256 issuers are real. The others cannot be had here: their tokens and keys have the
//! form that the provider documents, signed with keys of this test, which stand where discovery would find theirs.

mod documented;
mod real;

use serde_json::{Value, json};
use testkit::issuer::{SigningKey, changed, now_s};

use super::{config, is_refused};
use crate::support::{Bellhop, process};

/// The TOML of a guide, block by block.
fn blocks(guide: &str) -> Vec<String> {
    let path = format!("{}/../../docs/identity/{guide}.md", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let blocks = text.split("```toml\n").skip(1);
    blocks.map(|rest| rest.split("```").next().expect("a block ends").to_owned()).collect()
}

/// A provider whose guide is served, with our keys in the place of its own.
struct Guide {
    bellhop: Bellhop,
    issuer: String,
    key: SigningKey,
    /// The header of its tokens.
    header: Value,
    /// The claims of its tokens for a user.
    claims: Value,
}

impl Guide {
    /// Serves the first block of the guide. `header` is what the provider's tokens have beside `alg` and `kid`, `jwk` what
    /// its keys have beside those that say the key.
    async fn start(guide: &str, alg: &'static str, header: Value, jwk: Value, rules: &str) -> Self {
        let key = SigningKey::new("the-key-of-this-provider", alg);
        let set = json!({"keys": [changed(key.jwk(), &jwk)]});
        Self::with_keys(guide, key, header, rules, |auth| {
            auth.insert("jwks".into(), toml::Value::try_from(&set).expect("TOML has what JSON has"));
        })
        .await
    }

    async fn with_keys(
        guide: &str,
        key: SigningKey,
        header: Value,
        rules: &str,
        change: impl FnOnce(&mut toml::Table),
    ) -> Self {
        let mut table: toml::Table = blocks(guide)[0].parse().unwrap_or_else(|error| panic!("{guide}: {error}"));
        let auth = table["auth"].as_table_mut().expect("[auth]");
        change(auth);
        let issuer = auth["issuer"].as_str().expect("an issuer").to_owned();
        let home = process::home();
        let config = config(&home, &table.to_string(), rules);
        let bellhop = Bellhop::serve_in(home, &config).await;
        let header = changed(json!({"alg": key.alg, "kid": key.kid}), &header);
        Self { bellhop, issuer, key, header, claims: json!({}) }
    }

    /// The claims of its tokens for a user, beside `iss`, `iat` and `exp`.
    fn saying(mut self, claims: Value) -> Self {
        let now_s = now_s();
        self.claims = changed(json!({"iss": self.issuer, "iat": now_s, "exp": now_s + 900}), &claims);
        self
    }

    fn token(&self, changes: &Value) -> String {
        self.key.sign(&self.header, &changed(self.claims.clone(), changes))
    }

    /// A user's token calls a tool, and the files are that user's.
    async fn takes(&self, changes: Value, user: &str) {
        let mcp = self.bellhop.mcp(&self.token(&changes));
        let path = format!("{}.txt", now_s());
        mcp.data("notes_files_create", &json!({"data": {"path": path, "content": user}})).await;
        let folder = self.bellhop.home.path().join("users").join(connector_files::folder_name(user));
        assert!(folder.join(&path).exists(), "{} is missing", folder.display());
        std::fs::remove_file(folder.join(path)).expect("it can be removed");
    }

    async fn refuses(&self, changes: Value, why: &str) {
        is_refused(&self.bellhop, &self.token(&changes), why).await;
    }

    /// The user lacks what reading needs.
    async fn shows_nothing(&self, changes: Value) {
        let names = self.bellhop.mcp(&self.token(&changes)).tool_names().await;
        assert!(!names.iter().any(|name| name == "notes_files_list"), "{names:?}");
    }
}
