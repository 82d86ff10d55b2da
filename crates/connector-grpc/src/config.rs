use std::path::PathBuf;

use access::Effect;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use upstream::ClientConfig;

upstream::with_identity! {
    /// A gRPC server, and whose its calls are.
    #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields, default)]
    pub struct Config {
        /// Where it is: `https://grpc.example.com:443`, `http://localhost:50051` (without TLS).
        pub url: Option<String>,
        /// A file that `protoc --descriptor_set_out --include_imports` wrote, with `--include_source_info` where comments
        /// should become descriptions. Where it is left out, the server is asked by reflection.
        pub descriptor_set: Option<PathBuf>,
        /// What is offered; everything where nothing is said.
        pub include: Selection,
        /// What is not, of that.
        pub exclude: Selection,
        /// What methods do, by their actions' names, where neither their idempotency option nor their name says it:
        /// `Notes_ListNotes = "read"`.
        pub effects: IndexMap<String, Effect>,
        /// How long one call may take, by actions' names, where `http.timeout_ms` does not fit.
        pub timeouts_ms: IndexMap<String, u64>,
        /// The most messages of a stream that one call collects; 100 where nothing is said.
        pub stream_items_max: Option<usize>,
        /// How long one call listens to a stream before it answers with what came; 10 seconds where nothing is said.
        pub stream_ms: Option<u64>,
        /// The certificate that this server shows (mutual TLS), as a PEM file, its chain behind it. It says who this server
        /// is, not whose a call is.
        pub client_cert: Option<PathBuf>,
        /// The key of that certificate, as a PEM file.
        pub client_key: Option<PathBuf>,
        /// How calls are sent. `retries`, `retry_wait_ms` and the breaker also say how a lost connection is made anew.
        pub http: ClientConfig,
        /// The most bytes of descriptors that are read; 16 MiB where nothing is said.
        pub descriptor_bytes_max: Option<usize>,
        /// The largest schema of one method's input or output, in bytes; deeper parts of larger ones take anything. 32 KiB
        /// where nothing is said.
        pub schema_bytes_max: Option<usize>,
        /// The folder of the configuration file, which relative paths start from.
        #[serde(skip)]
        pub base: PathBuf,
    }
}

/// Some of a server's methods: those to which every list that is not empty has an entry.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Selection {
    /// Services by their full names, with `*` for anything: `shop.v1.*`.
    pub services: Vec<String>,
    /// Methods by their actions' names, or by their own names, with `*` for anything: `Notes_*`, `Get*`.
    pub methods: Vec<String>,
}

impl Config {
    pub(crate) fn stream_items_max(&self) -> usize {
        self.stream_items_max.unwrap_or(100).max(1)
    }

    pub(crate) fn stream_ms(&self) -> u64 {
        self.stream_ms.unwrap_or(10_000)
    }

    pub(crate) fn descriptor_bytes_max(&self) -> usize {
        self.descriptor_bytes_max.unwrap_or(16 << 20)
    }

    pub(crate) fn schema_bytes_max(&self) -> usize {
        self.schema_bytes_max.unwrap_or(32 << 10)
    }

    pub(crate) fn timeout_ms(&self, action: &str) -> u64 {
        self.timeouts_ms.get(action).copied().unwrap_or(self.http.timeout_ms)
    }
}
