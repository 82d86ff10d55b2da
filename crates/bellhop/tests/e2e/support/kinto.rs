//! What makes Kinto a resource of the built binary.

use serde_json::json;
use testkit::kinto::{Kinto, account};

use super::fixtures::{auth, token_with};

/// A token that holds the user's account there.
pub(crate) fn token(user: &str) -> String {
    token_with(user, &json!({"kinto": account(user)}))
}

/// The configuration of `docs/examples`, for this server and the tests' own tokens.
pub(crate) fn config(kinto: &Kinto, tools: &str) -> String {
    let url = kinto.url();
    let example = include_str!("../../../../../docs/examples/kinto.toml").replace("http://127.0.0.1:8888/v1", &url);
    assert!(example.contains(&url), "the example names no address of Kinto's");
    format!("{}\n[limits]\ntools = \"{tools}\"\ncalls_per_minute_max = 1000000\n\n{example}", auth())
}
