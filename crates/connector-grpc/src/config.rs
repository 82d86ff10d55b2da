use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use upstream::ClientConfig;

upstream::with_identity! {
    /// A gRPC server, and whose its calls are.
    #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields, default)]
    pub struct Config {
        /// Where it is: `https://grpc.example.com:443`, `http://localhost:50051`.
        pub url: Option<String>,
        /// How calls are sent.
        pub http: ClientConfig,
        /// The folder of the configuration file, which relative paths start from.
        #[serde(skip)]
        pub base: PathBuf,
    }
}
