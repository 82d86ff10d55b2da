//! What makes the GraphQL server a resource of the built binary.

use serde_json::json;
use testkit::graphql::{GraphqlServer, key};

use super::fixtures::{auth, token_with};

/// A token that holds the user's key there.
pub(crate) fn token(user: &str) -> String {
    token_with(user, &json!({"key": key(user)}))
}

/// The configuration of `docs/examples`, for this server and the tests' own tokens.
pub(crate) fn config(server: &GraphqlServer, tools: &str) -> String {
    let url = server.url();
    let example =
        include_str!("../../../../../docs/examples/graphql.toml").replace("http://127.0.0.1:4000/graphql", &url);
    assert!(example.contains(&url), "the example names no address of the server's");
    format!("{}\n[limits]\ntools = \"{tools}\"\ncalls_per_minute_max = 1000000\n\n{example}", auth())
}
