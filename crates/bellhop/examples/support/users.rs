use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use testkit::issuer::{SigningKey, now_s};

const ISSUER: &str = "https://login.example.test";
const AUDIENCE: &str = "https://bellhop.example.test";

/// Whoever a measured server lets in.
pub(crate) struct Users(SigningKey);

impl Users {
    pub(crate) fn new() -> Self {
        Self(SigningKey::new("bench", "EdDSA"))
    }

    pub(crate) fn token(&self, user: &str) -> String {
        self.0.token(&json!({"iss": ISSUER, "aud": AUDIENCE, "sub": user, "exp": now_s() + 7200}))
    }

    /// Writes a configuration that accepts them, with `rest` after its limits' first keys.
    pub(crate) fn config(&self, folder: &Path, rest: &str) -> PathBuf {
        std::fs::write(folder.join("jwks.json"), json!({"keys": [self.0.jwk()]}).to_string()).expect("a file");
        let text = format!(
            "[auth]\nissuer = \"{ISSUER}\"\naudience = \"{AUDIENCE}\"\njwks = \"jwks.json\"\n\
             [limits]\ncalls_per_minute_max = 4000000000\n{rest}"
        );
        let file = folder.join("bellhop.toml");
        std::fs::write(&file, text).expect("a file");
        file
    }
}

/// One user's calls over plain HTTP.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Client {
    pub(crate) fn new(http: &reqwest::Client, url: &str, token: String) -> Self {
        Self { http: http.clone(), url: url.to_owned(), token }
    }

    /// The envelope that a tool answers.
    pub(crate) async fn call(&self, tool: &str, arguments: &Value) -> Value {
        let request = self.http.post(format!("{}/api/tools/{tool}", self.url)).bearer_auth(&self.token).json(arguments);
        request.send().await.expect("the server answers").json().await.expect("an envelope")
    }
}
