use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use upstream::ClientConfig;

upstream::with_identity! {
    /// Another MCP server, and whose its calls are.
    #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields, default)]
    pub struct Config {
        /// The server's endpoint (Streamable HTTP): `https://mcp.example.com/mcp`.
        pub url: Option<String>,
        /// Or the command that starts one on standard input and output, one process per user.
        pub command: Option<Vec<String>>,
        /// How calls are sent.
        pub http: ClientConfig,
        /// The folder of the configuration file, which relative paths start from.
        #[serde(skip)]
        pub base: PathBuf,
    }
}
