//! What makes the gRPC server of `peers/grpc` a resource of the built binary.

use serde_json::json;
use testkit::grpc::{Notes, key};

use super::fixtures::{auth, token_with};

/// A token that holds the user's key there.
pub(crate) fn token(user: &str) -> String {
    token_with(user, &json!({"notes": key(user)}))
}

/// Notes by each user's own key, the ledger by a field that names the caller.
pub(crate) fn config(server: &Notes, tools: &str) -> String {
    let (auth, url) = (auth(), server.url());
    format!(
        "{auth}\n[limits]\ntools = \"{tools}\"\ncalls_per_minute_max = 1000000\n\n\
         [resources.rpc]\nkind = \"grpc\"\nurl = \"{url}\"\ncredential = {{ claim = \"notes\" }}\n\
         bind = {{ user_id = \"{{caller.id}}\" }}\ninclude.services = [\"notes.v1.Notes\", \"notes.v1.Ledger\"]\n\
         exclude.methods = [\"AddEntry\", \"Total\"]\nstream_ms = 1000\n"
    )
}
