//! The environment alone is enough: each variable works without a file.

mod doors;
mod identity;
mod model;
mod resources;

use serde_json::json;
use testkit::issuer::{SigningKey, now_s};

use crate::support::fixtures::{self, SECRET};
use crate::support::{Bellhop, process};

const SERVE: [&str; 4] = ["serve", "--port", "0", "--json"];

async fn serve(variables: &[(&str, &str)]) -> Bellhop {
    Bellhop::start(process::home(), &SERVE, variables).await
}

/// A token of the issuer that `JWT_ISSUER` names, signed with a shared secret.
fn token(user: &str, secret: &str, audience: &str) -> String {
    let claims = json!({"iss": "https://me.test", "aud": audience, "sub": user, "exp": now_s() + 600});
    SigningKey::of_secret("HS256", secret.as_bytes()).token(&claims)
}

/// What makes a house with folders and the issuer `https://me.test`.
fn basics<'a>(root: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![("BASE_DATA_PATH", root), ("JWT_SECRET", SECRET), ("JWT_ISSUER", "https://me.test")];
    all.extend(more);
    all
}

fn root() -> (tempfile::TempDir, String) {
    let folder = process::home();
    fixtures::furnish(folder.path());
    let path = folder.path().to_str().expect("a path").to_owned();
    (folder, path)
}
